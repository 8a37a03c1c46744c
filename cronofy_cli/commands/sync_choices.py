"""The accounts that a command line of `cronofy sync` names, and how each is signed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from cronofy_cli.cli.other_accounts import run_of_context, run_with_tokens
from cronofy_cli.commands.sync_options import ALL
from cronofy_cli.core.accounts.data_centers import SIMULATOR
from cronofy_cli.errors import NotSignedIn, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cronofy_cli.adapters.api.budget import Budget
    from cronofy_cli.adapters.api.retries import RetryPolicy
    from cronofy_cli.auth.kept_refresh_tokens import KeptRefreshTokens
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.commands.sync_options import ManyAccounts
    from cronofy_cli.core.accounts.contexts import Context
    from cronofy_cli.core.accounts.oauth import Application
    from cronofy_cli.sync.accounts_file import ListedAccount

_STDIN: Final = "-"
_MOST_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ChosenAccount:
    """One of many accounts."""

    sub: str | None
    """None where a context does not know it."""
    context: str | None
    data_center: str
    client_id: str
    open: Callable[[Budget, RetryPolicy], AppContext] = field(repr=False)
    """Makes a run for it alone, to be closed."""

    @property
    def key(self) -> tuple[str, str]:
        """What tells its copy from others."""
        return (self.sub or "", self.data_center)

    def __str__(self) -> str:
        """What messages call it."""
        return self.sub or "?" if self.context is None else f"context {self.context}"


def chosen_accounts(run: AppContext, many: ManyAccounts) -> list[ChosenAccount]:
    """Return the accounts, each once.

    Raises:
        WrongUsage: none is meant, or the file is not one of accounts.
        NotFound: there is no such context.
        NotSignedIn: the application is not known.
    """
    if many.accounts is not None:
        return _listed(run, many.accounts)
    return _of_contexts(run, many.contexts or "")


def _of_contexts(run: AppContext, names: str) -> list[ChosenAccount]:
    found: dict[tuple[str, str], ChosenAccount] = {}
    for context in _contexts(run, names):
        sub = None if context.account is None else context.account.sub
        account = ChosenAccount(
            sub, context.name, _data_center(run, context), context.client_id or "", partial(_open_context, run, context)
        )
        same = found.setdefault(account.key if sub else (context.name, ""), account)
        if same is not account:
            run.output.note(f"note: {account} is the account of {same}: it is worked on once")
    return list(found.values())


def _data_center(run: AppContext, context: Context) -> str:
    """Return the data center's name. A simulator need not run: then this account fails, and the others do not."""
    beside = run_of_context(run, context)
    return SIMULATOR if beside.is_simulator else beside.data_center.name


def _contexts(run: AppContext, names: str) -> list[Context]:
    if names.strip() == ALL:
        contexts = [each for each in run.settings.contexts.values() if each.account is not None]
        if not contexts:
            raise NotSignedIn("no context is signed in to an account", hint="cronofy auth login --context NAME")
        return contexts
    chosen = list(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
    if not chosen:
        raise WrongUsage("--contexts names no context", hint="name some, or all; see: cronofy context list")
    return [run.settings.named(name) for name in chosen]


def _open_context(run: AppContext, context: Context, budget: Budget, policy: RetryPolicy) -> AppContext:
    beside = run_of_context(run, context)
    beside.budget, beside.retry_policy = budget, policy
    return beside


def _listed(run: AppContext, source: str) -> list[ChosenAccount]:
    from cronofy_cli.auth.kept_refresh_tokens import KeptRefreshTokens
    from cronofy_cli.cli.client_secrets import read_bytes
    from cronofy_cli.sync.accounts_file import parse_accounts

    name = "stdin" if source == _STDIN else source
    accounts = parse_accounts(read_bytes(run, source, most=_MOST_BYTES), name)
    application = _application(run)
    warned: set[Path] = set()

    def warn_once(path: Path) -> None:
        if path not in warned:
            warned.add(path)
            run.warn(f"Cronofy has changed refresh tokens: the new ones are in {path}; put them into {name}")

    kept = KeptRefreshTokens(run.environment, warn_once)
    data_center = run.data_center.name
    return [
        ChosenAccount(
            account.sub,
            None,
            data_center,
            application.client_id,
            partial(_open_listed, run, application, account, kept),
        )
        for account in accounts
    ]


def _open_listed(
    run: AppContext,
    application: Application,
    account: ListedAccount,
    kept: KeptRefreshTokens,
    budget: Budget,
    policy: RetryPolicy,
) -> AppContext:
    from cronofy_cli.adapters.oauth.tokens import TokenEndpoint
    from cronofy_cli.auth.listed_tokens import ListedTokens

    endpoint = TokenEndpoint(
        run.data_center, application, again="cronofy auth login", observe=run.observer, budget=budget
    )
    beside = run_with_tokens(run, ListedTokens(account.sub, account.refresh_token, endpoint, kept))
    beside.budget, beside.retry_policy = budget, policy
    return beside


def _application(run: AppContext) -> Application:
    """Return the application that the refresh tokens are of: of the environment, or of the context in use.

    Raises:
        NotSignedIn: it is not known.
    """
    from cronofy_cli.adapters.environment import Variable
    from cronofy_cli.core.accounts.oauth import checked_application

    client_id = run.environment.get(Variable.CLIENT_ID, "").strip()
    if run.is_simulator:
        client_id = run.simulator.client_id
    elif not client_id and run.account is not None:
        client_id = run.account.context.client_id or ""
    secrets = run.client_secrets
    if not client_id or not secrets:
        raise NotSignedIn(
            "the application is not known that the refresh tokens are of: its client id or client secret is missing",
            hint=f"set {Variable.CLIENT_ID} and {Variable.CLIENT_SECRET}, or use a context that has both",
        )
    return checked_application(client_id, secrets[0].value)
