"""The options of `listen`, in groups, each with its help. What is None is left to the settings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cronofy_cli.commands.channels import CalendarOption, OnlyManagedOption
from cronofy_cli.commands.deliveries.choice import WhereOption
from cronofy_cli.core.signature import SignaturePolicy
from cronofy_cli.core.tunnels import TunnelChoice
from cronofy_cli.listen.forwarding.options import DEFAULT_TIMEOUT
from cronofy_cli.listen.view import PrintStyle


class Ack(StrEnum):
    """Who answers Cronofy."""

    LISTENER = "listener"
    """At once, when the delivery is on disk."""
    APP = "app"
    """The application that it is forwarded to."""


@dataclass(frozen=True, slots=True)
class TargetOptions:
    """Where to forward to, and how."""

    target: Annotated[
        str | None,
        typer.Argument(metavar="[TARGET]", help="Where to forward to: a port, PORT/PATH, or an address."),
    ] = None
    forward: Annotated[
        list[str] | None,
        typer.Option(metavar="[TYPE=]TARGET", help="Forward there too, or only this type; repeat it for several."),
    ] = None
    header: Annotated[
        list[str] | None, typer.Option(metavar="NAME:VALUE", help="Add a header to what is forwarded; repeatable.")
    ] = None
    insecure: Annotated[bool, typer.Option("--insecure", help="Take any certificate of a local https target.")] = False
    forward_timeout: Annotated[
        str,
        typer.Option(metavar="DURATION", help="How long the application may take; 0 waits for ever, at a breakpoint."),
    ] = DEFAULT_TIMEOUT
    retries: Annotated[int, typer.Option(min=0, help="How often a forward that failed is tried again.")] = 0
    ack: Annotated[Ack, typer.Option("--ack", help="Answer Cronofy at once, or with the application's own status.")] = (
        Ack.LISTENER
    )
    forward_reconstructed: Annotated[
        bool,
        typer.Option("--forward-reconstructed", help="Forward a made-up, signed 'change' for what was missed, too."),
    ] = False


@dataclass(frozen=True, slots=True)
class AddressOptions:
    """The public address."""

    tunnel: Annotated[
        TunnelChoice | None,
        typer.Option("--tunnel", help="What gives the listener its public address; see 'cronofy tunnel'."),
    ] = None
    public_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Your own public address that leads to --port on this machine.")
    ] = None
    domain: Annotated[
        str | None, typer.Option(metavar="NAME", help="A static or reserved address of your ngrok account.")
    ] = None
    ssh_host: Annotated[
        str | None, typer.Option(metavar="[USER@]HOST", help="A host of yours that forwards to here, by ssh -R.")
    ] = None
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The local port; 0 takes any free one.")] = None


@dataclass(frozen=True, slots=True)
class ChannelOptions:
    """The channel that is created."""

    calendar: CalendarOption = None
    only_managed: OnlyManagedOption = False
    callback_query: Annotated[
        str,
        typer.Option(metavar="QUERY", help="Added to the callback URL, such as 'user_id={sub}'; so is {email}."),
    ] = ""
    keep_channel: Annotated[bool, typer.Option("--keep-channel", help="Leave the channel open at the end.")] = False
    reuse: Annotated[
        bool, typer.Option("--reuse", help="The callback path of last time: with a stable address the same channel.")
    ] = False


@dataclass(frozen=True, slots=True)
class FilterOptions:
    """What is shown, counted and forwarded of all that arrives and is recorded."""

    only: Annotated[
        list[str] | None,
        typer.Option(metavar="TYPE", help="Show, count and forward only this type; repeat it for several."),
    ] = None
    channel: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only what is sent to this channel; repeat it for several."),
    ] = None
    where: WhereOption = None


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """What is read and checked."""

    read_events: Annotated[bool, typer.Option(help="Read and print what changed behind each change.")] = True
    since: Annotated[
        str | None,
        typer.Option(metavar="DURATION|TIME|last", help="First read what changed since then; last: where it ended."),
    ] = None
    signature: Annotated[
        SignaturePolicy,
        typer.Option(help="What is not signed is answered 401 (strict), only shown (warn), or not checked (off)."),
    ] = SignaturePolicy.STRICT


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How long it runs, and who is told what."""

    print_: Annotated[
        PrintStyle | None, typer.Option("--print", help="How to print; json in a pipe, compact on a terminal.")
    ] = None
    count: Annotated[int | None, typer.Option(min=1, help="End after so many notifications.")] = None
    timeout: Annotated[
        str | None, typer.Option(metavar="DURATION", help="End after 90s, 5m or 2h, with exit code 124.")
    ] = None
    max_offline: Annotated[
        str, typer.Option(metavar="DURATION", help="End with exit code 3 when nothing could arrive for so long.")
    ] = "10m"
    ready_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Written when ready, with the callback URL as JSON; removed at the end."),
    ] = None
    health_port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Serve /healthz on this local port: 200 while ready, else 503."),
    ] = None
