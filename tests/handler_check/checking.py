"""Running the contract test against a handler of the test's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cronofy_cli.core.notifications.sample_bodies import Setting
from cronofy_cli.handler_check.case import Workshop
from cronofy_cli.handler_check.catalogue import all_cases, choose
from cronofy_cli.handler_check.run import run_cases
from cronofy_cli.handler_check.verdict import State
from cronofy_cli.outbound.poster import Poster
from cronofy_cli.outbound.settings import trial_settings
from cronofy_cli.outbound.signing_keys import SigningKeys
from cronofy_cli.outbound.target import parse_target
from tests.handler_check.handlers import SECRET, serving

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cronofy_cli.handler_check.case import Case
    from cronofy_cli.handler_check.verdict import Result
    from tests.handler_check.handlers import Correct

NOW = datetime(2026, 11, 22, 12, 4, 31, tzinfo=UTC)


def make_workshop(url: str = "https://example.com/hook") -> Workshop:
    """Return a workshop with the handlers' client secret and a fixed moment."""
    return Workshop(Setting(NOW, url), SigningKeys((SECRET,), ("CRN_made_up",)))


def make_cases(*only: str) -> tuple[Case, ...]:
    """Return the cases that are named, or all."""
    return choose(all_cases(make_workshop()), only)


def check(handler: Correct, *only: str, limit_s: float = 5) -> list[Result]:
    """Run cases against a handler and return their results."""
    with serving(handler) as url:
        return list(run_cases(poster_to(url, limit_s), make_cases(*only)))


def poster_to(url: str, limit_s: float = 5) -> Poster:
    """Return what posts to a handler."""
    return Poster(parse_target(url), trial_settings(insecure=False, limit_s=limit_s), lambda: NOW)


def failed(results: Iterable[Result]) -> set[str]:
    """Return the ids of the cases that failed."""
    return {result.case.id for result in results if result.state is State.FAILED}
