"""All cases, in the order in which they are sent, and choosing among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.suggestion import did_you_mean
from cronofy_cli.errors import WrongUsage
from cronofy_cli.handler_check.byte_cases import byte_cases
from cronofy_cli.handler_check.delivery_cases import delivery_cases, timing_cases
from cronofy_cli.handler_check.signature_cases import signature_cases
from cronofy_cli.handler_check.type_cases import type_cases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.handler_check.case import Case, Workshop


def all_cases(workshop: Workshop) -> tuple[Case, ...]:
    """Return every case. Those about time come first: a handler that hangs shows in the first one."""
    return (
        *timing_cases(workshop),
        *type_cases(workshop),
        *signature_cases(workshop),
        *byte_cases(workshop),
        *delivery_cases(workshop),
    )


def choose(cases: Sequence[Case], wanted: Sequence[str]) -> tuple[Case, ...]:
    """Return the cases with these ids, or of these groups; all of them if nothing is named.

    Raises:
        WrongUsage: there is no such case or group.
    """
    names = {name for case in cases for name in (case.id, case.group)}
    for name in wanted:
        if name not in names:
            raise WrongUsage(
                f"there is no case '{name}'{did_you_mean(name, sorted(names))}",
                hint=f"name a case or a group: {', '.join(sorted({case.group for case in cases}))}",
            )
    return tuple(case for case in cases if not wanted or {case.id, case.group} & set(wanted))
