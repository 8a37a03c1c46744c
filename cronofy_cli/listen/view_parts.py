"""The parts of a run that show something, made but not started: lines, or a log above a status line, and diagnoses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.notifications.delivery_filter import is_own_verification
from cronofy_cli.core.zones import find_zone
from cronofy_cli.listen.change_parts import FALLBACK_TZID
from cronofy_cli.listen.signature_examiner import Examiner, SecretsToTry
from cronofy_cli.listen.view import LiveOutput

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.worker import OnFailed
    from cronofy_cli.core.accounts.calendars import UserInfo
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.print_style import PrintStyle
    from cronofy_cli.listen.live.facts import RunFacts
    from cronofy_cli.listen.live.panel import Panel
    from cronofy_cli.listen.ready import ReadyNotice
    from cronofy_cli.listen.stop import StopRequest
    from cronofy_cli.listen.surroundings import Surroundings


def output_of(around: Surroundings, style: PrintStyle, account: UserInfo, stop: StopRequest) -> LiveOutput:
    """Return what prints, in the account's time zone."""
    zone = find_zone(account.zoneinfo or FALLBACK_TZID)
    common = (around.output, style, zone, stop.ask_pipe_closed, around.chosen_options)
    if around.screen is None:
        return LiveOutput(*common)
    from cronofy_cli.listen.live.log import LiveLog

    return LiveLog(*common)


def panel_of(
    around: Surroundings, live: LiveOutput, notice: ReadyNotice, stop: StopRequest, on_failed: OnFailed
) -> tuple[RunFacts, Panel] | None:
    """Return what draws the status line and takes keys, not started yet, and what it says; None without a person."""
    if around.screen is None:
        return None
    from cronofy_cli.listen.live.facts import RunFacts
    from cronofy_cli.listen.live.log import LiveLog
    from cronofy_cli.listen.live.panel import Panel

    assert isinstance(live, LiveLog)
    facts = RunFacts(notice, live)
    return facts, Panel(around.screen, live, facts, stop.ask, on_failed)


def greet(around: Surroundings, live: LiveOutput, account: UserInfo) -> None:
    """Say whose calendars it is about."""
    live.calendar_names = around.calendar_names()
    secret = f", client secret {around.published_secret}" if around.published_secret else ""
    live.tick("signed in", f"data center {around.data_center}, {account.email or account.sub}{secret}")


def examiner_of(
    around: Surroundings, live: LiveOutput, shows: Callable[[Delivery], bool], path: str, on_failed: OnFailed
) -> Examiner:
    """Return what examines the deliveries that a run shows, and the run's own verification."""
    return Examiner(
        SecretsToTry(around.client_secrets, around.find_other_secrets),
        lambda delivery: shows(delivery) or is_own_verification(delivery, path),
        lambda examined: live.examined(examined, was_shown=shows(examined.delivery)),
        on_failed,
    )
