"""The body of a batch (docs: /developers/api/batch).

Pure. Choices where the documentation is silent: more than 50 entries are 422; an operation other than the six is an
item with 404; available periods, which are two of the six, are 501.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.simulator.messages import fields
from cronofy_cli.simulator.messages.event_writes import must_be_specified
from cronofy_cli.simulator.messages.fields import FieldErrors

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ENTRIES: Final = 50
_EVENTS: Final = re.compile(r"/v1/calendars/([^/?]+)/events")
_METHODS: Final = frozenset({"POST", "DELETE"})


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """One operation."""

    method: str
    calendar_id: str | None
    """None when it is not about an event; then `is_known` tells whether Cronofy would do it."""
    is_known: bool
    data: dict[str, object]


def parse_batch(body: Mapping[str, object]) -> list[BatchEntry]:
    """Read the entries.

    Raises:
        InvalidRequest: there are none or too many, or one is no object.
    """
    errors = FieldErrors()
    listed = body.get("batch")
    if listed is None:
        errors.add("batch", must_be_specified("batch"))
    elif not isinstance(listed, list):
        errors.not_recognized("batch", "an array")
    entries = [] if not isinstance(listed, list) else listed
    if len(entries) > MAX_ENTRIES:
        errors.add("batch", ("errors.too_many", f"must not hold more than {MAX_ENTRIES} operations"))
    errors.raise_if_any()
    parsed = [_entry(one, f"batch[{index}]", errors) for index, one in enumerate(entries)]
    errors.raise_if_any()
    return parsed


def _entry(value: object, field: str, errors: FieldErrors) -> BatchEntry:
    entry = fields.read_object(value, field, errors)
    method = (fields.read_text(entry.get("method"), f"{field}.method", errors) or "").upper()
    url = fields.read_text(entry.get("relative_url"), f"{field}.relative_url", errors) or ""
    data = dict(fields.read_object(entry.get("data"), f"{field}.data", errors))
    events = _EVENTS.fullmatch(url) if method in _METHODS else None
    is_known = method in _METHODS and url == "/v1/available_periods"
    return BatchEntry(method, None if events is None else events[1], is_known, data)
