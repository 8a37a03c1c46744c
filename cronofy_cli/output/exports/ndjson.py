"""A line of JSON for each delivery, as `deliveries list --ndjson` prints it; and reading such lines."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cronofy_cli.core.notifications.deliveries import Delivery, ReceivedRequest
from cronofy_cli.core.notifications.notification import parse_notification
from cronofy_cli.core.signature import SignatureState, Verdict
from cronofy_cli.core.text import as_utf8
from cronofy_cli.core.times import parse_time
from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.deliveries import delivery_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_STATUS: Final = "response_status"
_OLD_STATUS: Final = "answer_status"
"""Its name in the exports of 0.1.0."""
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def delivery_lines(deliveries: Iterable[Delivery]) -> Iterator[bytes]:
    """Yield the lines, each with its end."""
    for delivery in deliveries:
        yield delivery_json(delivery) + b"\n"


def read_delivery_lines(content: bytes) -> Iterator[Delivery]:
    """Yield the deliveries of such lines, without numbers: the history gives new ones.

    Raises:
        WrongUsage: a line is not an exported delivery.
    """
    for number, line in enumerate(as_utf8(content).split(b"\n"), start=1):
        if line.strip():
            try:
                yield _delivery(msgspec.json.decode(line))
            except (msgspec.DecodeError, LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
                raise WrongUsage(
                    f"line {number} is not an exported delivery",
                    hint="import what 'cronofy deliveries export --format ndjson' has written",
                ) from error


def _delivery(document: dict[str, Any]) -> Delivery:
    body = _body(document)
    request = ReceivedRequest(
        # A history has no room for a time that is in no year of UTC.
        received_at=parse_time(document["received_at"]).astimezone(UTC),
        method=_token(document["method"]),
        target=str(document["target"]),
        headers=tuple((_token(name).encode(), _header(value)) for name, value in document["headers"]),
        body=body,
    )
    signature = document["signature"]
    label = signature["secret"]
    return Delivery(
        request=request,
        verdict=Verdict(SignatureState(signature["state"]), None if label is None else str(label)),
        notification=parse_notification(body),
        answer_status=_status(document[_STATUS if _STATUS in document else _OLD_STATUS]),
        context=str(document["data_center"]),
    )


def _body(document: dict[str, Any]) -> bytes:
    if "body" in document:
        text: str = document["body"]
        return text.encode()
    try:
        return base64.b64decode(document["body_base64"], validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _token(text: str) -> str:
    # Shell commands and requests are made of it (RFC 9110, 5.6.2).
    if not _TOKEN.fullmatch(text):
        raise ValueError("not a method or a header's name")
    return text


def _header(text: str) -> bytes:
    raw = text.encode("latin-1")
    if set(raw) & {0, 10, 13}:
        raise ValueError("no header line can hold this")
    return raw


def _status(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or not 100 <= value < 600:
        raise ValueError("not a status")
    return value
