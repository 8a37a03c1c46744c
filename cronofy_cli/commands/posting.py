"""What `trigger` and `check handler` share: where to post to, and asking before that is another machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.errors import WrongUsage
from cronofy_cli.outbound.target import parse_target

if TYPE_CHECKING:
    from cronofy_cli.outbound.target import Target
    from cronofy_cli.output.streams import Output

InsecureOption = Annotated[bool, typer.Option("--insecure", help="Accept any certificate of a local https target.")]


def posting_target(text: str) -> Target:
    """Read where to post to: 3000, 3000/hook, or a URL, as `listen` takes it.

    Raises:
        WrongUsage: it is none of these.
    """
    try:
        return parse_target(text)
    except WrongUsage as error:
        raise WrongUsage(f"'{text}' is not a target", hint=error.hint) from error


def confirm_posting(output: Output, target: Target, what: str, *, yes: bool) -> None:
    """Ask before `what` is posted to a host that is not this machine, unless `yes` answers beforehand.

    Raises:
        WrongUsage: the answer is no, or there is nobody to ask.
    """
    if target.is_loopback or yes:
        return
    if not output.confirm(f"Post {what} to {target.host}, which is not this machine?", flag="--yes"):
        raise WrongUsage("nothing was posted", hint="answer y, or add --yes")
