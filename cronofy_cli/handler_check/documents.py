"""Results as JSON, for programs. Keys are an API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cronofy_cli.handler_check.case import DOCS_SITE

if TYPE_CHECKING:
    from cronofy_cli.handler_check.verdict import Result


def result_document(result: Result) -> bytes:
    """Return a result as a JSON object."""
    case = result.case
    return msgspec.json.encode(
        {
            "case": case.id,
            "state": result.state.value,
            "importance": case.importance.value,
            "sent": case.sent,
            "expected": case.expectation.words,
            "finding": result.finding,
            "why": case.reason.why,
            "usual_cause": case.reason.usual_cause,
            "docs": DOCS_SITE + case.reason.docs,
            "answers": [outcome.document for outcome in result.outcomes],
        }
    )
