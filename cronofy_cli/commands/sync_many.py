"""`cronofy sync` for many accounts: one that fails does not stop the others.

All share the requests that their application may make.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from cronofy_cli.commands.sync_account import account_at_work
from cronofy_cli.commands.sync_choices import chosen_accounts
from cronofy_cli.errors import RequestFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.adapters.api.budget import Budget
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.commands.sync_account import AccountAtWork, SyncRequest
    from cronofy_cli.commands.sync_choices import ChosenAccount
    from cronofy_cli.commands.sync_options import ManyAccounts
    from cronofy_cli.sync.drift import DriftReport
    from cronofy_cli.sync.many import AccountResult
    from cronofy_cli.sync.run import Outcome

DoneT = TypeVar("DoneT")


def sync_many(run: AppContext, request: SyncRequest, many: ManyAccounts) -> bool:
    """Bring all copies up to date and say what changed; return whether nothing did.

    Raises:
        AccountsFailed: some failed.
    """
    from cronofy_cli.sync.change_log import ChangeLog
    from cronofy_cli.sync.documents import AccountSyncDocument, SyncCountsDocument
    from cronofy_cli.sync.many_view import show_synced

    def do(account: AccountAtWork) -> tuple[str, Outcome]:
        with ChangeLog() as log:
            return account.sync(log)

    has_changes = False

    def documents() -> Iterator[AccountSyncDocument]:
        nonlocal has_changes
        for result in _worked_on(run, request, many, do):
            if result.done is None:
                yield AccountSyncDocument(**_common(result))
                continue
            name, outcome = result.done
            has_changes = has_changes or outcome.counts.has_changes
            if outcome.repeated:
                run.warn(f"{result.choice}: events that share an event_uid with another: {outcome.repeated}")
            yield AccountSyncDocument(
                **_common(result),
                changed=outcome.counts.has_changes,
                first=outcome.is_first,
                counts=SyncCountsDocument.of(outcome.counts),
                events=outcome.events,
                full_read=outcome.full_read,
                out=name,
            )

    show_synced(run.output, documents(), request.place.name)
    return not has_changes


def check_many(run: AppContext, request: SyncRequest, many: ManyAccounts) -> bool:
    """Compare all copies and say how they differ; return whether they do not.

    Raises:
        AccountsFailed: some could not be compared.
    """
    from cronofy_cli.sync.documents import AccountCheckDocument, DriftCountsDocument
    from cronofy_cli.sync.many_view import show_checked

    def do(account: AccountAtWork) -> tuple[str, DriftReport]:
        return account.check()

    are_in_step = True

    def documents() -> Iterator[AccountCheckDocument]:
        nonlocal are_in_step
        for result in _worked_on(run, request, many, do):
            if result.done is None:
                yield AccountCheckDocument(**_common(result))
                continue
            name, report = result.done
            are_in_step = are_in_step and not report.drifts
            yield AccountCheckDocument(
                **_common(result),
                in_step=not report.drifts,
                counts=DriftCountsDocument.of(report.drifts),
                pending=sum(drift.is_pending for drift in report.drifts),
                events=report.events,
                out=name,
            )

    show_checked(run.output, documents(), request.place.name)
    return are_in_step


def _worked_on(
    run: AppContext, request: SyncRequest, many: ManyAccounts, do: Callable[[AccountAtWork], DoneT]
) -> Iterator[AccountResult[ChosenAccount, DoneT]]:
    """Work on all accounts, those first whose last run is the longest ago, and yield what became of each."""
    from cronofy_cli.sync.many import for_each

    accounts = chosen_accounts(run, many)
    last_runs = request.place.last_runs([account.key for account in accounts])
    accounts.sort(key=lambda account: last_runs.get(account.key, 0.0))
    work = _Work(run, request)

    def worked_on(account: ChosenAccount) -> DoneT:
        with work.opened(account) as at_work:
            return do(at_work)

    with run.progress("accounts") as progress:
        results = for_each(accounts, worked_on, concurrency=many.concurrency, break_off=work.break_off)
        for number, result in enumerate(results, start=1):
            progress.note(None, None, number)
            yield result


class _Work:
    """What is open while accounts are worked on. Used by several threads."""

    def __init__(self, run: AppContext, request: SyncRequest) -> None:
        self._run = run
        self._request = request
        self._lock = threading.Lock()
        self._budgets: dict[tuple[str, str], Budget] = {}
        self._open: list[AppContext] = []

    @contextmanager
    def opened(self, account: ChosenAccount) -> Iterator[AccountAtWork]:
        """Ask Cronofy whose account it is, and let it be worked on."""
        from cronofy_cli.adapters.api.retries import RetryPolicy
        from cronofy_cli.sync.accounts_file import is_account_id

        # More patient than usual: a minute that others have used up comes to its end.
        policy = RetryPolicy(attempts=8, first_delay_s=1, longest_delay_s=20)
        run = account.open(self._budget(account), policy)
        with run.resources, self._noted(run):
            at_work = account_at_work(run, self._request, is_listed=account.context is None)
            if account.sub not in {None, at_work.wish.sub}:
                raise RequestFailed(
                    f"the access token that Cronofy gave is that of {at_work.wish.sub}",
                    hint=f"correct what is kept or listed for {account.sub}",
                )
            if not is_account_id(at_work.wish.sub):
                raise RequestFailed("the id that Cronofy gave the account cannot be part of a file's name")
            yield at_work

    def break_off(self) -> None:
        """End what is under way."""
        # What comes meanwhile is met the next time: this is called until everything has ended.
        for budget in tuple(self._budgets.values()):
            budget.stop()
        for run in tuple(self._open):
            if "api" in run.__dict__:
                run.api.interrupt(threading.Event())

    def _budget(self, account: ChosenAccount) -> Budget:
        with self._lock:
            key = (account.client_id, account.data_center)
            if key not in self._budgets:
                self._budgets[key] = self._request.budget(*key)
                self._run.resources.callback(self._budgets[key].close)
            return self._budgets[key]

    @contextmanager
    def _noted(self, run: AppContext) -> Iterator[None]:
        self._open.append(run)
        try:
            yield
        finally:
            self._open.remove(run)


def _common(result: AccountResult[ChosenAccount, Any]) -> dict[str, Any]:
    """Return the fields that all results have."""
    from cronofy_cli.output.documents.errors import ErrorDocument

    account = result.choice
    return {
        "sub": account.sub,
        "context": account.context,
        "data_center": account.data_center,
        "duration_ms": result.duration_ms,
        "error": None if result.error is None else ErrorDocument.of(result.error),
    }
