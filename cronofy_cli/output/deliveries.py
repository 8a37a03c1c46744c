"""How a delivery looks: as a row, as a line while listening, in full, and as JSON.

Lines are drawn with plain ANSI: Rich would cost a thousand times as much, and a burst can bring thousands.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from cronofy_cli.core.signature import SignatureState
from cronofy_cli.core.text import clean
from cronofy_cli.core.times import to_utc_millis
from cronofy_cli.output.lists import Column, ListView
from cronofy_cli.output.streams import Style, painted

if TYPE_CHECKING:
    from cronofy_cli.core.deliveries import Delivery

SIGNATURE_TEXT = {
    SignatureState.VALID: ("✓ signed", (Style.GREEN,)),
    SignatureState.INVALID: ("✗ wrong signature", (Style.RED,)),
    SignatureState.UNSIGNED: ("✗ unsigned", (Style.RED,)),
    SignatureState.UNKNOWN: ("? not checked", (Style.YELLOW,)),
}


def delivery_document(delivery: Delivery) -> dict[str, object]:
    """Return a delivery as JSON's values. `body` is text, or `body_base64` stands instead if it is not UTF-8."""
    request, notification = delivery.request, delivery.notification
    return {
        "id": delivery.id,
        "received_at": to_utc_millis(request.received_at),
        "type": notification.type,
        "changes_since": notification.changes_since,
        "channel_id": notification.channel_id,
        "signature": {"state": delivery.verdict.state.value, "secret": delivery.verdict.secret_label},
        "answer_status": delivery.answer_status,
        "data_center": delivery.context,
        "method": request.method,
        "target": request.target,
        "headers": [[_latin(name), _latin(value)] for name, value in request.headers],
        **_body(request.body),
    }


def delivery_json(delivery: Delivery) -> bytes:
    """Return a delivery as one line of JSON."""
    import msgspec

    return msgspec.json.encode(delivery_document(delivery))


def delivery_list() -> ListView[Delivery]:
    """How stored deliveries are listed."""
    return ListView(
        columns=(
            Column("ID", lambda delivery: str(delivery.id)),
            Column("RECEIVED", lambda delivery: to_utc_millis(delivery.request.received_at)),
            Column("TYPE", lambda delivery: delivery.notification.label),
            Column("SIGNATURE", lambda delivery: delivery.verdict.state.value),
            Column("ANSWER", lambda delivery: str(delivery.answer_status)),
            Column("CHANNEL", lambda delivery: delivery.notification.channel_id or "-"),
            Column("SINCE", lambda delivery: delivery.notification.changes_since or "-"),
        ),
        document=delivery_json,
        empty="No deliveries yet. Receive some: cronofy listen --data-center simulator",
    )


def compact_line(delivery: Delivery, *, color: bool) -> str:
    """Return the line that `listen` prints for a delivery."""
    notification = delivery.notification
    mark, styles = SIGNATURE_TEXT[delivery.verdict.state]
    local = delivery.request.received_at.astimezone()
    parts = [
        painted(f"{local:%H:%M:%S}", (Style.DIM,), enabled=color),
        painted(clean(notification.label).ljust(14), (Style.BOLD,), enabled=color),
        painted(mark.ljust(8), styles, enabled=color),
    ]
    if notification.changes_since:
        parts.append(f"since {clean(notification.changes_since)[-9:]}")
    elif not notification.is_known and notification.type:
        parts.append("a type that is not known yet")
    parts.append(painted(f"-> {delivery.answer_status}  #{delivery.id}", (Style.DIM,), enabled=color))
    return "  ".join(parts)


def full_text(delivery: Delivery, *, color: bool) -> str:
    """Return the line of a delivery, then its request as it came."""
    request = delivery.request
    head = [f"{request.method} {clean(request.target)}"]
    head += [f"{clean(_latin(name))}: {clean(_latin(value))}" for name, value in request.headers]
    indented = "\n".join(f"    {line}" for line in [*head, "", *_body_lines(request.body, color=color)])
    return f"{compact_line(delivery, color=color)}\n{indented}\n"


def _body_lines(body: bytes, *, color: bool) -> list[str]:
    import msgspec

    from cronofy_cli.output.json_text import pretty

    try:
        return pretty(body, color=color).splitlines()
    except (msgspec.DecodeError, RecursionError):
        return [clean(line) for line in body.decode("utf-8", "backslashreplace").splitlines()]


def _body(body: bytes) -> dict[str, object]:
    try:
        return {"body": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(body).decode()}


def _latin(value: bytes) -> str:
    return value.decode("latin-1")
