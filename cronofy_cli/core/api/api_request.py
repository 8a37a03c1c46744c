"""A request of the user's own making: which ones may be sent, and to where. The credential goes to one origin only.

Pure: sending is the client's job.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

from cronofy_cli.core.accounts.credential import Credential
from cronofy_cli.core.pages import is_plain, origin_of, own_url
from cronofy_cli.core.text import clean, shorten
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Sequence

HeaderLine = tuple[str, str]

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PLACEHOLDER: Final = re.compile(r"\{[^{}/]*\}")
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE: Final = re.compile(r"[\t -~]*")
_CREDENTIALS: Final = frozenset({"authorization", "proxy-authorization"})
# They say where a request goes and where it ends.
_FRAMING: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect"}
)
_SHOWN: Final = 80

# docs: /developers/api/authentication/, and which credential the official libraries send. Some calls take either.
_FOR_ACCOUNTS: Final = frozenset(
    {
        "account",
        "calendars",
        "channels",
        "events",
        "free_busy",
        "link_tokens",
        "permissions",
        "profiles",
        "service_account_authorizations",
        "userinfo",
    }
)
_FOR_APPLICATIONS: Final = frozenset(
    {
        "bookable_events",
        "element_tokens",
        "meeting_agents",
        "real_time_scheduling",
        "real_time_sequencing",
        "smart_invites",
    }
)


class Method(StrEnum):
    """The methods that can be asked for."""

    GET = "GET"
    HEAD = "HEAD"
    OPTIONS = "OPTIONS"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"

    @property
    def puts_fields_in_query(self) -> bool:
        """Whether fields are a query. Cronofy reads those of a DELETE from the body, as those of a POST (docs:
        /developers/api/events/delete-event/).
        """
        return self in {Method.GET, Method.HEAD, Method.OPTIONS}


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request that may be sent."""

    method: Method
    address: str
    """A path, or an address on the data center's own origin; with the query."""
    headers: tuple[HeaderLine, ...] = ()
    """Further ones, which take the place of the client's own."""
    content: bytes | None = field(default=None, repr=False)


def parse_method(text: str) -> Method:
    """Return the method of that name, whatever its spelling.

    Raises:
        WrongUsage: it is none.
    """
    if text.upper() in set(Method):
        return Method(text.upper())
    raise WrongUsage(f"'{shorten(text, _SHOWN)}' is not a method", hint=f"use one of {', '.join(Method)}")


def parse_header(text: str) -> HeaderLine:
    """Return the name and the value of `Name: value`.

    Raises:
        WrongUsage: it is no header line, or one that is not the user's to set.
    """
    name, colon, value = text.partition(":")
    value = value.strip(" \t")
    if not colon or not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
        raise WrongUsage("a header cannot be read", hint="write it as -H 'Name: value', in ASCII")
    if name.lower() in _CREDENTIALS:
        raise WrongUsage(
            f"{name} cannot be set on the command line, which other users of this machine can read",
            hint="sign in, set CRONOFY_ACCESS_TOKEN, or add --use-client-secret",
        )
    if name.lower() in _FRAMING:
        raise WrongUsage(f"{name} cannot be set", hint=f"leave out -H '{name}: ...'")
    return name, value


def api_address(text: str, api_url: str, parameters: Sequence[tuple[str, str]] = ()) -> str:
    """Return what to ask the data center at `api_url` for: a path, or an address on its own origin.

    Raises:
        WrongUsage: `text` is no path, could be read in two ways, or leads to another host.
    """
    _check_readable(text)
    address = _own_address(text, api_url) if _SCHEME.match(text) or text.startswith("//") else _path(text)
    if not parameters:
        return address
    # Brackets as in Cronofy's own examples: calendar_ids[]=...
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters, safe='[]:/@')}"


def is_versioned(address: str) -> bool:
    """Whether an address is below `/v1`, as all calls but those of signing in are (docs: /developers/api/)."""
    return urlsplit(address).path.startswith("/v1/")


def asked_as_other(address: str, credential: Credential) -> Credential | None:
    """Return the credential that a call is known to want, if it is the other one."""
    resource = urlsplit(address).path.split("/")[2] if is_versioned(address) else ""
    wants = {
        Credential.ACCESS_TOKEN: resource in _FOR_ACCOUNTS,
        Credential.CLIENT_SECRET: resource in _FOR_APPLICATIONS,
    }
    return next((other for other, is_wanted in wants.items() if is_wanted and other is not credential), None)


def _check_readable(text: str) -> None:
    if not is_plain(text):
        raise WrongUsage(
            "the path is empty, or holds a backslash, a space, or characters outside ASCII",
            hint="write such characters as %20, or give parameters with -f, which does that",
        )
    if "#" in text:
        raise WrongUsage("a path cannot have a # part", hint="write it as %23")
    if found := _PLACEHOLDER.search(text.partition("?")[0]):
        raise WrongUsage(f"the path has the placeholder {found[0]}", hint=f"replace {found[0]} with a value")


def _path(text: str) -> str:
    return text if text.startswith("/") else f"/{text}"


def _own_address(text: str, api_url: str) -> str:
    own = origin_of(api_url)
    try:
        origin = origin_of(text)
    except ValueError as error:
        raise WrongUsage(
            f"'{shorten(clean(text), _SHOWN)}' is neither a path nor an address of {own.address}",
            hint="give the path, such as /v1/userinfo",
        ) from error
    if origin != own:
        raise WrongUsage(
            f"{shorten(origin.address, _SHOWN)} is not the data center's own address, {own.address}: nothing was sent",
            hint="give the path alone, such as /v1/userinfo, and name another data center with --data-center",
        )
    return own_url(text, api_url)
