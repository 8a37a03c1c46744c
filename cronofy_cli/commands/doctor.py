"""`cronofy doctor`: each part of the set-up, what is wrong with it, and what mends it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import ApiListCommand, app_context, command_app
from cronofy_cli.core.checks import Check, nothing_failed
from cronofy_cli.doctor.account import DATA_CENTER, SIGNED_IN, Place, check_client_secrets, check_signed_in
from cronofy_cli.doctor.callback_group import Probing
from cronofy_cli.doctor.channels import Callback
from cronofy_cli.doctor.online import Online, without_account
from cronofy_cli.doctor.runner import Group, Outcome, failed_by, run_groups
from cronofy_cli.doctor.view import show_checks
from cronofy_cli.errors import CronofyError, ExitCode, NotSignedIn, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.adapters.api.exchanges import Exchange
    from cronofy_cli.adapters.api.tokens import AccessTokens
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.signature import ClientSecret

app = command_app()


@app.command(cls=ApiListCommand)
def doctor(
    context: typer.Context,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Check one callback URL and nothing else; needs no account.")
    ] = None,
    signed: Annotated[
        bool, typer.Option("--signed", help="Post a correctly signed verification to callback URLs too.")
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Repair what is safe: modes of files, missing folders.")] = False,
) -> None:
    """Check each part of the set-up, and say what mends it. Exits with 1 if something failed.

    Callback URLs get a verification without a signature and one with a wrong signature, which they should refuse.

    \b
    Examples:
      cronofy doctor
      cronofy doctor --url https://example.com/cronofy
      cronofy doctor --json | jq '.[] | select(.state == "failed")'
    """
    run = app_context(context)
    if url is not None and fix:
        raise WrongUsage("--url looks at an address, --fix repairs files here", hint="leave one of them out")
    groups = _everything(run, signed=signed, fix=fix) if url is None else (_one_url(run, url, signed=signed),)
    checks = show_checks(run.output, run_groups(groups))
    if not nothing_failed(checks):
        raise typer.Exit(ExitCode.FAILED)


def _one_url(run: AppContext, url: str, *, signed: bool) -> Group:
    from cronofy_cli.adapters.callback_probe.target import parse_target

    parse_target(url)
    client_secrets = run.client_secrets if signed else ()
    if signed and not client_secrets:
        raise WrongUsage("--signed needs a client secret", hint="export CRONOFY_CLIENT_SECRET=...")
    return _probing(client_secrets).group(Callback(url, must_be_public=not run.is_simulator))


def _everything(run: AppContext, *, signed: bool, fix: bool) -> tuple[Group, ...]:
    from cronofy_cli.doctor.local import local_groups

    return (
        *local_groups(run.environment, lambda: run.settings, fix=fix),
        *_account_groups(run, signed=signed),
    )


def _account_groups(run: AppContext, *, signed: bool) -> tuple[Group, ...]:
    """Return what is checked of the account: as much as the settings and the stored secrets allow."""
    from cronofy_cli.adapters.settings import Key

    try:
        place = Place(run.data_center, str(run.settings.find(Key.DATA_CENTER).origin))
    except CronofyError as error:
        return (_known(failed_by(error, DATA_CENTER), *without_account("the data center is not known")),)
    try:
        tokens, client_secrets = _tokens(run), run.client_secrets
    except CronofyError as error:
        return (_known(failed_by(error, SIGNED_IN), *without_account("the credentials cannot be read")),)
    signed_in = check_signed_in(run.token_source if tokens else None, place)
    known = _known(signed_in, check_client_secrets(client_secrets))
    if tokens is None:
        return known, _known(*without_account("not signed in"))
    from cronofy_cli.adapters.journal import Journal

    online = Online(
        open_client=lambda observe: _open_client(run, tokens, observe),
        place=place,
        clock=_now,
        platform=sys.platform,
        probing=_probing(client_secrets if signed else ()),
        known=Journal(run.environment).known_runs(run.data_center.name),
    )
    return known, online.group()


def _tokens(run: AppContext) -> AccessTokens | None:
    try:
        return run.tokens
    except NotSignedIn:
        return None


def _known(*checks: Check) -> Group:
    """Return checks that are done already as a group."""
    return Group(checks[0].name, lambda: Outcome(checks))


def _probing(client_secrets: tuple[ClientSecret, ...]) -> Probing:
    from cronofy_cli.adapters.callback_probe import Limits
    from cronofy_cli.adapters.http import tls_context

    return Probing(trust=tls_context, clock=_now, limits=Limits(), client_secrets=client_secrets)


def _open_client(run: AppContext, tokens: AccessTokens, observe: Callable[[Exchange], None]) -> ApiClient:
    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.adapters.api.retries import RetryPolicy
    from cronofy_cli.output.exchanges import exchange_printer

    show = exchange_printer(run.output)

    def tell(exchange: Exchange) -> None:
        observe(exchange)
        if run.flags.verbose:
            show(exchange)

    client = ApiClient(run.data_center, tokens, observe=tell, retry_policy=RetryPolicy(attempts=2))
    return run.resources.enter_context(client)


def _now() -> datetime:
    return datetime.now(UTC)
