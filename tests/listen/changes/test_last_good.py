"""From when on an account's changes may not be known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.listen.changes.last_good import last_good_moment
from tests.listen.changes.test_reader import FIRST, SECOND, THIRD, change
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.deliveries import Delivery

PATHS = ("/r/2", "/r/1")
VERIFICATION = b'{"notification":{"type":"verification"}}'


def came(body: bytes, target: str = "/r/1", state: SignatureState = SignatureState.VALID, *, at_s: int = 0) -> Delivery:
    """Return a delivery to a path; in the samples' data center, so many seconds after their moment."""
    made = make_delivery(0, body, state)
    moment = made.request.received_at + timedelta(seconds=at_s)
    return replace(made, request=replace(made.request, target=target, received_at=moment))


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
        replace(came(change(SECOND)), context="uk"),
    ],
    ids=["account", "forged", "unsigned", "data center"],
)
def test_what_does_not_count(other: Delivery, history: History) -> None:
    """Other accounts' deliveries and those that nobody vouches for say nothing."""
    read_up_to(history, came(change(FIRST), "/team/hooks/r/1?user_id=42"), other, read=2)

    assert last_good_moment(history, "simulator", PATHS) == FIRST


def test_nothing_was_received(history: History) -> None:
    """Without a delivery of the account there is no moment."""
    read_up_to(history, came(change(FIRST), "/r/of-another-account"))

    assert last_good_moment(history, "simulator", PATHS) is None
    assert last_good_moment(history, "simulator", ()) is None
