"""What is written of many accounts: each as it is known, and all of them together."""

from __future__ import annotations

import pytest

from cronofy_cli.errors import NotSignedIn
from cronofy_cli.output.documents.errors import ErrorDocument
from cronofy_cli.output.streams import OutputFormat
from cronofy_cli.sync.documents import (
    AccountCheckDocument,
    AccountSyncDocument,
    DriftCountsDocument,
    SyncCountsDocument,
)
from cronofy_cli.sync.many import AccountsFailed
from cronofy_cli.sync.many_view import show_checked, show_synced
from tests.output.outputs import MemoryOutput

ERROR = ErrorDocument.of(NotSignedIn("the refresh token is not valid", hint="cronofy auth login"))
PLACE = "copies/{sub}.db"


def synced(sub: str | None = "acc_1", **fields: object) -> AccountSyncDocument:
    """Return what a run did for an account."""
    known: dict[str, object] = {
        "context": None,
        "data_center": "us",
        "duration_ms": 2.5,
        "error": None,
        "events": 1200,
        "counts": SyncCountsDocument(3, 0, 1, 0, 2, 0),
    }
    return AccountSyncDocument(sub=sub, **known | fields)  # type: ignore[arg-type]


def checked(sub: str | None = "acc_1", **fields: object) -> AccountCheckDocument:
    """Return how an account's copy differs."""
    known: dict[str, object] = {
        "context": None,
        "data_center": "us",
        "duration_ms": 2.5,
        "error": None,
        "events": 5,
        "counts": DriftCountsDocument(missing=0, extra=0, different=0),
    }
    return AccountCheckDocument(sub=sub, **known | fields)  # type: ignore[arg-type]


def failed(sub: str | None, context: str | None = None) -> AccountSyncDocument:
    """Return an account of which only the error is known."""
    return synced(sub, context=context, error=ERROR, events=None, counts=None)


def test_all_together() -> None:
    """People get one sentence: what was counted over all accounts, and where the copies are."""
    memory = MemoryOutput(OutputFormat.TABLE)
    show_synced(memory.output, [synced(), synced("acc_2", counts=SyncCountsDocument(0, 4, 0, 5, 0, 6))], PLACE)
    show_synced(memory.output, [synced(counts=SyncCountsDocument(0, 0, 0, 0, 0, 0), events=1)], PLACE)

    done = "3 added, 4 moved, 1 changed, 5 removed, 2 came into the window, 6 left it"
    assert memory.stdout.text.splitlines() == [
        f"2 accounts: {done}; 2,400 events in copies/{{sub}}.db",
        "1 account: nothing changed; 1 event in copies/{sub}.db",
    ]
    assert memory.stderr.text == ""


def test_how_all_differ() -> None:
    """Each way is counted; where there is none, all copies are in step."""
    memory = MemoryOutput(OutputFormat.TABLE)
    show_checked(memory.output, [checked()], PLACE)
    show_checked(memory.output, [checked(counts=DriftCountsDocument(missing=1, extra=2, different=3))], PLACE)

    assert memory.stdout.text.splitlines() == [
        "1 account: in step; 5 events in copies/{sub}.db",
        "1 account: 1 missing, 2 extra, 3 different; 5 events in copies/{sub}.db",
    ]


def test_those_that_fail() -> None:
    """Each is named by its context or its id, with its error's hint; how many they are is the error of the whole."""
    memory = MemoryOutput(OutputFormat.TABLE)
    with pytest.raises(AccountsFailed, match=r"^3 of 4 accounts failed; the others are done$") as caught:
        show_synced(memory.output, [failed("acc_2"), synced(), failed(None, "acme"), failed(None)], PLACE)

    assert caught.value.hint == "run the same command again: what is done is only brought up to date"
    assert memory.stdout.text.startswith("1 of 4 accounts: 3 added")
    assert memory.stderr.text.splitlines() == [
        line
        for name in ("acc_2", "context acme", "?")
        for line in (f"error: {name}: the refresh token is not valid", "hint: cronofy auth login")
    ]
    wrong = checked(error=ErrorDocument.of(NotSignedIn("x")), events=None, counts=None)
    with pytest.raises(AccountsFailed, match="1 of 1 account failed") as caught:
        show_checked(MemoryOutput(OutputFormat.TABLE).output, [wrong], PLACE)
    assert caught.value.hint == "see the errors, then run the same command again"


def test_rows_for_a_pipe() -> None:
    """A row for each account: its ids, whether it is done, what was counted, and what failed."""
    memory = MemoryOutput(OutputFormat.TSV)
    with pytest.raises(AccountsFailed):
        show_synced(memory.output, [synced(context="acme"), failed("acc_2")], PLACE)

    assert memory.stdout.text.splitlines() == [
        "acc_1\tacme\tdone\t1200\t3\t0\t1\t0\t2\t0\t",
        "acc_2\t\tfailed\t\t\t\t\t\t\t\tthe refresh token is not valid",
    ]
