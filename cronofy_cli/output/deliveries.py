"""How a delivery looks: as a row, as a line while listening, in full, and as JSON.

Lines are drawn with plain ANSI: Rich would cost a thousand times as much, and a burst can bring thousands.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.attempt import CRONOFY_LIMIT_S
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.core.text import clean, shorten
from cronofy_cli.core.times import names_moment, parse_time, to_utc_millis
from cronofy_cli.output.lists import Column, ListView, show_list
from cronofy_cli.output.streams import Style, painted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from cronofy_cli.adapters.history import AppResult
    from cronofy_cli.adapters.history.moments import DeliveryTimes
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.notifications.delivery_diff import Difference
    from cronofy_cli.output.documents.attempts import ForwardAndHint, ForwardAndVerdict
    from cronofy_cli.output.streams import Output

_WIDEST: Final = 48
"""Of what a sender has chosen, on the line of a delivery: all types and times of Cronofy's are shorter."""

Listed = tuple["Delivery", tuple["AppResult", ...]]
"""A stored delivery, and what the targets have made of it that it was to be forwarded to."""

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
            Column("ID", lambda row: str(row[0].delivery_id), leave_out=2),
            Column("STARTED", lambda row: to_utc_millis(row[0].attempt.started_at)),
            Column("TARGET", lambda row: row[0].target),
            Column("ATTEMPT", lambda row: str(row[0].number), leave_out=1),
            Column("RESULT", lambda row: row[0].attempt.result),
            Column("MS", lambda row: f"{row[0].attempt.duration_ms:.0f}"),
            Column("BY", lambda row: "replay" if row[0].is_replay else "listen"),
        ),
        document=lambda row: ForwardDocument.of(*row).encode(),
        empty="It was not forwarded. To forward it: cronofy deliveries replay ID --to URL",
    )
    show_list(output, forwards, view, streamed=True)


def replay_list() -> ListView[ForwardAndVerdict]:
    """How the results of a replay are listed."""
    from cronofy_cli.output.documents.attempts import ReplayDocument

    columns: tuple[Column[ForwardAndVerdict], ...] = (
        Column("ID", lambda row: str(row[0].delivery_id)),
        Column("TARGET", lambda row: row[0].target),
        Column("RESULT", lambda row: row[0].attempt.result),
        Column("MS", lambda row: f"{row[0].attempt.duration_ms:.0f}"),
    )
    verdict: Column[ForwardAndVerdict] = Column("VERDICT", lambda row: _or_dash(row[2] and row[2].words))
    return ListView(
        columns=(*columns, verdict),
        pipe_columns=(*columns, Column("HINT", lambda row: row[1] or "-"), verdict),
        below=_response_lines,
        document=lambda row: ReplayDocument.judged(*row).encode(),
        empty="Nothing was sent.",
    )


def _response_lines(row: ForwardAndVerdict) -> list[str]:
    """Return the first lines of a response that is not 2xx, and what to look at."""
    forward, hint, _ = row
    lines = [] if forward.attempt.succeeded else quoted(forward.attempt.excerpt)
    return [*lines, *([clean(hint)] if hint else [])]


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


def received_list() -> ListView[Delivery]:
    """How deliveries that have just come are listed: nobody knows yet what an application makes of them."""
    return ListView(
        columns=(
            Column("ID", lambda delivery: str(delivery.id)),
            Column("RECEIVED", lambda delivery: to_utc_millis(delivery.request.received_at)),
            Column("TYPE", lambda delivery: delivery.notification.label),
            Column("SIGNATURE", _signature_word),
            Column("ANSWERED", lambda delivery: delivery.answer, leave_out=1),
            Column("CHANNEL", lambda delivery: delivery.notification.channel_id or "-", leave_out=2),
            Column("SINCE", lambda delivery: delivery.notification.changes_since or "-", leave_out=3),
        ),
        document=delivery_json,
        empty="No deliveries yet. To receive some: cronofy listen --data-center simulator",
    )


def delivery_list(today: date) -> ListView[Listed]:
    """How stored deliveries are listed. In a pipe, columns that came later stand behind the older ones."""
    number: Column[Listed] = Column("ID", lambda row: str(row[0].id))
    kind: Column[Listed] = Column("TYPE", lambda row: row[0].notification.label)
    signature: Column[Listed] = Column("SIGNATURE", lambda row: _signature_word(row[0]))
    app: Column[Listed] = Column("APP", lambda row: app_text(row[1]))
    answered: Column[Listed] = Column("ANSWERED", lambda row: row[0].answer, leave_out=1)
    channel: Column[Listed] = Column("CHANNEL", lambda row: row[0].notification.channel_id or "-", leave_out=2)
    since: Column[Listed] = Column("SINCE", lambda row: row[0].notification.changes_since or "-", leave_out=3)
    when: Column[Listed] = Column("WHEN", lambda row: local_time(row[0].request.received_at, today))
    received: Column[Listed] = Column("RECEIVED", lambda row: to_utc_millis(row[0].request.received_at))
    return ListView(
        columns=(number, when, kind, signature, app, answered, channel, since),
        pipe_columns=(number, received, kind, signature, answered, channel, since, app),
        document=_listed_json,
        empty="No deliveries yet. To receive some: cronofy listen --data-center simulator",
    )


