"""`cronofy listen`: receive, verify and print push notifications on this machine."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.cli.option_groups import grouped
from cronofy_cli.cli.options import ApiListCommand, app_context, command_app
from cronofy_cli.commands.deliveries.choice import LAST
from cronofy_cli.commands.listen.options import (
    Ack,
    AddressOptions,
    ChannelOptions,
    FilterOptions,
    ReadingOptions,
    RunOptions,
    TargetOptions,
)
from cronofy_cli.core.durations import parse_duration
from cronofy_cli.core.notifications.callback_url import check_callback_url
from cronofy_cli.core.notifications.notification import check_type
from cronofy_cli.core.print_style import PrintStyle
from cronofy_cli.errors import AlreadyListening, ExitCode, NotSignedIn, WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.adapters.postgres import PostgresAddress
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.api.time_limits import Clock
    from cronofy_cli.core.notifications.delivery_filter import DeliveryFilter
    from cronofy_cli.core.notifications.where import Where
    from cronofy_cli.core.signature import SignaturePolicy
    from cronofy_cli.listen.forwarding.options import ForwardingOptions
    from cronofy_cli.listen.live.screen import LiveScreen
    from cronofy_cli.listen.options import Address, ListenOptions
    from cronofy_cli.listen.stop import StopRequest

app = command_app()

_SINCE_HINT: Final = "write it as last, 2h, yesterday or 2026-11-22T12:00:00Z"


@app.command(cls=ApiListCommand)
@grouped
def listen(
    context: typer.Context,
    target: TargetOptions,
    address: AddressOptions,
    channel: ChannelOptions,
    chosen: FilterOptions,
    reading: ReadingOptions,
    how: RunOptions,
) -> None:
    """Receive push notifications on this machine: create a channel, check that it works, then print what arrives.

    Everything is recorded before it is answered; see 'cronofy deliveries'. --only, --channel and --where choose what is
    shown, counted and forwarded of it. In the lines, <- is the response to Cronofy and -> that of your application; the
    text of your application stands behind a bar. Ctrl-C closes the channel; with --count the exit code is 1 if your
    application did not take everything. With --public-url and a history in PostgreSQL, a second listener stands by and
    takes the place of the first when that ends; the channel then stays open.

    \b
    Examples:
      cronofy listen 3000/cronofy/hook --data-center simulator
      cronofy listen --tunnel ngrok --calendar Work --since last
      cronofy listen --only change --count 1 --no-read-events | jq -r '.changes_since // empty'
      cronofy listen 3000/hook --where 'channel.filters.only_managed != `true`'
    """
    from cronofy_cli.listen.options import Address

    run = app_context(context)
    run.limit_time(how.timeout)
    where = Address.from_settings(run.settings, **asdict(address))
    forwarding = _typed(run, target, chosen, reading, how)
    _prepare(run, where)
    options = _options(run, target, where, channel, forwarding, reading, how)
    with ExitStack() as stack:
        screen = None if how.plain else _screen(run, options, stack)
        code = _listen(run, options, screen)
    raise typer.Exit(code)


def _options(
    run: AppContext,
    target: TargetOptions,
    address: Address,
    channel: ChannelOptions,
    forwarding: ForwardingOptions,
    reading: ReadingOptions,
    how: RunOptions,
) -> ListenOptions:
    """Return what is asked for, with the settings in the place of what no option says."""
    from cronofy_cli.cli.calendar_choice import calendar_ids
    from cronofy_cli.listen.options import ChannelWanted, ListenOptions

    options = ListenOptions(
        style=_style(run, how.print_),
        address=address,
        channel=ChannelWanted(
            calendar_ids=calendar_ids(run, channel.calendar),
            only_managed=channel.only_managed,
            callback_query=channel.callback_query,
            keep=channel.keep_channel,
            reuse=channel.reuse,
        ),
        chosen=forwarding.chosen,
        count=how.count,
        read_events=reading.read_events,
        since=_since(run, reading.since),
        forward_reconstructed=target.forward_reconstructed,
        forwarding=forwarding,
        app_answers=target.ack is Ack.APP,
        policy=reading.signature,
        max_offline_s=parse_duration(how.max_offline, option="--max-offline"),
        inspect=how.inspect,
        ready_file=how.ready_file,
        health_port=how.health_port,
        follow=how.follow,
    )
    if options.forward_reconstructed and not run.client_secrets:
        raise NotSignedIn(
            "--forward-reconstructed needs a client secret to sign with",
            hint=f"set {Variable.CLIENT_SECRET}, or sign in: cronofy auth login",
        )
    return options


def _typed(
    run: AppContext, target: TargetOptions, chosen: FilterOptions, reading: ReadingOptions, how: RunOptions
) -> ForwardingOptions:
    """Refuse what is typed wrong before a simulator starts or Cronofy is asked, and return how to forward."""
    from cronofy_cli.core.api.time_limits import Clock
    from cronofy_cli.core.notifications.delivery_filter import DeliveryFilter

    parse_duration(how.max_offline, option="--max-offline")
    if reading.since is not None and reading.since != LAST:
        _moment(reading.since, Clock(datetime.now(UTC), UTC))
    wanted = DeliveryFilter(
        frozenset(map(check_type, _named(chosen.only, "--only"))),
        frozenset(_named(chosen.channel, "--channel")),
        _where(chosen.where),
    )
    forwarding = _forwarding(run, target, reading.signature, wanted)
    _check_reading(reading, forwarding, reconstructs=target.forward_reconstructed)
    return forwarding


def _forwarding(
    run: AppContext, target: TargetOptions, policy: SignaturePolicy, chosen: DeliveryFilter
) -> ForwardingOptions:
    """Return how to forward, to the settings' targets unless the command line names one."""
    from cronofy_cli.adapters.settings import Key
    from cronofy_cli.listen.forwarding.late import parse_rule
    from cronofy_cli.listen.forwarding.options import ForwardingOptions, check_options

    usual = () if target.target is not None else run.settings.find(Key.FORWARD).texts
    options = ForwardingOptions(
        target=target.target,
        forward=target.forward or usual,
        header=target.header or (),
        insecure=target.insecure,
        timeout=target.forward_timeout,
        retries=target.retries,
        max_in_flight=target.max_in_flight,
        policy=policy,
        chosen=chosen,
        late=parse_rule(target.backlog),
    )
    check_options(options, app_answers=target.ack is Ack.APP)
    return options


