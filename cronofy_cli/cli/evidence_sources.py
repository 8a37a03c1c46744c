"""What `why` and `doctor` are given to look with: data center, clients, secrets, other contexts, from this run."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from cronofy_cli.adapters.api.client import ApiClient, Timeouts
from cronofy_cli.adapters.api.retries import RetryPolicy
from cronofy_cli.adapters.http import tls_context
from cronofy_cli.adapters.journal import Journal
from cronofy_cli.adapters.settings import Key
from cronofy_cli.auth.account import SignedInContext
from cronofy_cli.auth.context_store import AccountKeeper
from cronofy_cli.auth.refreshing_token import not_signed_in
from cronofy_cli.cli.other_secrets import other_secrets
from cronofy_cli.core.accounts.contexts import SecretPlace
from cronofy_cli.core.accounts.data_centers import SIMULATOR, DataCenterId, data_center_at, parse_data_center
from cronofy_cli.errors import CronofyError
from cronofy_cli.evidence.account import Place
from cronofy_cli.evidence.callback import Prober
from cronofy_cli.why.callback_evidence import PROBE_LIMITS
from cronofy_cli.why.collect import OtherContext, Sources
from cronofy_cli.why.evidence import Access

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.adapters.api.exchanges import Exchange
    from cronofy_cli.adapters.api.tokens import AccessTokens
    from cronofy_cli.adapters.callback_probe import ProbeLimits
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.accounts.contexts import Context
    from cronofy_cli.core.accounts.data_centers import DataCenter
    from cronofy_cli.core.signature import ClientSecret

_TIMEOUTS = Timeouts(connect_s=3, read_s=5, write_s=5)
"""Shorter than usual: that Cronofy does not respond is part of what `why` reports."""

_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")


def place_of(run: AppContext) -> Place:
    """Return the data center of this run and what configured it.

    Raises:
        CronofyError: the settings cannot be read, or no simulator runs.
    """
    return Place(run.data_center, str(run.settings.find(Key.DATA_CENTER).origin))


def prober_of(limits: ProbeLimits, client_secrets: tuple[ClientSecret, ...]) -> Prober:
    """Return what tries callback URLs as this machine can."""
    return Prober(tls_context, _now, limits, client_secrets)


def open_observed(
    run: AppContext, tokens: AccessTokens, observe: Callable[[Exchange], None], *, timeouts: Timeouts | None = None
) -> ApiClient:
    """Return a client that reports its exchanges, to the user too if that was asked for. The run closes it."""
    show = run.observer

    def report(exchange: Exchange) -> None:
        observe(exchange)
        if show is not None:
            show(exchange)

    client = ApiClient(run.data_center, tokens, timeouts=timeouts, retry_policy=RetryPolicy(attempts=2), observe=report)
    return run.resources.enter_context(client)


def sources_of(run: AppContext, *, probes: bool) -> Sources:
    """Return where `why` gets its evidence. `probes` says whether callback URLs are to be tried."""
    tokens = _tokens(run)
    client_secrets = _client_secrets(run)
    return Sources(
        access=_access(run, tokens, client_secrets),
        clock=_now,
        journal=Journal(run.environment),
        open_history=partial(run.open_history, read_only=True),
        open_client=tokens
        if isinstance(tokens, CronofyError)
        else partial(open_observed, run, tokens, timeouts=_TIMEOUTS),
        prober=prober_of(PROBE_LIMITS, client_secrets) if probes else None,
        client_secrets=client_secrets,
        other_secrets=partial(other_secrets, run, client_secrets, were_given=not _uses_context(run)),
        other_contexts=tuple(_other_contexts(run)),
    )


def _tokens(run: AppContext) -> AccessTokens | CronofyError:
    try:
        return run.tokens
    except CronofyError as error:
        return error


def _client_secrets(run: AppContext) -> tuple[ClientSecret, ...]:
    try:
        return run.client_secrets
    except CronofyError as error:
        run.warn(f"the client secrets cannot be read: {error.message}")
        return ()


def _access(run: AppContext, tokens: AccessTokens | CronofyError, client_secrets: tuple[ClientSecret, ...]) -> Access:
    chosen = run.settings.context
    is_elsewhere = chosen is not None and run.account is None
    return Access(
        place=place_of(run),
        token_source=None if isinstance(tokens, CronofyError) else run.token_source,
        options=run.chosen_options,
        context=None if chosen is None else chosen.name,
        context_data_center=chosen.data_center if is_elsewhere and chosen is not None else None,
        context_account=None if chosen is None or is_elsewhere else chosen.account,
        has_client_secret=bool(client_secrets),
        is_behind_proxy=any(run.environment.get(spelled) for name in _PROXIES for spelled in (name, name.lower())),
    )


def _other_contexts(run: AppContext) -> Iterator[OtherContext]:
    """Yield the contexts whose tokens are not in use.

    A keyring may be locked, and the system would ask the user to open it: it is read only if it was already.
    """
    in_use = run.account.context if run.account is not None and _uses_context(run) else None
    is_open = in_use is not None and in_use.secret_place is SecretPlace.KEYRING
    for context in run.settings.contexts.values():
        is_readable = is_open or context.secret_place is SecretPlace.FILE
        if not is_readable or (in_use is not None and in_use.name == context.name):
            continue
        with suppress(CronofyError):  # a context that cannot be used shows nothing
            data_center = _data_center_of(run, context)
            yield OtherContext(
                context.name,
                data_center.name,
                partial(_client_of, run, context, data_center),
            )


def _uses_context(run: AppContext) -> bool:
    """Whether what is secret comes from the context, not from the environment or a simulator."""
    return not run.credentials.client_secrets and not run.environment_is_enough


def _data_center_of(run: AppContext, context: Context) -> DataCenter:
    choice = context.data_center or DataCenterId.US
    if choice.lower() == SIMULATOR:
        return data_center_at(run.simulator.url, name=SIMULATOR)
    return parse_data_center(choice)


def _client_of(run: AppContext, context: Context, data_center: DataCenter) -> ApiClient:
    account = SignedInContext(context, data_center, _keeper(run))
    if not account.has_tokens:
        raise not_signed_in(context)
    return ApiClient(data_center, account.tokens, timeouts=_TIMEOUTS, retry_policy=RetryPolicy(attempts=2))


def _keeper(run: AppContext) -> AccountKeeper:
    return AccountKeeper(run.settings.user_file, run.environment, run.warn)


def _now() -> datetime:
    return datetime.now(UTC)