def _listed_json(row: Listed) -> bytes:
    from cronofy_cli.output.documents.deliveries import ListedDelivery

    return ListedDelivery.with_results(*row).encode()


def app_text(results: Sequence[AppResult]) -> str:
    """Return what applications have made of a delivery: of several that which is worst, and how many have it."""
    if not results:
        return "-"
    worst = min(results, key=lambda result: (result.succeeded, result.is_waiting)).text
    count = sum(result.text == worst for result in results)
    return worst if len(results) == 1 else f"{worst} ({count} of {len(results)})"


def local_time(moment: datetime, today: date) -> str:
    """Return a moment in the time of this machine, with the year in place of the seconds where it is another one."""
    local = moment.astimezone()
    return f"{local:%b %d %H:%M:%S}" if local.year == today.year else f"{local:%Y-%m-%d %H:%M}"


def _signature_word(delivery: Delivery) -> str:
    return delivery.verdict.state.value if delivery.imported is None else f"{delivery.verdict.state.value}, imported"


def compact_line(delivery: Delivery, *, color: bool, dated: bool = False) -> str:
    """Return the line that `listen` prints for a delivery; `dated` for one that may be older than today.

    `<-` is what Cronofy was answered.
    """
    notification = delivery.notification
    mark, styles = SIGNATURE_TEXT[delivery.verdict.state]
    received_at = delivery.request.received_at
    moment = to_utc_millis(received_at) if dated else f"{received_at.astimezone():%H:%M:%S}"
    parts = [
        painted(moment, (Style.DIM,), enabled=color),
        painted(shorten(clean(notification.label), _WIDEST).ljust(14), (Style.BOLD,), enabled=color),
        painted(mark.ljust(8), styles, enabled=color),
    ]
    if notification.changes_since:
        is_no_time = notification.type == "change" and not names_moment(notification.changes_since)
        why = ", which is no time, so no events are read" if is_no_time else ""
        parts.append(f"since {since_text(notification.changes_since, received_at)}{why}")
    elif notification.type == "change":
        parts.append("without changes_since, so no events are read")
    elif not notification.is_known and notification.type:
        parts.append("a type that is not known yet")
    if delivery.imported is not None:
        parts.append(painted("imported", (Style.YELLOW,), enabled=color))
    answer = delivery.answer_status or f"no answer within {CRONOFY_LIMIT_S:.0f} s"
    parts.append(painted(f"<- {answer}  #{delivery.id}", (Style.DIM,), enabled=color))
    return "  ".join(parts)


def since_text(changes_since: str, received_at: datetime) -> str:
    """Return the time that a notification names: without the date if it is the day of its arrival, else as it came."""
    try:
        moment = parse_time(changes_since).astimezone(UTC)
    except (ValueError, OverflowError):
        return shorten(clean(changes_since), _WIDEST)
    is_same_day = moment.date() == received_at.astimezone(UTC).date()
    return f"{moment:%H:%M:%S}Z" if is_same_day else f"{moment:%Y-%m-%d %H:%M:%S}Z"


def full_text(delivery: Delivery, *, color: bool, dated: bool = False) -> str:
    """Return the line of a delivery, then its request as it came."""
    request = delivery.request
    head = [f"{request.method} {clean(request.target)}"]
    head += [f"{clean(_latin(name))}: {clean(_latin(value))}" for name, value in request.headers]
    indented = "\n".join(f"    {line}" for line in [*head, "", *_body_lines(request.body, color=color)])
    return f"{compact_line(delivery, color=color, dated=dated)}\n{indented}\n"


def timing_text(delivery: Delivery, times: DeliveryTimes) -> str:
    """Return how long after its arrival a delivery was on the disk, answered and its events read, as far as known."""
    words = (
        ("on disk", times.recorded_at),
        ("answered", times.answered_at),
        ("events read", times.events_read_at),
    )
    received_at = delivery.request.received_at
    return ", ".join(f"{word} after {_after(received_at, moment)}" for word, moment in words if moment is not None)


def _after(start: datetime, moment: datetime) -> str:
    seconds = max((moment - start).total_seconds(), 0)
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def quoted(lines: Iterable[str]) -> list[str]:
    """Return lines of an application's text, told apart from ours and safe to show."""
    return [f"| {clean(line)}" for line in lines]


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
