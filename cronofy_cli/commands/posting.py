"""What `trigger` and `check handler` share: asking before something is posted to another machine."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cronofy_cli.adapters.http import is_loopback
from cronofy_cli.core.callback_url import check_callback_url
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.output.streams import Output


def confirm_posting(output: Output, url: str, what: str, *, yes: bool) -> None:
    """Ask before `what` is posted to a host that is not this machine, unless `yes` answers beforehand.

    Raises:
        WrongUsage: `url` is no http or https address, the answer is no, or there is nobody to ask.
    """
    check_callback_url(url, must_be_public=False)
    host = urlsplit(url).hostname or ""
    if is_loopback(host) or yes:
        return
    if not output.confirm(f"Post {what} to {host}, which is not this machine?", flag="--yes"):
        raise WrongUsage("nothing was posted", hint="answer y, or add --yes")
