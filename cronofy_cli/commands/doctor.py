"""`cronofy doctor`: each part of the set-up, what is wrong with it, and how to fix it."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import ApiListCommand, app_context, command_app
from cronofy_cli.core.checks import Check, nothing_failed
from cronofy_cli.doctor.account import DATA_CENTER, SIGNED_IN, check_client_secrets, check_signed_in
from cronofy_cli.doctor.account_group import AccountChecks, without_account
from cronofy_cli.doctor.callback import callback_group
from cronofy_cli.doctor.runner import CheckGroup, GroupResult, failed_by, run_groups
from cronofy_cli.doctor.view import show_checks
from cronofy_cli.errors import CronofyError, ExitCode, NotSignedIn, WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.adapters.api.tokens import AccessTokens
    from cronofy_cli.cli.context import AppContext

app = command_app()


@app.command(cls=ApiListCommand)
def doctor(
    context: typer.Context,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Check only this callback URL; needs no account.")
    ] = None,
    signed: Annotated[
        bool, typer.Option("--signed", help="Also post a correctly signed verification to callback URLs.")
    ] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Repair what is safe to repair: modes of files, missing folders.")
    ] = False,
) -> None:
    """Check each part of the set-up, and say how to fix it. Exits with 1 if a check failed.

    Callback URLs get a verification without a signature and one with a wrong signature, which they should reject.

    \b
    Examples:
      cronofy doctor
      cronofy doctor --url https://example.com/cronofy
      cronofy doctor --json | jq '.[] | select(.state == "failed")'
    """
    run = app_context(context)
    if url is not None and fix:
        raise WrongUsage("--url and --fix cannot be combined", hint="leave one of them out")
    groups = _everything(run, signed=signed, fix=fix) if url is None else (_one_url(run, url, signed=signed),)
    checks = show_checks(run.output, run_groups(groups))
    if not nothing_failed(checks):
        raise typer.Exit(ExitCode.FAILED)


def _one_url(run: AppContext, url: str, *, signed: bool) -> CheckGroup:
    from cronofy_cli.adapters.callback_probe import ProbeLimits
    from cronofy_cli.adapters.callback_probe.target import parse_target
    from cronofy_cli.cli.evidence_sources import prober_of
    from cronofy_cli.evidence.callback import Callback

    parse_target(url)
    client_secrets = run.client_secrets if signed else ()
    if signed and not client_secrets:
        raise WrongUsage("--signed needs a client secret", hint="export CRONOFY_CLIENT_SECRET=...")
    return callback_group(prober_of(ProbeLimits(), client_secrets), Callback(url, must_be_public=not run.is_simulator))


def _everything(run: AppContext, *, signed: bool, fix: bool) -> tuple[CheckGroup, ...]:
    from cronofy_cli.doctor.local import local_groups

    return (
        *local_groups(run.environment, lambda: run.settings, fix=fix),
        *_account_groups(run, signed=signed),
    )


def _account_groups(run: AppContext, *, signed: bool) -> tuple[CheckGroup, ...]:
    """Return what is checked of the account: as much as the settings and the stored secrets allow."""
    from cronofy_cli.adapters.callback_probe import ProbeLimits
    from cronofy_cli.adapters.journal import Journal
    from cronofy_cli.cli.evidence_sources import open_observed, place_of, prober_of

    try:
        place = place_of(run)
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
    checks = AccountChecks(
        open_client=partial(open_observed, run, tokens),
        place=place,
        platform=sys.platform,
        prober=prober_of(ProbeLimits(), client_secrets if signed else ()),
        known=Journal(run.environment).known_runs(run.data_center.name),
    )
    return known, checks.group()


def _tokens(run: AppContext) -> AccessTokens | None:
    try:
        return run.tokens
    except NotSignedIn:
        return None


def _known(*checks: Check) -> CheckGroup:
    """Return checks that are done already as a group."""
    return CheckGroup(checks[0].name, lambda: GroupResult(checks))
