"""`cronofy trigger`: send a notification by hand."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from cronofy_cli.cli.client_secrets import SecretFilesOption
from cronofy_cli.cli.options import ApiListCommand, app_context, command_app
from cronofy_cli.commands.posting import InsecureOption
from cronofy_cli.commands.trigger_results import show_samples, show_triggered
from cronofy_cli.commands.trigger_sending import Choice, send
from cronofy_cli.core.durations import parse_duration
from cronofy_cli.core.notifications.samples import find_sample
from cronofy_cli.errors import WrongUsage
from cronofy_cli.outbound.target import parse_target

app = command_app()

MOST = 100_000
"""Deliveries of one command."""
MOST_SECRETS = 10
PLACEHOLDER_URL = "https://example.com/cronofy"
"""Stands in a body that is only printed."""

TargetArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[TARGET]",
        help="A port, PORT/PATH, or a URL; by default the callback URL of the only open channel.",
    ),
]
AssignmentOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        rich_help_panel="Body and signature",
        help="Set a field of the body by its dotted path; repeatable.",
    ),
]
RateOption = Annotated[
    float | None,
    typer.Option(
        min=0.01, max=1000, rich_help_panel="Pace", help="Send this many per second, without waiting for responses."
    ),
]
SecretsOption = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=MOST_SECRETS,
        rich_help_panel="Body and signature",
        help="Put this many digests in the header, as during a rotation.",
    ),
]


TypeArgument = Annotated[str | None, typer.Argument(metavar="TYPE", help="The notification type to send; see --list.")]
BadSignatureOption = Annotated[
    bool,
    typer.Option("--bad-signature", rich_help_panel="Body and signature", help="Sign with a wrong client secret."),
]
UnsignedOption = Annotated[
    bool, typer.Option("--unsigned", rich_help_panel="Body and signature", help="Send no signature.")
]
DelayOption = Annotated[
    str | None,
    typer.Option(metavar="DURATION", rich_help_panel="Pace", help="Wait this long before the first one."),
]


@app.command(cls=ApiListCommand)
def trigger(
    context: typer.Context,
    type_: TypeArgument = None,
    target: TargetArgument = None,
    assignment: AssignmentOption = None,
    count: Annotated[int, typer.Option(min=1, max=MOST, rich_help_panel="Pace", help="How many to send.")] = 1,
    rate: RateOption = None,
    secrets: SecretsOption = None,
    bad_signature: BadSignatureOption = False,
    unsigned: UnsignedOption = False,
    delay: DelayOption = None,
    client_secret_file: SecretFilesOption = None,
    insecure: InsecureOption = False,
    print_body: Annotated[bool, typer.Option("--print-body", help="Print the body and send nothing.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the notification types that can be sent.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before posting to another machine.")] = False,
) -> None:
    """Send a correctly signed notification of any type. Exits with 1 unless each gets a 2xx response within 5 seconds.

    \b
    Examples:
      cronofy trigger change 3000/cronofy/hook
      cronofy trigger change 3000/hook --set notification.changes_since=2026-11-22T09:24:16Z
      cronofy trigger profile_disconnected --data-center simulator
      cronofy trigger --list
    """
    run = app_context(context)
    if list_:
        show_samples(run.output)
        return
    if type_ is None:
        raise WrongUsage(
            "a notification type is needed",
            hint="cronofy trigger change 3000/hook; for all types: cronofy trigger --list",
        )
    if unsigned and (bad_signature or secrets):
        raise WrongUsage("--unsigned sends no signature", hint="leave out --bad-signature and --secrets")
    choice = Choice(
        find_sample(type_),
        tuple(assignment or ()),
        count,
        rate,
        secrets,
        bad_signature,
        unsigned,
        tuple(client_secret_file or ()),
        insecure,
    )
    if print_body:
        end = b"\n" if run.output.is_terminal else b""
        run.output.data_bytes(choice.body(parse_target(target).url if target else PLACEHOLDER_URL) + end)
        return
    delay_s = parse_duration(delay, option="--delay") if delay is not None else 0
    sent = send(run, choice, target, yes=yes)
    time.sleep(delay_s)
    raise typer.Exit(show_triggered(run.output, sent))
