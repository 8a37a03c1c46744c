"""What the browser of deliveries is given by the history, and what it does to one of them."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.cli.context import AppContext
from cronofy_cli.cli.flags import Flags
from cronofy_cli.commands.deliveries.browsing import HistorySource
from cronofy_cli.core.signature import HEADER, ClientSecret, SignatureState, judge
from cronofy_cli.errors import NotFound, WrongUsage
from cronofy_cli.output.deliveries import local_time
from cronofy_cli.output.terminal.browser_state import Filter
from tests.adapters.history.samples import forward
from tests.in_process import Stream
from tests.outbound.app import answer_of, running_app
from tests.samples import CHANGE, make_delivery

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cronofy_cli.output.terminal.browser_state import Row
    from tests.commands.conftest import Record
    from tests.support import Cli

VERIFICATION = b'{"notification":{"type":"verification\\u001b"},"channel":{"channel_id":"chn_1"}}'
OTHER_YEAR = date(2000, 1, 1)
FOUND = b'{"notification":{"type":"change"},"note":"findable"}'


@pytest.fixture
def source(cli: Cli) -> Iterator[HistorySource]:
    """The deliveries of a history, as the browser asks for them."""
    run = AppContext(cli.environment, Stream(), Stream(is_terminal=True), Stream(), Flags())
    with closing(run.resources):
        yield HistorySource(run)


@pytest.fixture
def kept(record: Record, cli: Cli) -> None:
    """#1 was taken, #2 refused, #3 waits, #4 has a wrong signature, #5 none, and #6 was not checked."""
    record(make_delivery(1, FOUND), make_delivery(2))
    with open_history(cli.data / "deliveries.db") as history:
        history.record([make_delivery(3)], targets_of=lambda _: ["http://localhost:3000/hook"])
    record(
        make_delivery(4, VERIFICATION, SignatureState.INVALID, 401),
        make_delivery(5, CHANGE, SignatureState.UNSIGNED, 401),
        make_delivery(6, CHANGE, SignatureState.UNKNOWN),
    )
    with open_history(cli.data / "deliveries.db") as history:
        history.forwards.record([forward(1), forward(2, 500)])


def numbers(rows: Sequence[Row]) -> list[int]:
    """Return which deliveries are in rows."""
    return [row.number for row in rows]


@pytest.mark.usefixtures("kept")
def test_parts_of_the_list(source: HistorySource) -> None:
    """The newest, those before one, and what came after one: the oldest first in each."""
    assert numbers(source.newest(Filter.ALL, "", 4)) == [3, 4, 5, 6]
    assert numbers(source.before(3, Filter.ALL, "", 200)) == [1, 2]
    assert numbers(source.before(5, Filter.ALL, "", 2)) == [3, 4]
    assert numbers(source.after(4, Filter.ALL, "")) == [5, 6]
    assert numbers(source.after(6, Filter.ALL, "")) == []


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("wanted", "search", "expected"),
    [
        (Filter.ALL, "", [1, 2, 3, 4, 5, 6]),
        (Filter.FAILED, "", [2, 3]),
        (Filter.CHANGES, "", [1, 2, 3, 5, 6]),
        (Filter.WRONG_SIGNATURE, "", [4]),
        (Filter.ALL, "findable", [1]),
        (Filter.CHANGES, "findable", [1]),
        (Filter.FAILED, "findable", []),
        (Filter.WRONG_SIGNATURE, "findable", []),
    ],
)
def test_what_narrows_the_list(wanted: Filter, search: str, expected: list[int], source: HistorySource) -> None:
    """A filter and a search narrow every part of it, both together."""
    assert numbers(source.newest(wanted, search, 200)) == expected
    assert numbers(source.before(7, wanted, search, 200)) == expected
    assert numbers(source.after(0, wanted, search)) == expected


@pytest.mark.usefixtures("kept")
def test_a_row(source: HistorySource) -> None:
    """Its verdict in words, what the application said, since when; what was refused or is not signed needs a look."""
    rows = source.newest(Filter.ALL, "", 200)

    assert [row.signature for row in rows] == [*["signed"] * 3, "wrong signature", "unsigned", "not checked"]
    assert [row.app for row in rows] == ["200", "500", "waiting", "-", "-", "-"]
    assert [row.needs_look for row in rows] == [False, True, False, True, True, False]
    assert [row.kind for row in rows] == ["change", "change", "change", "verification", "change", "change"]
    assert [row.since for row in rows if row.since] == ["since 09:24:16Z"] * 4
    assert source.row(4) == rows[3]
    received_at = make_delivery().request.received_at
    assert {row.when for row in rows} <= {local_time(received_at, received_at), local_time(received_at, OTHER_YEAR)}


