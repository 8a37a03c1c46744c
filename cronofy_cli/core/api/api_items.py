"""The items of an answer of any endpoint: a list is under one name, with `pages` beside it where there are several."""

from __future__ import annotations

import msgspec

from cronofy_cli.core.text import clean
from cronofy_cli.errors import RequestFailed

_ARRAY = b"["


def items_of(body: bytes) -> tuple[msgspec.Raw, ...]:
    """Return the items of an answer's list, each as its own bytes; the whole document if it is no list.

    An empty body holds nothing.

    Raises:
        RequestFailed: the body is not JSON.
    """
    if not body.strip():
        return ()
    try:
        document = msgspec.json.decode(body, type=msgspec.Raw)
        found = _list_in(document)
        return (document,) if found is None else msgspec.json.decode(found, type=tuple[msgspec.Raw, ...])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RequestFailed(
            f"the answer is not JSON, so it has no items: {clean(str(error))}",
            hint="leave out --ndjson or --json: then the answer is shown as it is",
        ) from error


def _list_in(document: msgspec.Raw) -> msgspec.Raw | None:
    start = bytes(memoryview(document)[:1])
    if start == _ARRAY:
        return document
    if start != b"{":
        return None
    fields = msgspec.json.decode(document, type=dict[str, msgspec.Raw])
    lists = [value for name, value in fields.items() if name != "pages"]
    return lists[0] if len(lists) == 1 and bytes(memoryview(lists[0])[:1]) == _ARRAY else None