def _named(values: list[str] | None, option: str) -> tuple[str, ...]:
    """Return what an option names. Nothing would ever fit an empty name, such as of a variable that is not set."""
    if any(not value.strip() for value in values or ()):
        raise WrongUsage(f"{option} is empty", hint=f"name one, or leave {option} out to choose all")
    return tuple(values or ())


def _where(expression: str | None) -> Where | None:
    from cronofy_cli.core.notifications.where import parse_where

    return parse_where(expression) if expression else None


def _since(run: AppContext, text: str | None) -> str | None:
    """Return the moment that is meant, by the account's days; what stands for the last one as it is."""
    if text is None or text == LAST:
        return text
    from cronofy_cli.commands.events.query_times import find_here
    from cronofy_cli.core.times import parse_time

    here = find_here(run, None)
    since = _moment(text, here.clock)
    if parse_time(since) > here.now:
        # Cronofy's clock decides, and a simulator's may have been turned.
        run.warn(f"--since {text} is {since}, which is in the future by this machine's clock")
    return since


def _moment(text: str, clock: Clock) -> str:
    from cronofy_cli.core.api.time_limits import parse_moment

    try:
        return parse_moment(text, clock, option="--since").text
    except WrongUsage as error:
        raise WrongUsage(error.message, hint=_SINCE_HINT) from error


def _check_reading(reading: ReadingOptions, forwarding: ForwardingOptions, *, reconstructs: bool) -> None:
    """Refuse what would silently do nothing."""
    if not reading.read_events and (reading.since is not None or reconstructs):
        option = "--since" if reading.since is not None else "--forward-reconstructed"
        raise WrongUsage(f"{option} reads what was missed", hint="leave out --no-read-events")
    if reconstructs and forwarding.target is None and not forwarding.forward:
        raise WrongUsage(
            "--forward-reconstructed needs a target",
            hint="name one: cronofy listen 3000/hook --forward-reconstructed",
        )


def _prepare(run: AppContext, address: Address) -> None:
    from cronofy_cli.cli.embedded_simulator import ensure_simulator

    if address.public_url is not None:
        _check_address(run, address.public_url, address)
    if ensure_simulator(run):
        run.output.note(f" a simulator runs in this process until it ends: {run.data_center.api_url}")


