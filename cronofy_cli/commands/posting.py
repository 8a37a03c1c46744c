"""What `trigger` and `check handler` share: asking before something is posted to another machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.outbound.target import Target
    from cronofy_cli.output.streams import Output

InsecureOption = Annotated[bool, typer.Option("--insecure", help="Accept any certificate of a local https target.")]


def confirm_posting(output: Output, target: Target, what: str, *, yes: bool) -> None:
    """Ask before `what` is posted to a host that is not this machine, unless `yes` answers beforehand.

    Raises:
        WrongUsage: the answer is no, or there is no terminal to ask at.
    """
    if target.is_loopback or yes:
        return
    if not output.confirm(f"Post {what} to {target.host}, which is not this machine?", flag="--yes"):
        raise WrongUsage("nothing was posted", hint="answer y, or add --yes")
