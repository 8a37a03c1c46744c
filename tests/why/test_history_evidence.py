"""What is read of the history, from a real one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.callback_probe.probe import PROBE_CHANNEL_ID
from cronofy_cli.adapters.history import Gap, open_history
from cronofy_cli.core.accounts.foreign_secrets import ForeignSecrets
from cronofy_cli.core.autopsy import Cause
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.notifications.deliveries import Imported
from cronofy_cli.core.signature import HEADER, ClientSecret, SignatureState, sign
from cronofy_cli.why.history_evidence import MOST_DELIVERIES, read_history
from tests.why.evidences import NOW, delivery, forward

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.why.evidence import HistoryEvidence

MINE = ClientSecret("mine", "CRN_mine")
INVALID, UNSIGNED = SignatureState.INVALID, SignatureState.UNSIGNED


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """An empty history."""
    with open_history(tmp_path / "deliveries.db") as opened:
        yield opened


def read(history: History, channel_id: str | None = None, secrets: ForeignSecrets | None = None) -> HistoryEvidence:
    """Read what `why` looks at."""
    return read_history(history, NOW, channel_id, [MINE], lambda: secrets or ForeignSecrets())


def signed_with(secret: str, channel_id: str = "chn_1") -> Delivery:
    """Return a delivery that was rejected, signed with a secret."""
    rejected = delivery(1, 401, INVALID, channel_id=channel_id)
    header = (HEADER.encode(), sign(rejected.request.body, [secret]).encode())
    return rejected._replace(request=rejected.request._replace(headers=(header,)))


def test_what_was_made_up_is_left_out(history: History) -> None:
    """A probe, and a notification that `listen` reconstructed, say nothing about Cronofy."""
    history.record([delivery(3), delivery(2, channel_id=PROBE_CHANNEL_ID)])
    history.record([delivery(1)], are_reconstructed=True)

    assert [each.id for each in read(history).deliveries] == [1]


def test_the_asked_channel_is_looked_for_further_back(history: History) -> None:
    """The newest deliveries of all channels are read, and of the asked one the newest fifty, each once, in order."""
    history.record([delivery(9) for _ in range(51)])
    history.record([delivery(8, channel_id="chn_2") for _ in range(MOST_DELIVERIES - 1)])
    history.record([delivery(7)])

    asked = [each for each in read(history, "chn_1").deliveries if each.notification.channel_id == "chn_1"]
    assert [each.id for each in asked] == [*range(3, 52), 351]
    assert len(read(history, "chn_1").deliveries) == MOST_DELIVERIES + 49
    assert len(read(history).deliveries) == MOST_DELIVERIES


def test_what_was_imported_is_no_evidence(history: History) -> None:
    """What a file says was received elsewhere says nothing about this machine, of an asked channel neither."""
    history.record([delivery(2)])
    history.add_imported([delivery(3)._replace(imported=Imported(NOW, SignatureState.VALID))])

    for asked in (None, "chn_1"):
        assert [each.id for each in read(history, asked).deliveries] == [1]


def test_forwards_of_the_newest_deliveries(history: History) -> None:
    """Of each channel the forwards of the newest thirty deliveries are read."""
    history.record([delivery(9) for _ in range(31)])
    history.record([delivery(8, channel_id="chn_2")])
    history.forwards.record([forward(number, 500) for number in range(1, 33)])

    assert [each.delivery_id for each in read(history).forwards] == list(range(2, 33))


def test_forwards_of_many_channels(history: History) -> None:
    """Of all channels together they are ninety at most."""
    for channel in range(4):
        history.record([delivery(9, channel_id=f"chn_{channel}") for _ in range(30)])
    history.forwards.record([forward(number, 500) for number in range(1, 121)])

    assert [each.delivery_id for each in read(history).forwards] == list(range(31, 121))


def test_the_newest_delivery_of_a_channel_is_examined(history: History) -> None:
    """Why its signature does not match is found out, also with secrets that are not in use here."""
    history.record([signed_with("CRN_old"), signed_with("CRN_other"), signed_with("CRN_removed", "chn_2")])
    history.record([delivery(1, 401, UNSIGNED, channel_id="chn_3")])
    others = ForeignSecrets(
        (ClientSecret("main of the context acme", "CRN_other"),),
        (ClientSecret("old of the context acme", "CRN_removed"),),
    )

    diagnoses = read(history, secrets=others).diagnoses
    assert {number: found.cause for number, found in diagnoses.items()} == {
        2: Cause.OTHER_CONTEXT_SECRET,
        3: Cause.REMOVED_SECRET,
        4: Cause.HEADER_MISSING,
    }
    assert diagnoses[2].secret_label == "main of the context acme"


def test_a_signature_that_matches_needs_no_examination(history: History) -> None:
    """No other secret is even looked for where the newest delivery of each channel is right."""
    history.record([signed_with("CRN_old"), delivery(1)])

    found = read_history(history, NOW, None, [MINE], lambda: pytest.fail("not needed"))

    assert found.diagnoses == {}


def test_few_are_examined(history: History) -> None:
    """One examination can take a second: the newest four are."""
    history.record([delivery(1, 401, INVALID, channel_id=f"chn_{number}") for number in range(6)])

    assert list(read(history).diagnoses) == [3, 4, 5, 6]


def test_gaps_of_a_day(history: History) -> None:
    """When listeners could receive nothing is read of the last 24 hours, with the reason."""
    day, second = timedelta(days=1), timedelta(seconds=1)
    history.mark_gap(Gap(NOW - 2 * day, NOW - day - second, "too long ago"))
    history.mark_gap(Gap(NOW - 2 * day, NOW - day, "the tunnel is gone"))
    history.mark_gap(Gap(NOW - second, NOW, "this machine slept"))

    gaps = read(history).gaps
    assert [gap.reason for gap in gaps] == ["the tunnel is gone", "this machine slept"]
    assert (gaps[1].started, gaps[1].ended) == (NOW - second, NOW)


def test_a_replay_is_no_evidence(history: History) -> None:
    """What was sent again by hand says nothing about where notifications are forwarded to."""
    history.record([delivery(1)])
    history.forwards.record([forward(1), forward(1, failure=Failure.CONNECTION_REFUSED)._replace(is_replay=True)])

    assert [each.is_replay for each in read(history).forwards] == [False]
