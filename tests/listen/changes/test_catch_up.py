"""Catching up on what may have been missed: from when on, as what, and with which reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.notifications.channels import parse_channel
from cronofy_cli.core.notifications.deliveries import Imported
from cronofy_cli.core.notifications.delivery_filter import EVERYTHING, DeliveryFilter
from cronofy_cli.core.notifications.where import parse_where
from cronofy_cli.core.signature import HEADER, ClientSecret, SignatureState, judge
from cronofy_cli.listen.changes.catch_up import CatchUp, Reconstruction, last_good_moment
from cronofy_cli.listen.changes.read_request import ReadRequest, folded
from tests.listen.changes.test_reader import FIRST, LIMIT_S, SECOND, THIRD, Cronofy, change
from tests.samples import make_delivery
from tests.vectors import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.changes.reader import ChangeReader

SINCE = "2026-11-22T09:24:16Z"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRETS = [ClientSecret("new", "CRN_1"), ClientSecret("old", "CRN_2")]
CHANNEL = parse_channel(
    b'{"channel_id":"chn_1","callback_url":"https://example.com/team/r/k3v9?user_id=42","filters":{"only_managed":true}}'
)
MADE_UP = Reconstruction((), "uk", lambda: datetime.now(UTC))
PATHS = ("/r/2", "/r/1")
VERIFICATION = b'{"notification":{"type":"verification"}}'


@pytest.fixture
def cronofy(tmp_path: Path) -> Cronofy:
    """Cronofy, which answers at once."""
    return Cronofy(tmp_path)


@pytest.fixture
def reader(cronofy: Cronofy) -> Iterator[ChangeReader]:
    """A reader at work."""
    reader = cronofy.reader()
    reader.start()
    yield reader
    reader.stop(LIMIT_S)


@pytest.mark.parametrize(("last_read", "since"), [(None, SECOND), (FIRST, FIRST), (THIRD, SECOND)])
def test_a_gap(
    last_read: str | None,
    since: str,
    cronofy: Cronofy,
    reader: ChangeReader,
    wait_until: Callable[[Callable[[], bool]], None],
) -> None:
    """It is read from its beginning, or from the last moment before it up to which all was read."""
    if last_read is not None:
        reader.ask(ReadRequest(last_read))
        wait_until(lambda: bool(cronofy.reads))

    CatchUp(reader, MADE_UP.delivery, EVERYTHING.wants).read_gap(CHANNEL, datetime.fromisoformat(SECOND))
    reader.stop(LIMIT_S)

    read = cronofy.reads[-1]
    assert (read.changes_since, read.delivery_ids, read.is_reconstructed) == (since, (), True)
    assert read.missed is not None
    assert read.missed.notification.changes_since == since
    assert cronofy.queries[-1].only_managed is True


@pytest.mark.parametrize(
    ("chosen", "is_read"),
    [
        (DeliveryFilter(types=frozenset({"change"})), True),
        (DeliveryFilter(types=frozenset({"smart_invite"})), False),
        (DeliveryFilter(channel_ids=frozenset({"chn_2"})), False),
        (DeliveryFilter(where=parse_where("channel.filters.only_managed == `true`")), True),
    ],
)
def test_only_what_is_chosen(chosen: DeliveryFilter, is_read: bool, cronofy: Cronofy, reader: ChangeReader) -> None:
    """What nobody would want to be notified of is not read either."""
    CatchUp(reader, MADE_UP.delivery, chosen.wants).read_since(CHANNEL, FIRST)
    reader.stop(LIMIT_S)

    assert bool(cronofy.reads) is is_read


def made_up(secrets: list[ClientSecret] | None = None) -> Delivery:
    """Make up a notification."""
    return Reconstruction(SECRETS if secrets is None else secrets, "uk", lambda: NOW).delivery(CHANNEL, SINCE)


def test_it_is_shaped_like_cronofys() -> None:
    """It has the fields of the published `change`, the right moment, and the channel as Cronofy knows it."""
    published = next(json.loads(example.body) for example in EXAMPLES if example.type == "change")
    body = json.loads(made_up().request.body)

    assert body == {"notification": {"type": "change", "changes_since": SINCE}, "channel": json.loads(CHANNEL.raw)}
    assert {key: set(body[key]) for key in body} == {key: set(published[key]) for key in published}


def test_it_goes_to_the_callback_url() -> None:
    """An application gets path and query as with each notification, and may tell who made it."""
    request = made_up().request

    assert (request.method, request.target, request.received_at) == ("POST", "/team/r/k3v9?user_id=42", NOW)
    assert request.header("host") == "example.com"
    assert request.header("content-length") == str(len(request.body))
    assert "(reconstructed)" in (request.header("user-agent") or "")


@pytest.mark.parametrize("secret", SECRETS)
def test_it_is_signed(secret: ClientSecret) -> None:
    """Each of the application's client secrets verifies it."""
    delivery = made_up()

    verdict = judge(delivery.request.header(HEADER), delivery.request.body, [secret])

    assert verdict.state is delivery.verdict.state is SignatureState.VALID


