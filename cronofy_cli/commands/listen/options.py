"""The options of `listen`, in groups, each with its help. What is None is left to the settings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar

import typer

from cronofy_cli.commands.channels import CalendarOption, OnlyManagedOption
from cronofy_cli.commands.deliveries.choice import WhereOption
from cronofy_cli.core.print_style import PrintStyle
from cronofy_cli.core.signature import SignaturePolicy
from cronofy_cli.core.tunnels import TunnelChoice
from cronofy_cli.outbound.settings import DEFAULT_TIMEOUT


class Ack(StrEnum):
    """Who answers Cronofy."""

    LISTENER = "listener"
    """At once, when the delivery is on disk."""
    APP = "app"
    """The application that it is forwarded to."""


@dataclass(frozen=True, slots=True)
class TargetOptions:
    """Where to forward to, and how."""

    HEADING: ClassVar[str] = "Forwarding"

    target: Annotated[
        str | None,
        typer.Argument(metavar="[TARGET]", help="Forward notifications here: a port, PORT/PATH, or a URL."),
    ] = None
    forward: Annotated[
        list[str] | None,
        typer.Option(metavar="[TYPE=]TARGET", help="Forward to another target, or only this type to it; repeatable."),
    ] = None
    header: Annotated[
        list[str] | None, typer.Option(metavar="NAME:VALUE", help="Add a header to forwarded requests; repeatable.")
    ] = None
    insecure: Annotated[bool, typer.Option("--insecure", help="Accept any certificate of a local https target.")] = (
        False
    )
    forward_timeout: Annotated[
        str,
        typer.Option(metavar="DURATION", help="How long to wait for the application's response; 0 means no limit."),
    ] = DEFAULT_TIMEOUT
    retries: Annotated[int, typer.Option(min=0, help="How many times to retry a failed forward.")] = 0
    max_in_flight: Annotated[
        int, typer.Option(min=1, max=64, help="How many to forward to a target at once; 1 keeps the order.")
    ] = 1
    ack: Annotated[
        Ack, typer.Option("--ack", help="Answer Cronofy at once (listener), or with the application's status (app).")
    ] = Ack.LISTENER
    backlog: Annotated[
        str | None,
        typer.Option(
            metavar="send|skip|N",
            help="When the application comes back: send all that waits, none, or all unless more than N wait; "
            "by default 100, and a question on a terminal.",
        ),
    ] = None
    forward_reconstructed: Annotated[
        bool,
        typer.Option(
            "--forward-reconstructed", help="Also forward a reconstructed, signed 'change' for what was missed."
        ),
    ] = False


@dataclass(frozen=True, slots=True)
class AddressOptions:
    """The public address."""

    HEADING: ClassVar[str] = "Public address"

    tunnel: Annotated[
        TunnelChoice | None,
        typer.Option("--tunnel", help="How to get a public address; see 'cronofy tunnel status'."),
    ] = None
    public_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Your own public URL that leads to --port, or with --ssh-host to --remote-port."
        ),
    ] = None
    domain: Annotated[
        str | None, typer.Option(metavar="NAME", help="A static or reserved domain of your ngrok account.")
    ] = None
    ssh_host: Annotated[
        str | None,
        typer.Option(metavar="[USER@]HOST", help="A host of yours that forwards to this machine, with ssh -R."),
    ] = None
    remote_port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="The port on --ssh-host that leads here; 0 lets the host choose."),
    ] = None
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The local port; 0 picks a free one.")] = None
    bind: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="With --public-url: listen on this address of the machine, such as 0.0.0.0."
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class ChannelOptions:
    """The channel that is created."""

    HEADING: ClassVar[str] = "Channel"

    calendar: CalendarOption = None
    only_managed: OnlyManagedOption = False
    callback_query: Annotated[
        str,
        typer.Option(metavar="QUERY", help="Add a query to the callback URL, such as 'user_id={sub}' or '{email}'."),
    ] = ""
    keep_channel: Annotated[bool, typer.Option("--keep-channel", help="Do not close the channel at the end.")] = False
    reuse: Annotated[
        bool,
        typer.Option("--reuse", help="Use the last run's callback path, and its channel if the address is the same."),
    ] = False


@dataclass(frozen=True, slots=True)
class FilterOptions:
    """What is shown, counted and forwarded of all that arrives and is recorded."""

    HEADING: ClassVar[str] = "Filters"

    only: Annotated[
        list[str] | None,
        typer.Option(metavar="TYPE", help="Only notifications of this type; repeatable."),
    ] = None
    channel: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only notifications of this channel; repeatable."),
    ] = None
    where: WhereOption = None


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """What is read and checked."""

    HEADING: ClassVar[str] = "Reading and checking"

    read_events: Annotated[bool, typer.Option(help="Read and print the events behind each change.")] = True
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION|TIME|last", help="First read what changed since then; 'last' is where the last run ended."
        ),
    ] = None
    signature: Annotated[
        SignaturePolicy,
        typer.Option(
            help="Answer an invalid signature with 401 (strict), only report it (warn), or do not check (off)."
        ),
    ] = SignaturePolicy.STRICT


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How long it runs, and what is reported where."""

    HEADING: ClassVar[str] = "Output and end"

    print_: Annotated[
        PrintStyle | None,
        typer.Option("--print", help="How to print notifications; json in a pipe, compact on a terminal."),
    ] = None
    plain: Annotated[
        bool,
        typer.Option("--plain", help="Print lines only: no status line and no keys, as in a pipe or with TERM=dumb."),
    ] = False
    count: Annotated[int | None, typer.Option(min=1, help="Stop after this many notifications.")] = None
    timeout: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Stop after 90s, 5m or 2h, with exit code 124.")
    ] = None
    max_offline: Annotated[
        str, typer.Option(metavar="DURATION", help="Stop with exit code 3 when unreachable for this long.")
    ] = "10m"
    inspect: Annotated[
        bool, typer.Option("--inspect", help="Also serve the page of 'cronofy inspect', and print its address.")
    ] = False
    ready_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the callback URL as JSON to this file when ready; removed at the end."
        ),
    ] = None
    follow: Annotated[
        bool,
        typer.Option(
            "--follow", help="If another 'listen' forwards to the target already, show what that one receives."
        ),
    ] = False
    health_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Serve /healthz (200 when ready, otherwise 503), /livez and /metrics on this local port.",
        ),
    ] = None
