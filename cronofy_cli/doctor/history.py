"""Can the team's history be reached, and what may be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.checks import Check, CheckState, passed
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.history.postgres.report import DatabaseReport

HISTORY: Final = "history"


def check_history(address: str, look: Callable[[], DatabaseReport]) -> Check:
    """Say whether the database answers, as which role, and whether that may record."""
    try:
        found = look()
    except CronofyError as error:
        return Check(
            HISTORY,
            CheckState.FAILED,
            error.message,
            address,
            error.code,
            "deliveries can be neither recorded nor read",
            error.hint or f"check {address}",
        )
    evidence = (("role", found.role), ("server_version", found.server_version))
    if not found.has_tables:
        hint = "cronofy listen"
        return passed(HISTORY, "reachable; no deliveries yet", subject=address, hint=hint, evidence=evidence)
    may = "may read and record" if found.may_record else "may only read"
    return passed(HISTORY, f"reachable; the role {found.role} {may}", subject=address, evidence=evidence)
