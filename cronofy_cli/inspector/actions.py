"""What the page's buttons do, through the same functions as the commands: everything is sent and written from here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from cronofy_cli.adapters.history.tags import check_tag
from cronofy_cli.core.notifications.delivery_diff import compare_deliveries
from cronofy_cli.core.signature import HEADER, ClientSecret, SignatureState, Verdict
from cronofy_cli.errors import CronofyError, WrongUsage
from cronofy_cli.inspector.changes import compared_events
from cronofy_cli.inspector.detail import delivery_of, targets_of
from cronofy_cli.inspector.documents import ComparisonDocument
from cronofy_cli.outbound.advice import runs_in_container
from cronofy_cli.outbound.edited_body import with_body
from cronofy_cli.outbound.replay import ReplayJob, kept_result, send_again
from cronofy_cli.outbound.settings import DEFAULT_TIMEOUT, forwarding_settings
from cronofy_cli.outbound.target import parse_target
from cronofy_cli.output.documents.attempts import ReplayDocument
from cronofy_cli.output.documents.deliveries import DifferenceDocument

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.inspector.around import Around
    from cronofy_cli.inspector.filters import Filter
    from cronofy_cli.output.exports.formats import ExportFormat

ALL_SECRETS: Final = "all"
WRONG: Final = "wrong"
NOTHING: Final = "nothing"
MOST_EXPORTED: Final = 100_000


class NeedsConfirmation(CronofyError):
    """The user has to agree to what is to be done."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what, hint="confirm it in the page")


class ReplayRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """How a delivery is to be sent again."""

    to: str | None = None
    """None is where it was to be forwarded to."""
    body: str | None = None
    """Another body, to be signed again; None sends what was received."""
    sign: str = ALL_SECRETS
    """With which client secret a changed body is signed: a label, `all`, `wrong` or `nothing`."""
    confirmed: bool = False
    """Whether the user has agreed to send to another machine."""


class TagRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A name for a delivery, given or taken away."""

    name: str
    remove: bool = False


def replay(around: Around, number: int, request: ReplayRequest) -> tuple[ReplayDocument, ...]:
    """Send a delivery again, and return what came of it at each target.

    Raises:
        NeedsConfirmation: a target is another machine.
        CronofyError: it cannot be sent.
    """
    with around.writing() as history:
        delivery = delivery_of(history, number)
        results = history.forwards.results([number]).get(number, ())
        urls = [request.to] if request.to else targets_of(delivery, results)
        if not urls:
            raise WrongUsage("it was not to be forwarded, so its target is not known", hint="name one: 3000/your/hook")
        targets = [parse_target(url) for url in urls]
        outside = sorted({target.authority for target in targets if not target.is_loopback})
        if outside and not request.confirmed:
            raise NeedsConfirmation(f"Send it to {', '.join(outside)}, which is not this machine?")
        if request.body is not None:
            delivery = _edited(around, delivery, request.body, request.sign)
        jobs = [ReplayJob(delivery, target) for target in targets]
        settings = forwarding_settings(DEFAULT_TIMEOUT)
        kept_in = history if request.body is None else None
        if kept_in is not None:
            kept_in.check_may_write()
        in_container = runs_in_container()
        sent = send_again(jobs, settings, lambda: datetime.now(UTC))
        found = [kept_result(kept_in, job, forward, in_container=in_container) for job, forward in sent]
    return tuple(ReplayDocument.judged(*each) for each in found)


def signing_choices(around: Around) -> tuple[str, ...]:
    """Return the labels of the client secrets that a changed body may be signed with."""
    from cronofy_cli.inspector.detail import known_secrets

    return tuple(secret.label for secret in known_secrets(around))


def tag(around: Around, number: int, request: TagRequest) -> tuple[str, ...]:
    """Give a delivery a name, or take one away, and return its names.

    Raises:
        CronofyError: it was not written.
    """
    name = check_tag(request.name)
    with around.writing() as history:
        delivery_of(history, number)
        if request.remove:
            history.tags.remove(name)
        else:
            history.tags.put(name, number)
        return tuple(history.tags.of(number))


def compare(history: History, first: int, second: int, now: datetime) -> ComparisonDocument:
    """Return what differs between two deliveries. `now` is in the zone of who looks.

    Raises:
        CronofyError: one is not there.
    """
    differences = compare_deliveries(delivery_of(history, first), delivery_of(history, second))
    assert now.tzinfo is not None
    events, more = compared_events(history.events_of(first), history.events_of(second), now.tzinfo, now.date())
    return ComparisonDocument(tuple(map(DifferenceDocument.of, differences)), events, more)


def curl(history: History, number: int) -> bytes:
    """Return a curl command that sends a delivery again. It holds no secret: the signature is the stored one.

    Raises:
        CronofyError: it is not there.
    """
    from cronofy_cli.output.exports.curl import curl_command

    results = history.forwards.results([number]).get(number, ())
    return curl_command(delivery_of(history, number), results[-1].target if results else None)


@dataclass(frozen=True, slots=True)
class Export:
    """What is to be written, and how."""

    format: ExportFormat
    is_redacted: bool


def export(history: History, chosen: Iterable[Delivery], how: Export) -> Iterator[bytes]:
    """Yield deliveries in a form of `deliveries export`, piece by piece."""
    from functools import partial

    from cronofy_cli import __version__
    from cronofy_cli.output.exports.formats import exported
    from cronofy_cli.output.exports.ndjson import kept_beside
    from cronofy_cli.output.exports.redaction import redacted

    deliveries = map(redacted, chosen) if how.is_redacted else chosen
    return exported(deliveries, how.format, __version__, None if how.is_redacted else partial(kept_beside, history))


def chosen(history: History, numbers: Sequence[int], wanted: Filter) -> Iterator[Delivery]:
    """Yield the deliveries of these numbers; without any those that fit a filter, oldest first, up to a limit.

    Raises:
        CronofyError: one is not there.
    """
    if numbers:
        yield from (delivery_of(history, number) for number in numbers)
        return
    from cronofy_cli.inspector.listing import matching

    left = MOST_EXPORTED
    for part in history.between(1, criteria=wanted.criteria):
        found = matching(part, wanted)[:left]
        yield from found
        left -= len(found)
        if not left:
            return


def _edited(around: Around, delivery: Delivery, body: str, sign: str) -> Delivery:
    changed = body.encode("utf-8", "surrogatepass")
    if sign == WRONG:
        return with_body(delivery, changed, [ClientSecret("a wrong one", secrets.token_urlsafe(24))])
    known = around.client_secrets()
    signing = [secret for secret in known if sign in {ALL_SECRETS, NOTHING, secret.label}]
    if not signing:
        raise WrongUsage(f"there is no client secret '{sign}'", hint="choose another one")
    edited = with_body(delivery, changed, signing)
    if sign != NOTHING:
        return edited
    headers = tuple(line for line in edited.request.headers if line[0].lower() != HEADER.lower().encode())
    request = edited.request._replace(headers=headers)
    return edited._replace(request=request, verdict=Verdict(SignatureState.UNSIGNED))
