"""The receiving of `wait` itself, when no `cronofy listen` does it: a channel of its own, and nothing printed of it."""

from __future__ import annotations

import copy
import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from urllib.parse import urlsplit

from cronofy_cli.adapters.journal import Journal
from cronofy_cli.core.accounts.data_centers import SIMULATOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.listen.run import Wishes
    from cronofy_cli.listen.stop import StopRequest


@dataclass(frozen=True, slots=True)
class Listeners:
    """The runs of `cronofy listen`, and of what receives like it, on this machine."""

    has_own: bool
    """Whether one is for the data center and the account of this run."""
    elsewhere: tuple[str, ...]
    """The data centers of the others."""


def find_listeners(run: AppContext) -> Listeners:
    """Return who listens now. Where the data center or the account is not said, any counts as this run's."""
    name, sub = chosen_data_center(run), _known_account(run)
    live = [record for record in Journal(run.environment).records() if record.is_live]
    own = [record for record in live if name in {None, record.data_center} and sub in {None, record.sub}]
    return Listeners(bool(own), tuple(dict.fromkeys(record.data_center for record in live if record not in own)))


def chosen_data_center(run: AppContext) -> str | None:
    """Return how the journal and the history call the data center; None if nothing says which one is meant."""
    from cronofy_cli.adapters.settings import Key
    from cronofy_cli.adapters.settings.resolution import OriginKind

    if run.is_simulator:
        # By its name alone: it need not run.
        return SIMULATOR
    is_said = run.settings.find(Key.DATA_CENTER).origin.kind is not OriginKind.DEFAULT
    return run.data_center.name if is_said or run.environment_is_enough else None


@contextmanager
def receiving_quietly(run: AppContext, stop: StopRequest) -> Iterator[str]:
    """Be ready to receive inside the `with`, which gets the callback URL's path; at its end the channel is closed.

    Steps and troubles are told on stderr as by `listen`; of what arrives nothing is printed.

    Raises:
        CronofyError: it cannot be made ready.
    """
    from cronofy_cli.cli.embedded_simulator import ensure_simulator
    from cronofy_cli.listen.run import receiving

    if ensure_simulator(run):
        run.output.note(f" a simulator runs in this process until it ends: {run.data_center.api_url}")
    wishes = _wishes(run)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        ready_run = receiving(
            _muted(run, nowhere),
            wishes,
            on_complete=_do_nothing,
            on_pipe_closed=_do_nothing,
            on_given_up=stop.ask_unreachable,
            hold_signals=stop.held,
        )
        with ready_run as ready:
            yield urlsplit(ready.session.callback_url).path


def _known_account(run: AppContext) -> str | None:
    account = None if run.is_simulator or run.environment_is_enough else run.account
    return account.context.account.sub if account is not None and account.context.account is not None else None


def _wishes(run: AppContext) -> Wishes:
    """Return what the settings say about tunnel and calendars. Nothing is forwarded, and no event is read."""
    from cronofy_cli.adapters.settings import Key
    from cronofy_cli.cli.calendar_choice import calendar_ids
    from cronofy_cli.core.tunnels import TunnelChoice
    from cronofy_cli.listen.run import Wishes
    from cronofy_cli.listen.view import PrintStyle

    found = run.settings.find
    return Wishes(
        style=PrintStyle.COMPACT,
        port=found(Key.PORT).number or 0,
        calendar_ids=calendar_ids(run, None),
        read_events=False,
        tunnel=TunnelChoice(found(Key.TUNNEL).text or TunnelChoice.AUTO),
        domain=found(Key.TUNNEL_DOMAIN).text,
        ssh_host=found(Key.SSH_HOST).text,
    )


def _muted(run: AppContext, nowhere: TextIO) -> AppContext:
    """Return the same run, with everything that it shares, and an output whose data go nowhere."""
    muted = copy.copy(run)
    muted.output = replace(run.output, stdout=nowhere)
    return muted


def _do_nothing() -> None:
    """Nothing is counted here, and nothing is printed that nobody could read."""
