"""`cronofy listen`: receive, verify and print push notifications on this machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import typer

from cronofy_cli.adapters.tunnels.choose import TunnelChoice
from cronofy_cli.commands.channels import CalendarOption, OnlyManagedOption
from cronofy_cli.commands.listen_options import (
    Ack,
    AckOption,
    CallbackQueryOption,
    CountOption,
    DomainOption,
    ForwardOption,
    ForwardTimeoutOption,
    HeaderOption,
    HealthPortOption,
    InsecureOption,
    KeepChannelOption,
    MaxOfflineOption,
    OnlyOption,
    PortOption,
    PrintOption,
    PublicUrlOption,
    ReadEventsOption,
    ReadyFileOption,
    RetriesOption,
    ReuseOption,
    SignatureOption,
    SshHostOption,
    TargetArgument,
    TimeoutOption,
    TunnelOption,
)
from cronofy_cli.core.callback_url import check_callback_url
from cronofy_cli.core.durations import parse_duration
from cronofy_cli.errors import WrongUsage
from cronofy_cli.forwarding.options import DEFAULT_TIMEOUT, ForwardingOptions
from cronofy_cli.listener.policy import SignaturePolicy
from cronofy_cli.output.live import PrintStyle
from cronofy_cli.shared_options import ApiListCommand, app_context, command_app

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.commands.receiving import Wishes
    from cronofy_cli.context import AppContext

app = command_app()


@dataclass(frozen=True, slots=True)
class AddressWishes:
    """What the options say about the public address; None is left to the settings."""

    tunnel: TunnelChoice | None
    public_url: str | None
    domain: str | None
    ssh_host: str | None
    port: int | None


@app.command(cls=ApiListCommand)
def listen(
    context: typer.Context,
    target: TargetArgument = None,
    forward: ForwardOption = None,
    header: HeaderOption = None,
    insecure: InsecureOption = False,
    forward_timeout: ForwardTimeoutOption = DEFAULT_TIMEOUT,
    retries: RetriesOption = 0,
    ack: AckOption = Ack.LISTENER,
    tunnel: TunnelOption = None,
    public_url: PublicUrlOption = None,
    domain: DomainOption = None,
    ssh_host: SshHostOption = None,
    port: PortOption = None,
    calendar: CalendarOption = None,
    only_managed: OnlyManagedOption = False,
    print_: PrintOption = None,
    only: OnlyOption = None,
    count: CountOption = None,
    timeout: TimeoutOption = None,
    read_events: ReadEventsOption = True,
    signature: SignatureOption = SignaturePolicy.STRICT,
    callback_query: CallbackQueryOption = "",
    keep_channel: KeepChannelOption = False,
    reuse: ReuseOption = False,
    max_offline: MaxOfflineOption = "10m",
    ready_file: ReadyFileOption = None,
    health_port: HealthPortOption = None,
) -> None:
    """Receive push notifications on this machine: create a channel, prove that it works, then print what arrives.

    Everything is recorded before it is answered; see 'cronofy deliveries'. Ctrl-C closes the channel.

    \b
    Examples:
      cronofy listen 3000/cronofy/hook --data-center simulator
      cronofy listen --tunnel ngrok --calendar Work
      cronofy listen --only change --count 1 --timeout 2m | jq .changes_since
    """
    run = app_context(context)
    timeout_s = parse_duration(timeout, option="--timeout") if timeout else None
    _prepare(run, public_url, port)
    wishes = _wishes(
        run,
        AddressWishes(tunnel, public_url, domain, ssh_host, port),
        ForwardingOptions(target, forward or (), header or (), insecure, forward_timeout, retries, policy=signature),
        calendar,
        style=_style(run, print_),
        only_managed=only_managed,
        types=tuple(only or ()),
        count=count,
        read_events=read_events,
        policy=signature,
        callback_query=callback_query,
        keep_channel=keep_channel,
        reuse=reuse,
        max_offline_s=parse_duration(max_offline, option="--max-offline"),
        app_answers=ack is Ack.APP,
    )
    raise typer.Exit(_listen(run, wishes, timeout_s, ready_file, health_port))


def _wishes(
    run: AppContext, address: AddressWishes, forwarding: ForwardingOptions, calendars: list[str] | None, **others: Any
) -> Wishes:
    """Return what is wanted, the settings in the place of what no option says."""
    from cronofy_cli.adapters.settings import Key
    from cronofy_cli.commands.calendar_choice import calendar_ids
    from cronofy_cli.commands.receiving import Wishes

    found = run.settings.find
    return Wishes(
        tunnel=address.tunnel or TunnelChoice(found(Key.TUNNEL).text or TunnelChoice.AUTO),
        public_url=address.public_url,
        domain=address.domain or found(Key.TUNNEL_DOMAIN).text,
        ssh_host=address.ssh_host or found(Key.SSH_HOST).text,
        port=address.port if address.port is not None else found(Key.PORT).number or 0,
        forwarding=replace(forwarding, forward=forwarding.forward or _usual_targets(run, forwarding)),
        calendar_ids=calendar_ids(run, calendars),
        **others,
    )


def _usual_targets(run: AppContext, forwarding: ForwardingOptions) -> tuple[str, ...]:
    """Return the settings' targets, unless the command line names one."""
    from cronofy_cli.adapters.settings import Key

    return () if forwarding.target is not None else run.settings.find(Key.FORWARD).texts