def _check_address(run: AppContext, public_url: str, address: Address) -> None:
    from cronofy_cli.commands.listen.surroundings import needs_public_address
    from cronofy_cli.core.tunnels import TunnelChoice

    check_callback_url(public_url.replace("{port}", "1"), must_be_public=needs_public_address(run))
    if address.tunnel is TunnelChoice.SSH:
        if not (address.remote_port or "{port}" in public_url):
            raise WrongUsage(
                "--public-url in front of an ssh host needs the port there that it leads to",
                hint="add --remote-port PORT",
            )
    elif not address.port:
        raise WrongUsage("--public-url needs the local port that it leads to", hint="add --port PORT")


def _style(run: AppContext, chosen: PrintStyle | None) -> PrintStyle:
    from cronofy_cli.adapters.settings import Key

    if run.output.format.is_json:
        return PrintStyle.JSON
    if chosen is not None or not run.output.is_terminal:
        return chosen or PrintStyle.JSON
    return PrintStyle(run.settings.find(Key.PRINT).text or PrintStyle.COMPACT)


def _screen(run: AppContext, options: ListenOptions, stack: ExitStack) -> LiveScreen | None:
    """Return the status line and the keys, where a person watches."""
    from cronofy_cli.adapters.tty import Tty, can_take_keys

    may_ask = run.output.can_prompt and options.style is not PrintStyle.JSON
    if not (may_ask and can_take_keys(run.stdin, (run.stdout, run.stderr), run.environment)):
        return None
    from cronofy_cli.commands.deliveries.browsing import HistorySource
    from cronofy_cli.listen.live.screen import LiveScreen

    return stack.enter_context(LiveScreen(run.output, Tty(run.stdin, run.stdout), partial(HistorySource, run)))


def _listen(run: AppContext, options: ListenOptions, screen: LiveScreen | None) -> int:
    from cronofy_cli.commands.listen.surroundings import surroundings_of
    from cronofy_cli.listen.run import ListenRun
    from cronofy_cli.listen.stop import StopRequest
    from cronofy_cli.listen.viewer import view_other

    with StopRequest() as stop:
        shared = _shared_history(run, options)
        if shared is not None:
            return _listen_as_replica(run, options, shared, stop)
        listener = ListenRun(surroundings_of(run, screen=screen), options, stop)
        try:
            with listener:
                _remember_domain(run, options.address.domain)
                code = stop.wait(None if run.deadline is None else run.deadline.remaining_s)
        except AlreadyListening:
            if not options.follow:
                raise
            return view_other(listener, stop, None if run.deadline is None else run.deadline.remaining_s)
        except KeyboardInterrupt:
            return stop.exit_code
        is_test = options.count is not None and code == ExitCode.DONE
        return ExitCode.FAILED if is_test and listener.has_failed else code


def _shared_history(run: AppContext, options: ListenOptions) -> PostgresAddress | None:
    """Return the history that other listeners of the same address share; None where there can be none."""
    from cronofy_cli.core.tunnels import TunnelChoice

    if options.address.tunnel is not TunnelChoice.URL or isinstance(run.history_place, Path):
        return None
    return run.history_place


def _listen_as_replica(run: AppContext, options: ListenOptions, shared: PostgresAddress, stop: StopRequest) -> int:
    from cronofy_cli.commands.listen.surroundings import surroundings_of
    from cronofy_cli.listen.replica import Replica
    from cronofy_cli.listen.term import Term, lead_again_and_again

    around = surroundings_of(run)
    with Replica(shared, options, around, stop) as replica:
        try:
            return lead_again_and_again(lambda: Term(surroundings_of(run), options, stop, replica), replica, stop)
        except KeyboardInterrupt:
            return stop.exit_code


def _remember_domain(run: AppContext, domain: str | None) -> None:
    """Keep an address that worked in the context in use, for the next run."""
    from cronofy_cli.adapters.settings import Key

    name = run.settings.context_name
    is_known = domain == run.settings.find(Key.TUNNEL_DOMAIN).text
    if domain is None or is_known or name not in run.settings.contexts:
        return
    from cronofy_cli.adapters.settings.writing import set_value

    set_value(run.settings.user_file, Key.TUNNEL_DOMAIN, domain, context=name)
