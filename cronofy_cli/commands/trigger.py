"""`cronofy trigger`: send a notification by hand."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.client_secrets import SecretFilesOption, find_secrets
from cronofy_cli.cli.options import ApiListCommand, app_context, command_app
from cronofy_cli.commands.posting import InsecureOption, confirm_posting, posting_target
from cronofy_cli.commands.trigger_choice import Choice
from cronofy_cli.commands.trigger_results import SentDelivery, show_deliveries, show_samples
from cronofy_cli.core.durations import parse_duration
from cronofy_cli.core.notifications.sample_bodies import Setting
from cronofy_cli.core.notifications.samples import find_sample, with_fields
from cronofy_cli.errors import NotSignedIn, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.adapters.simulator.control import SimulatorControl
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.outbound.outcome import Outcome
    from cronofy_cli.outbound.request import Post
    from cronofy_cli.outbound.signing_keys import SigningKeys
    from cronofy_cli.outbound.target import Target

app = command_app()

MOST = 100_000
"""Deliveries of one command."""
MOST_SECRETS = 10
PLACEHOLDER_URL = "https://example.com/cronofy"
"""Stands in a body that is only printed."""
FORGED_AND_TAKEN = "the app took it, though Cronofy did not sign it: does it check the signature?"

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
            "name what to send", hint="cronofy trigger change 3000/hook; for all types: cronofy trigger --list"
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
        run.output.data_bytes(choice.body(posting_target(target).url if target else PLACEHOLDER_URL) + end)
        return
    delay_s = parse_duration(delay, option="--delay") if delay is not None else 0
    deliveries = _deliveries(run, choice, target, yes=yes)
    time.sleep(delay_s)
    raise typer.Exit(show_deliveries(run.output, deliveries))


def _deliveries(run: AppContext, choice: Choice, named: str | None, *, yes: bool) -> Iterator[SentDelivery]:
    """Return what will be sent, with everything found out that can stop it."""
    if named is None and run.is_simulator and choice.can_be_pushed:
        from cronofy_cli.commands.simulator.access import control_of

        return _pushed(control_of(run), choice)
    target = posting_target(named if named is not None else _only_callback_url(run, choice.sample.name))
    posts = _posts(choice, _keys(run, choice), choice.body(target.url))
    confirm_posting(run.output, target, f"{choice.count} × {choice.sample.name}", yes=yes)
    return _posted(run, choice, target, posts)


def _posted(run: AppContext, choice: Choice, target: Target, posts: Iterator[Post]) -> Iterator[SentDelivery]:
    """Send from here."""
    from cronofy_cli.outbound.pacing import iterate, send_at_rate, send_in_turn
    from cronofy_cli.outbound.timed_sender import Sender

    sender, rate = Sender(target, insecure=choice.is_insecure, observer=run.observer), choice.rate_per_s
    outcomes = iterate(send_in_turn(sender, posts) if rate is None else send_at_rate(sender, posts, rate))
    run.resources.enter_context(closing(outcomes))
    return (
        SentDelivery(number, choice.sample.name, target.url, outcome, _advice(choice, outcome, target))
        for number, outcome in outcomes
    )


def _advice(choice: Choice, outcome: Outcome, target: Target) -> str | None:
    if outcome.is_success:
        return FORGED_AND_TAKEN if choice.is_forged else None
    if choice.is_forged and outcome.is_refused:
        return None
    from cronofy_cli.outbound.trigger_advice import advice

    return advice(outcome, target)


def _keys(run: AppContext, choice: Choice) -> SigningKeys:
    from cronofy_cli.outbound.signing_keys import SigningKeys, signing_keys

    if choice.is_unsigned or choice.is_bad:
        return signing_keys((), choice.digests or 1)
    known = find_secrets(run, choice.secret_files)[: choice.digests]
    if choice.digests is None:
        return SigningKeys(tuple(secret.value for secret in known), ())
    return signing_keys(known, choice.digests - len(known))


def _posts(choice: Choice, keys: SigningKeys, body: bytes) -> Iterator[Post]:
    from cronofy_cli.outbound.request import Post

    if choice.is_unsigned:
        signatures: tuple[str | None, ...] = (None,)
    else:
        signatures = (keys.right_last(body), keys.right_first(body))
    return (Post(body, signatures[number % len(signatures)]) for number in range(choice.count))


def _only_callback_url(run: AppContext, name: str) -> str:
    """Return where the only open channel's notifications go.

    Raises:
        WrongUsage: no channel is open, several are, or it is not known.
    """
    from cronofy_cli.adapters.api import endpoints

    try:
        channels = endpoints.list_channels(run.api)
    except NotSignedIn as error:
        raise WrongUsage(
            "no target is given, and the open channels are not known without signing in",
            hint=f"cronofy trigger {name} 3000/hook",
        ) from error
    if len(channels) == 1:
        return channels[0].callback_url
    number = f"{len(channels)} channels are" if channels else "no channel is"
    example = channels[0].callback_url if channels else "3000/hook"
    raise WrongUsage(f"no target is given, and {number} open", hint=f"cronofy trigger {name} {example}")


def _pushed(control: SimulatorControl, choice: Choice) -> Iterator[SentDelivery]:
    """Have the simulator send to all its open channels."""
    from cronofy_cli.core.fields import as_object
    from cronofy_cli.outbound.simulator_push import push

    body = with_fields(choice.sample.make(Setting(datetime.now(UTC), "")), choice.assignments)
    fields = as_object(body["notification"])
    type_ = str(fields.pop("type", choice.sample.name))
    number = 0
    for _ in range(choice.count):
        before = number
        for pushed in push(control, type_, fields):
            number += 1
            target = posting_target(pushed.callback_url)
            yield SentDelivery(number, type_, target.url, pushed.outcome, _advice(choice, pushed.outcome, target))
        if number == before:
            raise WrongUsage(
                "no target is given, and no channel is open",
                hint="open one: cronofy listen --data-center simulator; or name a target",
            )
