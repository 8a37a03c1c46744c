"""What `verify` shows: who signed, or in one sentence why nobody did that is known, and in one what mends it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import SignatureMismatch
from cronofy_cli.output.streams import OutputFormat, Style

if TYPE_CHECKING:
    from cronofy_cli.core.autopsy import Finding
    from cronofy_cli.output.streams import Output


def show_valid(output: Output, label: str) -> None:
    """Write that the signature is right, and with which client secret."""
    if output.format.is_json:
        output.data(json.dumps(_document(SignatureState.VALID, label, None)))
    elif output.format is OutputFormat.TSV:
        output.data(f"valid\t{label}")
    else:
        output.data(f"{output.paint('✓ valid', Style.GREEN)}  signed with {label}")


def show_mismatch(output: Output, state: SignatureState, finding: Finding) -> None:
    """Write for programs what an examination found. People read it in the error."""
    if output.format.is_json:
        output.data(json.dumps(_document(state, finding.secret_label, finding), ensure_ascii=False))


def mismatch(state: SignatureState, finding: Finding, *, hint: str | None = None) -> SignatureMismatch:
    """Return the error for a signature that is not right; `hint` takes the place of the finding's cure."""
    return SignatureMismatch(_message(state, finding), hint=hint or _clause(finding.cure))


def _message(state: SignatureState, finding: Finding) -> str:
    from cronofy_cli.core.autopsy import Cause, Confidence

    said = "there is no signature" if state is SignatureState.UNSIGNED else "the signature does not match"
    if finding.confidence is Confidence.NONE:
        return f"{said}, and the cause is unknown"
    likely = "; likely" if finding.confidence is Confidence.LIKELY else ""
    is_foreign = finding.code in {Cause.OTHER_CONTEXT_SECRET, Cause.REMOVED_SECRET}
    whose = f" ({finding.secret_label})" if is_foreign and finding.secret_label else ""
    return f"{said}{likely}: {_clause(finding.cause)}{whose}"


def _clause(sentence: str) -> str:
    """Return a sentence as it stands behind a colon: no full stop, and a small letter unless the word is a name."""
    word = sentence.partition(" ")[0]
    is_name = word[1:] != word[1:].lower()
    return (sentence if is_name else sentence[:1].lower() + sentence[1:]).removesuffix(".")


def _document(state: SignatureState, label: str | None, finding: Finding | None) -> dict[str, object]:
    return {
        "state": state,
        "secret": label,
        "cause": finding.code if finding else None,
        "explanation": finding.cause if finding else None,
        "cure": finding.cure if finding else None,
        "confidence": finding.confidence if finding else None,
        "evidence": list(finding.evidence) if finding else [],
        "also": list(finding.also) if finding else [],
    }
