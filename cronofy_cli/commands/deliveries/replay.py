"""`cronofy deliveries replay`: send what was received again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.client_secrets import SecretFilesOption, find_secrets
from cronofy_cli.cli.options import SigningListCommand, app_context, command_app
from cronofy_cli.commands.deliveries.choice import SinceOption, TypeOption, find_deliveries, local_moment
from cronofy_cli.core.durations import parse_duration
from cronofy_cli.errors import ExitCode, NotFound, WrongUsage
from cronofy_cli.outbound.settings import DEFAULT_TIMEOUT, forwarding_settings
from cronofy_cli.output.deliveries import replay_list
from cronofy_cli.output.lists import show_as_they_come

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import AppResult, ForwardState, History
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.outbound.replay import Replayed, ReplayJob, ReplayResult

app = command_app()


@dataclass(slots=True)
class _ExitCode:
    code: int = ExitCode.DONE


DeliveriesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[ID|last|@TAG]...", help="The deliveries to send.")
]
FailedOption = Annotated[
    bool,
    typer.Option(
        "--failed",
        rich_help_panel="Which deliveries",
        help="Those that a target did not accept, or that are still to be sent to it.",
    ),
]
NotForwardedOption = Annotated[
    bool,
    typer.Option(
        "--not-forwarded",
        rich_help_panel="Which deliveries",
        help="Those that are still to be sent to a target; with --to, also those that were never to be forwarded.",
    ),
]
ToOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TARGET",
        rich_help_panel="How to send",
        help="The target: 3000/hook, or a URL; by default where 'listen' was to forward them.",
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        rich_help_panel="Body and signature",
        help="Change a field of the body and sign again; repeatable.",
    ),
]
EditOption = Annotated[
    bool,
    typer.Option("--edit", rich_help_panel="Body and signature", help="Edit the body in $EDITOR and sign again."),
]
TimesOption = Annotated[int, typer.Option(min=1, rich_help_panel="How to send", help="Send each one this many times.")]
IntervalOption = Annotated[
    str | None,
    typer.Option(metavar="DURATION", rich_help_panel="How to send", help="Pause between two requests: 500ms."),
]
ConcurrencyOption = Annotated[
    int,
    typer.Option(min=1, max=64, rich_help_panel="How to send", help="Send this many at a time; 1 keeps the order."),
]
HeaderOption = Annotated[
    list[str] | None,
    typer.Option(metavar="LINE", rich_help_panel="How to send", help="Add a header: 'Name: value'; repeatable."),
]
InsecureOption = Annotated[
    bool, typer.Option("--insecure", rich_help_panel="How to send", help="Accept any certificate.")
]
ForwardTimeoutOption = Annotated[
    str,
    typer.Option(
        metavar="DURATION",
        rich_help_panel="How to send",
        help="How long to wait for each response; 0 means no limit.",
    ),
]
YesOption = Annotated[
    bool, typer.Option("--yes", rich_help_panel="How to send", help="Do not ask before sending to another machine.")
]


@app.command("replay", cls=SigningListCommand)
def replay(
    context: typer.Context,
    deliveries: DeliveriesArgument = None,
    failed: FailedOption = False,
    not_forwarded: NotForwardedOption = False,
    since: SinceOption = None,
    type_: TypeOption = None,
    to: ToOption = None,
    set_: SetOption = None,
    edit: EditOption = False,
    client_secret_file: SecretFilesOption = None,
    times: TimesOption = 1,
    interval: IntervalOption = None,
    concurrency: ConcurrencyOption = 1,
    header: HeaderOption = None,
    insecure: InsecureOption = False,
    forward_timeout: ForwardTimeoutOption = DEFAULT_TIMEOUT,
    yes: YesOption = False,
) -> None:
    """Send deliveries again, byte for byte. Exits with 1 if one was not accepted, 3 if a target could not be reached.

    VERDICT compares with the last attempt at the same target: fixed, regressed, still failing or still passing. What
    Cronofy did not sign passes when it is refused with 4xx.

    \b
    Examples:
      cronofy deliveries replay last
      cronofy deliveries replay --failed --since 1h
      cronofy deliveries replay 128 129 --to 3000/hook --times 10 --concurrency 5
      cronofy deliveries replay last --set notification.changes_since=2026-11-22T09:00:00Z
      cronofy deliveries replay last --edit --client-secret-file secret.txt
    """
    from cronofy_cli.outbound.replay import send_again

    run = app_context(context)
    is_changed = bool(set_ or edit)
    if client_secret_file and not is_changed:
        raise WrongUsage(
            "--client-secret-file is for a changed body, and the body is not changed",
            hint="change it with --set or --edit",
        )
    settings = forwarding_settings(forward_timeout, header or (), insecure=insecure)
    interval_s = parse_duration(interval, option="--interval") if interval else 0.0
    which = _Which(failed, not_forwarded, since, type_, is_targeted=bool(to))
    chosen = _choose(run.history, deliveries or [], which)
    jobs = _jobs(run.history, chosen, to or [], which)
    # A changed body says nothing about whether the app has taken what Cronofy sent.
    kept_in = None if is_changed else _for_results(run)
    _ask(run, jobs, times, yes=yes)
    if is_changed:
        secrets = find_secrets(run, client_secret_file or [])
        jobs = _changed(run, jobs, set_ or [], secrets, edit=edit)
    outcome = _ExitCode()
    repeated = (job for job in jobs for _ in range(times))
    results = send_again(repeated, settings, lambda: datetime.now(UTC), interval_s=interval_s, at_once=concurrency)
    run.resources.enter_context(closing(results))
    shown = _noted(results, outcome, kept_in)
    show_as_they_come(run.output, shown, replay_list())
    raise typer.Exit(outcome.code)


@dataclass(frozen=True, slots=True)
class _Which:
    """The options that choose deliveries."""

    failed: bool
    not_forwarded: bool
    since: str | None
    type: str | None
    is_targeted: bool
    """Whether the targets are named."""

    @property
    def is_search(self) -> bool:
        return self.failed or self.not_forwarded or self.since is not None or self.type is not None

    @property
    def states(self) -> tuple[ForwardState, ...]:
        """What must have become of them: any of these."""
        from cronofy_cli.adapters.history import ForwardState

        if self.failed:
            return ForwardState.FAILED, ForwardState.WAITING
        if self.not_forwarded:
            return (ForwardState.NOT_FORWARDED if self.is_targeted else ForwardState.WAITING,)
        return ()

    def wants(self, result: AppResult) -> bool:
        """Whether they are sent to a target with this result, unless targets are named."""
        if self.not_forwarded:
            return result.is_waiting
        return not (self.failed and result.succeeded)


def _choose(history: History, names: Sequence[str], which: _Which) -> list[Delivery]:
    if bool(names) == which.is_search or (which.failed and which.not_forwarded):
        raise WrongUsage(
            "name the deliveries to send, or choose them by options; not both",
            hint="cronofy deliveries replay last, or cronofy deliveries replay --failed --since 1h",
        )
    if names:
        return find_deliveries(history, names)
    found = _search(history, which, which.states)
    if found:
        return found
    from cronofy_cli.adapters.history import ForwardState

    if which.not_forwarded and (others := _search(history, which, (ForwardState.NOT_FORWARDED,))):
        raise NotFound(
            f"nothing is still to be sent; {len(others)} that match were never to be forwarded",
            hint="add --to 3000/your/hook to send them",
        )
    nothing = "nothing is still to be sent" if which.not_forwarded else "no delivery matches"
    raise NotFound(nothing, hint="cronofy deliveries list")


def _search(history: History, which: _Which, states: tuple[ForwardState, ...]) -> list[Delivery]:
    from cronofy_cli.adapters.history import Criteria

    moment = local_moment(which.since, option="--since") if which.since is not None else None
    criteria = Criteria(type=which.type, since=moment, forward=states, is_received=bool(states))
    return [each for part in history.between(1, criteria=criteria) for each in part]


def _jobs(history: History, chosen: Sequence[Delivery], to: Sequence[str], which: _Which) -> list[ReplayJob]:
    from cronofy_cli.outbound.replay import ReplayJob
    from cronofy_cli.outbound.target import parse_target

    if named := [parse_target(text) for text in to]:
        return [ReplayJob(delivery, target) for delivery in chosen for target in named]
    return jobs_for(history, chosen, which.wants)


def jobs_for(
    history: History, chosen: Sequence[Delivery], wants: Callable[[AppResult], bool] = lambda _: True
) -> list[ReplayJob]:
    """Return what sends deliveries again to where they were to be forwarded, of those targets that are wanted.

    Raises:
        WrongUsage: no target of one is known, or only a file names it.
    """
    from cronofy_cli.outbound.replay import ReplayJob
    from cronofy_cli.outbound.target import parse_target

    results = history.forwards.results([delivery.id or 0 for delivery in chosen])
    jobs: list[ReplayJob] = []
    for delivery in chosen:
        if delivery.imported is not None:
            raise WrongUsage(
                f"#{delivery.id} was imported, and the file may name any target", hint="add --to 3000/your/hook"
            )
        urls = [result.target for result in results.get(delivery.id or 0, ()) if wants(result)]
        if not urls:
            raise WrongUsage(
                f"#{delivery.id} was not to be forwarded, so its target is not known", hint="add --to 3000/your/hook"
            )
        jobs += [ReplayJob(delivery, parse_target(url)) for url in urls]
    return jobs


def _ask(run: AppContext, jobs: Sequence[ReplayJob], times: int, *, yes: bool) -> None:
    outside = [job.target.authority for job in jobs if not job.target.is_loopback]
    if not outside or yes:
        return
    hosts = ", ".join(sorted(set(outside)))
    if not run.output.confirm(f"Send {len(outside) * times} to {hosts}, which is not this machine?", flag="--yes"):
        raise WrongUsage("nothing was sent", hint="answer y, or add --yes")


def _changed(
    run: AppContext,
    jobs: Sequence[ReplayJob],
    assignments: Sequence[str],
    secrets: Sequence[ClientSecret],
    *,
    edit: bool,
) -> list[ReplayJob]:
    from cronofy_cli.outbound.edited_body import set_fields, with_body
    from cronofy_cli.outbound.replay import ReplayJob

    bodies: dict[bytes, bytes] = {}
    for job in jobs:
        body = job.delivery.request.body
        if body not in bodies:
            changed = set_fields(body, assignments) if assignments else body
            bodies[body] = _edited(run, changed) if edit else changed
    return [ReplayJob(with_body(job.delivery, bodies[job.delivery.request.body], secrets), job.target) for job in jobs]


def edited_jobs(run: AppContext, jobs: Sequence[ReplayJob]) -> list[ReplayJob]:
    """Return the jobs with a body that the person has edited, signed with the client secrets in use.

    Raises:
        CronofyError: there is no editor, or no client secret.
    """
    return _changed(run, jobs, (), find_secrets(run, []), edit=True)


def _edited(run: AppContext, body: bytes) -> bytes:
    import shlex
    import subprocess
    import tempfile
    from pathlib import Path

    editor = run.environment.get("VISUAL") or run.environment.get("EDITOR")
    if not editor:
        raise WrongUsage("--edit needs an editor", hint="set EDITOR, or use --set KEY=VALUE")
    with tempfile.TemporaryDirectory(prefix="cronofy-") as folder:
        file = Path(folder, "body.json")
        file.write_bytes(body)
        try:
            # The user's own editor, with its options.
            done = subprocess.run([*shlex.split(editor), str(file)], check=False)  # noqa: S603
        except (OSError, ValueError) as error:
            raise WrongUsage(f"the editor '{editor}' cannot be started", hint="set EDITOR to another one") from error
        if done.returncode != 0:
            raise WrongUsage(
                f"the editor exited with {done.returncode}: nothing was sent", hint="save the file and exit the editor"
            )
        return file.read_bytes()


def _for_results(run: AppContext) -> History:
    history = run.open_history()
    history.check_may_write()
    return history


def _noted(results: Iterable[Replayed], outcome: _ExitCode, history: History | None) -> Iterator[ReplayResult]:
    from cronofy_cli.outbound.advice import runs_in_container
    from cronofy_cli.outbound.replay import kept_result

    in_container = runs_in_container()
    for job, forward in results:
        result = kept_result(history, job, forward, in_container=in_container)
        if forward.attempt.is_unreachable:
            outcome.code = ExitCode.UNREACHABLE
        elif not forward.attempt.succeeded and outcome.code == ExitCode.DONE:
            outcome.code = ExitCode.FAILED
        yield result
