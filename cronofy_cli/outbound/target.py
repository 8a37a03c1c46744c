"""An address of the user's application, as the user writes it: `3000`, `3000/cronofy/hook`, a URL, `change=URL`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from cronofy_cli.adapters.hosts import is_this_machine
from cronofy_cli.core.notifications.notification import check_type
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.notification import Notification

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_ROUTE: Final = re.compile(r"([A-Za-z0-9_,-]+)=(.+)", re.DOTALL)
_PORT: Final = re.compile(r":?([0-9]{1,5})([/?].*)?", re.DOTALL)
_HOST_AND_PORT: Final = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}(?:[/?].*)?", re.DOTALL)
_PLAIN: Final = re.compile("[!-~]+")


@dataclass(frozen=True, slots=True)
class Target:
    """An address of the user's application, and which types of notification it wants."""

    url: str
    """The whole address, as it is shown and kept."""
    scheme: str
    host: str
    port: int
    path: str
    """At least a slash."""
    query: str
    types: frozenset[str] = frozenset()
    """The types that it wants; none means all."""

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = self.bracketed_host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def bracketed_host(self) -> str:
        """The host as it stands before a port: an IPv6 address is in brackets."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def request_target(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine."""
        return is_this_machine(self.host)

    def wants(self, notification: Notification) -> bool:
        """Whether a notification of this type goes here."""
        return not self.types or notification.type in self.types


def parse_target(text: str) -> Target:
    """Read a target: a port, a port with a path, `host:port/path`, or a URL.

    Raises:
        WrongUsage: it is none of these.
    """
    written = text.strip()
    if match := _PORT.fullmatch(written):
        written = f"http://localhost:{match[1]}{match[2] or '/'}"
    elif _HOST_AND_PORT.fullmatch(written):
        written = f"http://{written}"
    try:
        return _target(written)
    except ValueError as error:
        if not written.isascii() and (encoded := _encoded(written)) is not None:
            raise WrongUsage(
                f"'{text}' is not a target: it has letters beyond ASCII", hint=f"write it as {encoded}"
            ) from error
        raise WrongUsage(
            f"'{text}' is not a target",
            hint="write it as 3000, 3000/cronofy/hook, or http://localhost:3000/cronofy/hook",
        ) from error


def _encoded(url: str) -> str | None:
    """Return an address with letters beyond ASCII as a request carries it; None where that is no target either."""
    try:
        parts = urlsplit(url)
        netloc = parts.netloc.encode("idna").decode()
        path, query = quote(parts.path, safe="/%:@"), quote(parts.query, safe="=&%:@/")
        return _target(parts._replace(netloc=netloc, path=path, query=query).geturl()).url
    except ValueError:
        return None


def parse_route(text: str) -> Target:
    """Read a target that may say which types it wants: `change=URL`, `change,verification=3000/hook`, or any target.

    Raises:
        WrongUsage: it is none, or a type is almost a known one.
    """
    match = _ROUTE.fullmatch(text.strip())
    if match is None:
        return parse_target(text)
    target = parse_target(match[2])
    return replace(target, types=frozenset(map(check_type, filter(None, match[1].split(",")))))


def _target(url: str) -> Target:
    # Two parsers of addresses can disagree about spaces, controls and text outside ASCII.
    if not _PLAIN.fullmatch(url):
        raise ValueError("not in plain characters")
    parts = urlsplit(url)
    port = parts.port if parts.port is not None else _DEFAULT_PORTS.get(parts.scheme, 0)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc or not port:
        raise ValueError("not an http or https address without a user")
    shown = parts._replace(path=parts.path or "/", fragment="").geturl()
    return Target(shown, parts.scheme, parts.hostname, port, parts.path or "/", parts.query)
