"""How the diagnosis of a signature looks while notifications arrive: a line for the cause and one for the hint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.autopsy import Cause, Confidence
from cronofy_cli.core.text import clean

if TYPE_CHECKING:
    from cronofy_cli.core.autopsy import Finding
    from cronofy_cli.listen.signature_examiner import Examined

_FOREIGN = (Cause.OTHER_CONTEXT_SECRET, Cause.REMOVED_SECRET)


def examined_lines(examined: Examined) -> list[str]:
    """Return what is said to people below the delivery's line."""
    finding = examined.finding
    lines = [f"cause  {_cause(finding)}", f"hint   {clean(finding.hint)}"]
    if examined.left_out:
        lines.append(f"{examined.left_out} more with a wrong or missing signature came too fast to be examined")
    return lines


def _cause(finding: Finding) -> str:
    likely = "Likely: " if finding.confidence is Confidence.LIKELY else ""
    is_foreign = finding.cause in _FOREIGN and finding.secret_label
    whose = f" (it is {clean(finding.secret_label or '')})" if is_foreign else ""
    return f"{likely}{clean(finding.explanation)}{whose}"
