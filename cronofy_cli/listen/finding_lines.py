"""How an examined signature looks while notifications arrive: a line of cause and one of cure, or one JSON document."""

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
    lines = [f"cause  {_cause(finding)}", f"cure   {clean(finding.cure)}"]
    if examined.left_out:
        lines.append(f"{examined.left_out} more with a wrong or missing signature came too fast to be examined")
    return lines


def examined_document(examined: Examined) -> dict[str, object]:
    """Return it as JSON's values. `cause` is a stable code, as that of `verify --json`."""
    finding = examined.finding
    return {
        "delivery_id": examined.delivery.id,
        "cause": finding.code.value,
        "explanation": finding.cause,
        "cure": finding.cure,
        "confidence": finding.confidence.value,
        "secret": finding.secret_label,
        "evidence": finding.evidence,
        "also": [code.value for code in finding.also],
        "not_examined": examined.left_out,
    }


def _cause(finding: Finding) -> str:
    likely = "Likely: " if finding.confidence is Confidence.LIKELY else ""
    is_foreign = finding.code in _FOREIGN and finding.secret_label
    whose = f" (it is {clean(finding.secret_label or '')})" if is_foreign else ""
    return f"{likely}{clean(finding.cause)}{whose}"