def test_without_a_secret() -> None:
    """Nothing is signed with nothing."""
    delivery = made_up([])

    assert (delivery.request.header(HEADER), delivery.verdict.state) == (None, SignatureState.UNKNOWN)


def test_several_gaps_become_one() -> None:
    """If they are read together, the notification that speaks of the earliest stands for all."""
    later = "2026-11-22T10:00:00Z"
    made_later = Reconstruction(SECRETS, "uk", lambda: NOW).delivery(CHANNEL, later)

    [read] = folded([ReadRequest(later, missed=made_later), ReadRequest(SINCE, missed=made_up())])

    assert read.missed == made_up()


def came(body: bytes, target: str = "/r/1", state: SignatureState = SignatureState.VALID, *, at_s: int = 0) -> Delivery:
    """Return a delivery to a path; in the samples' data center, so many seconds after their moment."""
    made = make_delivery(0, body, state)
    moment = made.request.received_at + timedelta(seconds=at_s)
    return made._replace(request=made.request._replace(target=target, received_at=moment))


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """An empty history."""
    with open_history(tmp_path / "history.db") as history:
        yield history


def read_up_to(history: History, *deliveries: Delivery, read: int = 0) -> None:
    """Record deliveries, the first ones with the events that were read for them."""
    recorded = history.record(deliveries)
    history.attach_events([each.id for each in recorded[:read] if each.id is not None], b"{}")


def test_the_newest_change(history: History) -> None:
    """It is the moment that the newest change spoke of, whatever came later without one."""
    read_up_to(history, came(change(FIRST)), came(change(SECOND)), came(VERIFICATION), read=2)

    assert last_good_moment(history, "simulator", PATHS) == SECOND


def test_what_was_not_read(history: History) -> None:
    """Changes that came and whose events were not read, because the run was killed, count; those before do not."""
    read_up_to(history, came(change(FIRST)), came(change(THIRD)), came(change(SECOND)), read=1)
    assert last_good_moment(history, "simulator", PATHS) == FIRST

    read_up_to(history, came(change(SECOND)), came(change(THIRD)), came(change("2026-11-22T10:00:00Z")), read=2)
    assert last_good_moment(history, "simulator", PATHS) == THIRD


def test_no_change_yet(history: History) -> None:
    """Then it is when the newest notification came."""
    read_up_to(history, came(VERIFICATION), came(VERIFICATION, at_s=60))

    assert last_good_moment(history, "simulator", PATHS) == "2026-11-22T12:05:31Z"


@pytest.mark.parametrize(
    "other",
    [
        came(change(SECOND), "/r/of-another-account"),
        came(change(SECOND), state=SignatureState.INVALID),
        came(change(SECOND), state=SignatureState.UNSIGNED),
        came(change(SECOND))._replace(context="uk"),
    ],
    ids=["account", "forged", "unsigned", "data center"],
)
def test_what_does_not_count(other: Delivery, history: History) -> None:
    """Other accounts' deliveries and those that nobody vouches for say nothing."""
    read_up_to(history, came(change(FIRST), "/team/hooks/r/1?user_id=42"), other, read=2)

    assert last_good_moment(history, "simulator", PATHS) == FIRST


def test_what_was_imported(history: History) -> None:
    """Another's deliveries, which were read into the history, say nothing of what was received here."""
    read_up_to(history, came(change(FIRST)), read=1)
    imported = Imported(NOW, SignatureState.VALID)
    history.record([came(change(SECOND))._replace(imported=imported)])

    assert last_good_moment(history, "simulator", PATHS) == FIRST


def test_nothing_was_received(history: History) -> None:
    """Without a delivery of the account there is no moment."""
    read_up_to(history, came(change(FIRST), "/r/of-another-account"))

    assert last_good_moment(history, "simulator", PATHS) is None
    assert last_good_moment(history, "simulator", ()) is None
