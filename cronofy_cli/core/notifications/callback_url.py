"""What can be a callback URL, as far as its text tells (docs: /developers/api/push-notifications/create-channel/)."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from cronofy_cli.errors import WrongUsage

OLD_LENGTH_LIMIT = 128
"""Characters. Older copies of the page named it; today's do not."""


def check_callback_url(url: str, *, must_be_public: bool) -> None:
    """Refuse what cannot work: Cronofy calls the address from outside, so a loopback or private one is never reached.

    Raises:
        WrongUsage: it is not an http or https address, or not public though it must be.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not host:
        raise WrongUsage(f"'{url}' is not a callback URL", hint="give an address such as https://example.com/cronofy")
    if must_be_public and not is_public_host(host):
        raise WrongUsage(
            f"Cronofy cannot reach {host} from outside this machine or network",
            hint="use a public address, add --force, or try it here: --data-center simulator",
        )


def callback_url_warning(url: str) -> str | None:
    """Return what may be wrong with a callback URL that can work."""
    if len(url) > OLD_LENGTH_LIMIT:
        return f"the callback URL has {len(url)} characters; Cronofy used to allow {OLD_LENGTH_LIMIT}"
    if url.startswith("http://") and is_public_host(urlsplit(url).hostname or ""):
        return "the callback URL is not https: anyone on the way can read the notifications"
    return None


def is_public_host(host: str) -> bool:
    """Whether a host can be meant for the whole internet: not this machine, nor a private network. No look-up."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        name = host.rstrip(".").lower()
        return "." in name and not name.endswith((".localhost", ".local", ".internal", ".lan", ".home.arpa"))