@pytest.mark.usefixtures("kept")
def test_one_of_them(source: HistorySource) -> None:
    """Its details are those of `deliveries show`, without colours; body and curl command are there to be copied."""
    details = source.details(2)

    assert "<- 200  #2\n" in details
    assert "POST /r/k3v9?user_id=42" in details
    assert "\x1b" not in details + source.details(4)
    assert source.body(1) == FOUND
    assert b"localhost" in source.curl(2)
    assert source.curl(2).startswith(b"curl ")


@pytest.mark.usefixtures("kept")
def test_one_that_has_gone(source: HistorySource) -> None:
    """It may have been removed meanwhile: that is said, whatever was to be done."""
    for act in (source.row, source.details, source.body, source.curl, source.replay, source.foreign_hosts):
        with pytest.raises(NotFound, match=r"^#99 is not there any more$") as refused:
            act(99)
        assert refused.value.hint == "cronofy deliveries list"


@pytest.mark.usefixtures("kept")
def test_one_without_a_target(source: HistorySource) -> None:
    """Where it goes has to be said, by a command."""
    with pytest.raises(WrongUsage) as refused:
        source.replay(4)

    assert refused.value.hint == "cronofy deliveries replay 4 --to 3000/your/hook"


def test_other_machines(record: Record, cli: Cli, source: HistorySource) -> None:
    """Those of its targets that are elsewhere are named, each once, in their order."""
    record(make_delivery(1), make_delivery(2))
    with open_history(cli.data / "deliveries.db") as history:
        for target in ("http://b.example.com/x", "http://localhost:3000/", "http://a.example.com:8080/y"):
            history.forwards.record([forward(1, 500)._replace(target=target)])
        history.forwards.record([forward(2, 500)._replace(target="http://127.0.0.1:3000/")])

    assert source.foreign_hosts(1) == ["a.example.com:8080", "b.example.com"]
    assert source.foreign_hosts(2) == []


@pytest.mark.parametrize(("status", "verdict"), [(200, "fixed"), (404, "still failing")])
def test_a_replay(status: int, verdict: str, record: Record, cli: Cli, source: HistorySource) -> None:
    """It is sent as it came and kept, and the answer is said with what it means."""
    record(make_delivery(1))
    with running_app() as app:
        app.answer = lambda _: answer_of(status)
        target = f"http://localhost:{app.port}/hook"
        with open_history(cli.data / "deliveries.db") as history:
            history.forwards.record([forward(1, 500)._replace(target=target)])

        said = source.replay(1)

        assert app.await_received(1)[0].body == CHANGE
    assert said.startswith(f"#1 -> {status} in ")
    assert f" ms  {target}  {verdict}" in said
    with open_history(cli.data / "deliveries.db") as history:
        assert [each.is_replay for each in history.forwards.of(1)] == [False, True]


@pytest.mark.parametrize(
    ("editor", "said", "body"),
    [
        ("sed -i s/change/changed/", "edited: #1 -> 200", CHANGE.replace(b"change", b"changed", 1)),
        ("sh -c 'echo nonsense > $1' sh", "edited, and not JSON any more: #1 -> 200", b"nonsense\n"),
    ],
)
def test_an_edited_body(editor: str, said: str, body: bytes, record: Record, cli: Cli, source: HistorySource) -> None:
    """It is sent with a new signature, and is not kept: it says nothing about what Cronofy sent."""
    record(make_delivery(1))
    cli.environment |= {"CRONOFY_CLIENT_SECRET": "CRN_test", "EDITOR": editor}
    with running_app() as app:
        with open_history(cli.data / "deliveries.db") as history:
            history.forwards.record([forward(1, 500)._replace(target=f"http://localhost:{app.port}/hook")])

        assert source.edit(1).startswith(said)
        [received] = app.await_received(1)
    assert received.body == body
    signature = (received.value(HEADER.encode()) or b"").decode()
    assert judge(signature, body, [ClientSecret("current", "CRN_test")]).state is SignatureState.VALID
    with open_history(cli.data / "deliveries.db") as history:
        assert len(history.forwards.of(1)) == 1


def test_without_an_editor(record: Record, cli: Cli, source: HistorySource) -> None:
    """How to change a body all the same is said."""
    record(make_delivery(1))
    cli.environment["CRONOFY_CLIENT_SECRET"] = "CRN_test"
    with open_history(cli.data / "deliveries.db") as history:
        history.forwards.record([forward(1, 500)])

    with pytest.raises(WrongUsage) as refused:
        source.edit(1)
    assert refused.value.hint == "set EDITOR, or: cronofy deliveries replay 1 --set KEY=VALUE"