def _prepare(run: AppContext, public_url: str | None, port: int | None) -> None:
    from cronofy_cli.commands.embedded_simulator import ensure_simulator

    if public_url is not None:
        _check_address(run, public_url, port)
    if ensure_simulator(run):
        run.output.note(f" a simulator runs in this process until it ends: {run.data_center.api_url}")


def _check_address(run: AppContext, public_url: str, port: int | None) -> None:
    check_callback_url(public_url, must_be_public=not run.is_simulator and run.data_center.is_real)
    if not port:
        raise WrongUsage("--public-url needs to know where it leads", hint="add --port PORT")


def _style(run: AppContext, chosen: PrintStyle | None) -> PrintStyle:
    from cronofy_cli.adapters.settings import Key

    if run.flags.json or run.flags.ndjson:
        return PrintStyle.JSON
    if chosen is not None or not run.output.is_terminal:
        return chosen or PrintStyle.JSON
    return PrintStyle(run.settings.find(Key.PRINT).text or PrintStyle.COMPACT)


def _listen(
    run: AppContext, wishes: Wishes, timeout_s: float | None, ready_file: Path | None, health_port: int | None
) -> int:
    from cronofy_cli.commands.ready_notice import ReadyNotice
    from cronofy_cli.commands.receiving import receiving
    from cronofy_cli.listener.stopping import StopRequest

    notice = ReadyNotice(ready_file, health_port)
    with StopRequest() as stop:
        ready_run = receiving(
            run,
            wishes,
            on_complete=stop.ask,
            on_pipe_closed=stop.ask_pipe_closed,
            on_given_up=stop.ask_unreachable,
            hold_signals=stop.held,
            announcement=notice,
        )
        try:
            with ready_run as ready, notice.given(ready):
                _remember_domain(run, wishes)
                return stop.wait(timeout_s)
        except KeyboardInterrupt:
            return stop.exit_code


def _remember_domain(run: AppContext, wishes: Wishes) -> None:
    """Keep an address that worked in the context in use, for the next run."""
    from cronofy_cli.adapters.settings import Key

    name = run.settings.context_name
    is_known = wishes.domain == run.settings.find(Key.TUNNEL_DOMAIN).text
    if wishes.domain is None or is_known or name not in run.settings.contexts:
        return
    from cronofy_cli.adapters.settings.writing import set_value

    set_value(run.settings.user_file, Key.TUNNEL_DOMAIN, wishes.domain, context=name)
