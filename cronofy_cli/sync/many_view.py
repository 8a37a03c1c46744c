"""What became of many accounts: a sentence for people, rows and documents for programs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from cronofy_cli.core.counts import counted
from cronofy_cli.core.text import clean
from cronofy_cli.output.lists import Column, ListView, show_list
from cronofy_cli.output.streams import OutputFormat
from cronofy_cli.sync.documents import AccountCheckDocument, AccountSyncDocument
from cronofy_cli.sync.many import AccountsFailed
from cronofy_cli.sync.view import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cronofy_cli.output.streams import Output

DocumentT = TypeVar("DocumentT", AccountSyncDocument, AccountCheckDocument)

_SYNC_COUNTS: Final = {
    "added": "added",
    "moved": "moved",
    "changed": "changed",
    "removed": "removed",
    "slid_in": "came into the window",
    "slid_out": "left it",
}
_CHECK_COUNTS: Final = {"missing": "missing", "extra": "extra", "different": "different"}


@dataclass(slots=True)
class Totals:
    """What was counted over all accounts."""

    accounts: int = 0
    failed: int = 0
    events: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, document: AccountSyncDocument | AccountCheckDocument) -> None:
        """Count an account."""
        self.accounts += 1
        self.failed += document.error is not None
        self.events += document.events or 0
        if document.counts is not None:
            self.counts.update(document.counts.by_name())


def show_synced(output: Output, documents: Iterable[AccountSyncDocument], place: str) -> None:
    """Write what runs did, as it is known, and what that is together.

    Raises:
        AccountsFailed: some of them failed, which are named in the output.
    """
    totals = _show(output, documents, _view(_SYNC_COUNTS))
    if output.format is OutputFormat.TABLE:
        output.data(summary(totals, _SYNC_COUNTS, "nothing changed", place))
    _require_all(totals, "run the same command again: what is done is only brought up to date")


def show_checked(output: Output, documents: Iterable[AccountCheckDocument], place: str) -> None:
    """Write how copies differ, as it is known, and what that is together.

    Raises:
        AccountsFailed: some of them could not be compared, which are named in the output.
    """
    totals = _show(output, documents, _view(_CHECK_COUNTS))
    if output.format is OutputFormat.TABLE:
        output.data(summary(totals, _CHECK_COUNTS, "in step", place))
    _require_all(totals, "see the errors, then run the same command again")


def summary(totals: Totals, words: dict[str, str], otherwise: str, place: str) -> str:
    """Return all accounts together: `200 accounts: 35 added, 2 removed; 51,200 events in copies/{sub}.db`."""
    done = totals.accounts - totals.failed
    accounts = f"{done:,} of {counted(totals.accounts, 'account')}" if totals.failed else counted(done, "account")
    said = listed(*((totals.counts[name], word) for name, word in words.items()))
    return f"{accounts}: {said or otherwise}; {counted(totals.events, 'event')} in {clean(place)}"


def _show(output: Output, documents: Iterable[DocumentT], view: ListView[DocumentT]) -> Totals:
    totals = Totals()

    def noted() -> Iterator[DocumentT]:
        for document in documents:
            totals.add(document)
            if document.error is not None and not output.format.is_json:
                hint = f"\nhint: {document.error.hint}" if document.error.hint else ""
                output.advise(f"error: {_name(document)}: {document.error.message}{hint}")
            yield document

    if output.format is OutputFormat.TABLE:
        for _ in noted():
            pass
    else:
        show_list(output, noted(), view)
    return totals


def _require_all(totals: Totals, hint: str) -> None:
    if totals.failed:
        raise AccountsFailed(
            f"{totals.failed:,} of {counted(totals.accounts, 'account')} failed; the others are done", hint=hint
        )


def _name(document: AccountSyncDocument | AccountCheckDocument) -> str:
    if document.context is not None:
        return f"context {document.context}"
    return document.sub or "?"


def _view(counts: Iterable[str]) -> ListView[DocumentT]:
    return ListView(
        columns=(
            Column("ACCOUNT", lambda each: each.sub or ""),
            Column("CONTEXT", lambda each: each.context or ""),
            Column("STATE", lambda each: "done" if each.error is None else "failed"),
            Column("EVENTS", lambda each: "" if each.events is None else str(each.events)),
            *(Column(name.upper(), partial(_count, name)) for name in counts),
            Column("ERROR", lambda each: "" if each.error is None else each.error.message),
        ),
        document=lambda each: each.encode(),
        empty="there is no account",
    )


def _count(name: str, document: AccountSyncDocument | AccountCheckDocument) -> str:
    return "" if document.counts is None else str(document.counts.by_name()[name])
