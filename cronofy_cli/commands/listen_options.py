"""The options of `listen`, each with its help."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cronofy_cli.adapters.tunnels.choose import TunnelChoice
from cronofy_cli.listener.policy import SignaturePolicy
from cronofy_cli.output.live import PrintStyle

TunnelOption = Annotated[
    TunnelChoice | None,
    typer.Option("--tunnel", help="What gives the listener its public address; see 'cronofy tunnel'."),
]
PublicUrlOption = Annotated[
    str | None, typer.Option(metavar="URL", help="Your own public address that leads to --port on this machine.")
]
DomainOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="A static or reserved address of your ngrok account.")
]
SshHostOption = Annotated[
    str | None, typer.Option(metavar="[USER@]HOST", help="A host of yours that forwards to here, by ssh -R.")
]
PortOption = Annotated[int | None, typer.Option(min=0, max=65535, help="The local port; 0 takes any free one.")]
PrintOption = Annotated[
    PrintStyle | None, typer.Option("--print", help="How to print; json in a pipe, compact on a terminal.")
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option(metavar="TYPE", help="Print and count only this type; repeat it for several. All are recorded."),
]
CountOption = Annotated[int | None, typer.Option(min=1, help="End after so many notifications.")]
TimeoutOption = Annotated[
    str | None, typer.Option(metavar="DURATION", help="End after 90s, 5m or 2h, with exit code 124.")
]
ReadEventsOption = Annotated[bool, typer.Option(help="Read and print the events behind each change.")]
SignatureOption = Annotated[
    SignaturePolicy,
    typer.Option(help="What is not signed is answered 401 (strict), only shown (warn), or not checked (off)."),
]
ReadyFileOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Written when ready, with the callback URL as JSON; removed at the end."),
]
TargetArgument = Annotated[
    str | None,
    typer.Argument(metavar="[TARGET]", help="Where to forward to: a port, PORT/PATH, or an address."),
]
ForwardOption = Annotated[
    list[str] | None,
    typer.Option(metavar="[TYPE=]TARGET", help="Forward there too, or only this type; repeat it for several."),
]
HeaderOption = Annotated[
    list[str] | None, typer.Option(metavar="NAME:VALUE", help="Add a header to what is forwarded; repeatable.")
]
InsecureOption = Annotated[bool, typer.Option("--insecure", help="Take any certificate of a local https target.")]
ForwardTimeoutOption = Annotated[
    str, typer.Option(metavar="DURATION", help="How long the application may take; 0 waits for ever, at a breakpoint.")
]
RetriesOption = Annotated[int, typer.Option(min=0, help="How often a forward that failed is tried again.")]


class Ack(StrEnum):
    """Who answers Cronofy."""

    LISTENER = "listener"
    """At once, when the delivery is on disk."""
    APP = "app"
    """The application that it is forwarded to."""


AckOption = Annotated[Ack, typer.Option("--ack", help="Answer Cronofy at once, or with the application's own status.")]
HealthPortOption = Annotated[
    int | None, typer.Option(min=0, max=65535, help="Serve /healthz on this local port: 200 while ready, else 503.")
]
CallbackQueryOption = Annotated[
    str, typer.Option(metavar="QUERY", help="Added to the callback URL, such as 'user_id={sub}'; so is {email}.")
]
KeepChannelOption = Annotated[bool, typer.Option("--keep-channel", help="Leave the channel open at the end.")]
ReuseOption = Annotated[
    bool, typer.Option("--reuse", help="The callback path of last time: with a stable address the same channel.")
]
MaxOfflineOption = Annotated[
    str, typer.Option(metavar="DURATION", help="End with exit code 3 when nothing could arrive for so long.")
]
