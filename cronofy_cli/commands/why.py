"""`cronofy why`: what keeps notifications from arriving, with the evidence and the fix."""

from __future__ import annotations

from typing import Annotated

import typer

from cronofy_cli.cli.options import ApiCommand, app_context, command_app
from cronofy_cli.errors import ExitCode, WrongUsage
from cronofy_cli.why.conclusion import ConclusionState
from cronofy_cli.why.evidence import Question
from cronofy_cli.why.view import show_conclusion

app = command_app()


@app.command(cls=ApiCommand)
def why(
    context: typer.Context,
    channel: Annotated[
        str | None, typer.Option(metavar="CHANNEL_ID", help="Only this channel; by default all open channels.")
    ] = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="Only the channels that post to this address.")] = None,
    event: Annotated[
        str | None, typer.Option(metavar="UID|TITLE", help="Why the last change of this event was not notified.")
    ] = None,
    no_probe: Annotated[bool, typer.Option("--no-probe", help="Do not post a verification to callback URLs.")] = False,
) -> None:
    """Explain why no notifications arrive, the likeliest cause first. Exits with 1 if there is one.

    Checks the account, channels, filters, recent changes, what was received here, and the callback URL itself. It
    gets one verification, signed if the client secret is known, as Cronofy sends it to a new channel.

    \b
    Examples:
      cronofy why
      cronofy why --channel chn_54cf7c7cb4ad4c1027000001
      cronofy why --event "Sales call"
      cronofy why --json | jq -r '.causes[0].code'
    """
    from cronofy_cli.cli.evidence_sources import sources_of
    from cronofy_cli.why.collect import collect
    from cronofy_cli.why.rank import conclude

    run = app_context(context)
    for option, value in (("--channel", channel), ("--event", event)):
        if value is not None and not value.strip():
            raise WrongUsage(f"{option} is empty", hint=f"name one, or leave {option} out to check everything")
    if url is not None:
        from cronofy_cli.adapters.callback_probe.target import parse_target

        parse_target(url)
    conclusion = conclude(collect(Question(channel, url, event), sources_of(run, probes=not no_probe)))
    show_conclusion(run.output, conclusion)
    if conclusion.error is not None:
        raise conclusion.error
    if conclusion.state is ConclusionState.CAUSE_FOUND:
        raise typer.Exit(ExitCode.FAILED)
