"""How a delivery looks: as a row, as a line while listening, in full, and as JSON.

Lines are drawn with plain ANSI: Rich would cost a thousand times as much, and a burst can bring thousands.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from cronofy_cli.core.signature import SignatureState
from cronofy_cli.core.text import clean
from cronofy_cli.core.times import parse_time, to_utc_millis
from cronofy_cli.output.lists import Column, ListView, show_list
from cronofy_cli.output.streams import Style, painted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.notifications.delivery_diff import Difference
    from cronofy_cli.output.documents.attempts import ForwardAndHint
    from cronofy_cli.output.streams import Output

SIGNATURE_TEXT = {
    SignatureState.VALID: ("✓ signed", (Style.GREEN,)),
    SignatureState.INVALID: ("✗ wrong signature", (Style.RED,)),
    SignatureState.UNSIGNED: ("✗ unsigned", (Style.RED,)),
    SignatureState.UNKNOWN: ("? not checked", (Style.YELLOW,)),
}


def show_forwards(output: Output, forwards: Iterable[ForwardAndHint]) -> None:
    """List attempts to forward."""
    from cronofy_cli.output.documents.attempts import ForwardDocument

    view: ListView[ForwardAndHint] = ListView(
        columns=(
            Column("ID", lambda row: str(row[0].delivery_id)),
            Column("STARTED", lambda row: to_utc_millis(row[0].attempt.started_at)),
            Column("TARGET", lambda row: row[0].target),
            Column("ATTEMPT", lambda row: str(row[0].number)),
            Column("RESULT", lambda row: row[0].attempt.result),
            Column("MS", lambda row: f"{row[0].attempt.duration_ms:.0f}"),
        ),
        document=lambda row: ForwardDocument.of(*row).encode(),
        empty="It was not forwarded. To forward it: cronofy deliveries replay ID --to URL",
    )
    show_list(output, forwards, view, streamed=True)


def replay_list() -> ListView[ForwardAndHint]:
    """How the results of a replay are listed."""
    from cronofy_cli.output.documents.attempts import ForwardDocument

    return ListView(
        columns=(
            Column("ID", lambda row: str(row[0].delivery_id)),
            Column("TARGET", lambda row: row[0].target),
            Column("RESULT", lambda row: row[0].attempt.result),
            Column("MS", lambda row: f"{row[0].attempt.duration_ms:.0f}"),
            Column("HINT", lambda row: row[1] or "-", width=120),
        ),
        document=lambda row: ForwardDocument.of(*row).encode(),
        empty="Nothing was sent.",
    )


def difference_list() -> ListView[Difference]:
    """How the differences between two deliveries are listed."""
    from cronofy_cli.output.documents.deliveries import DifferenceDocument

    return ListView(
        columns=(
            Column("PART", lambda difference: difference.part.value),
            Column("PLACE", lambda difference: difference.place),
            Column("BEFORE", lambda difference: _or_dash(difference.before)),
            Column("AFTER", lambda difference: _or_dash(difference.after)),
        ),
        document=lambda difference: DifferenceDocument.of(difference).encode(),
        empty="Only the number and the time differ.",
    )


def delivery_json(delivery: Delivery) -> bytes:
    """Return a delivery as one line of JSON."""
    from cronofy_cli.output.documents.deliveries import DeliveryDocument

    return DeliveryDocument.of(delivery).encode()


def delivery_list() -> ListView[Delivery]:
    """How stored deliveries are listed."""
    return ListView(
        columns=(
            Column("ID", lambda delivery: str(delivery.id)),
            Column("RECEIVED", lambda delivery: to_utc_millis(delivery.request.received_at)),
            Column("TYPE", lambda delivery: delivery.notification.label),
            Column("SIGNATURE", lambda delivery: delivery.verdict.state.value),
            Column("RESPONSE", lambda delivery: str(delivery.answer_status)),
            Column("CHANNEL", lambda delivery: delivery.notification.channel_id or "-"),
            Column("SINCE", lambda delivery: delivery.notification.changes_since or "-"),
        ),
        document=delivery_json,
        empty="No deliveries yet. To receive some: cronofy listen --data-center simulator",
    )


def compact_line(delivery: Delivery, *, color: bool, dated: bool = False) -> str:
    """Return the line that `listen` prints for a delivery; `dated` for one that may be older than today."""
    notification = delivery.notification
    mark, styles = SIGNATURE_TEXT[delivery.verdict.state]
    received_at = delivery.request.received_at
    moment = to_utc_millis(received_at) if dated else f"{received_at.astimezone():%H:%M:%S}"
    parts = [
        painted(moment, (Style.DIM,), enabled=color),
        painted(clean(notification.label).ljust(14), (Style.BOLD,), enabled=color),
        painted(mark.ljust(8), styles, enabled=color),
    ]
    if notification.changes_since:
        parts.append(f"since {since_text(notification.changes_since, received_at)}")
    elif not notification.is_known and notification.type:
        parts.append("a type that is not known yet")
    parts.append(painted(f"-> {delivery.answer_status}  #{delivery.id}", (Style.DIM,), enabled=color))
    return "  ".join(parts)


def since_text(changes_since: str, received_at: datetime) -> str:
    """Return the time that a notification names: without the date if it is the day of its arrival, else as it came."""
    try:
        moment = parse_time(changes_since).astimezone(UTC)
    except (ValueError, OverflowError):
        return clean(changes_since)
    is_same_day = moment.date() == received_at.astimezone(UTC).date()
    return f"{moment:%H:%M:%S}Z" if is_same_day else f"{moment:%Y-%m-%d %H:%M:%S}Z"


def full_text(delivery: Delivery, *, color: bool, dated: bool = False) -> str:
    """Return the line of a delivery, then its request as it came."""
    request = delivery.request
    head = [f"{request.method} {clean(request.target)}"]
    head += [f"{clean(_latin(name))}: {clean(_latin(value))}" for name, value in request.headers]
    indented = "\n".join(f"    {line}" for line in [*head, "", *_body_lines(request.body, color=color)])
    return f"{compact_line(delivery, color=color, dated=dated)}\n{indented}\n"


def _body_lines(body: bytes, *, color: bool) -> list[str]:
    import msgspec

    from cronofy_cli.output.json_text import pretty

    try:
        return pretty(body, color=color).splitlines()
    except (msgspec.DecodeError, RecursionError):
        return [clean(line) for line in body.decode("utf-8", "backslashreplace").splitlines()]


def _or_dash(text: str | None) -> str:
    return "-" if text is None else text


def _latin(value: bytes) -> str:
    return value.decode("latin-1")
