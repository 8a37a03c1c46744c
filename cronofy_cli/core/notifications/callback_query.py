"""The query of a callback URL: an identifier of the account in it lets an application tell whose change it was.

Cronofy recommends it (docs: /developers/api/push-notifications/create-channel/). Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cronofy_cli.core.accounts.calendars import UserInfo

PLACEHOLDERS: Final[Mapping[str, Callable[[UserInfo], str | None]]] = {
    "sub": lambda account: account.sub or None,
    "email": lambda account: account.email,
    "name": lambda account: account.name,
    "zoneinfo": lambda account: account.zoneinfo,
    "type": lambda account: account.type,
}
"""What can stand in a template, and where it comes from."""

_BRACES: Final = re.compile(r"\{([^{}]*)\}|[{}]")
_STAYS_IN_QUERY: Final = "!$&'()*+,;=:@/?%-._~"
"""What a query may hold as it is (https://www.rfc-editor.org/rfc/rfc3986#section-3.4), and what is encoded already."""


def fill(template: str, userinfo: UserInfo) -> str:
    """Return a query such as `user_id={sub}` with the account's own values in it, encoded.

    Raises:
        WrongUsage: a placeholder is unknown, or the account has nothing for it.
    """
    filled, end = "", 0
    for match in _BRACES.finditer(template):
        filled += _literal(template[end : match.start()]) + _value(match, userinfo)
        end = match.end()
    return (filled + _literal(template[end:])).lstrip("?&")


def _literal(text: str) -> str:
    return quote(text, safe=_STAYS_IN_QUERY)


def _value(match: re.Match[str], userinfo: UserInfo) -> str:
    name = match[1]
    if name not in PLACEHOLDERS:
        known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
        raise WrongUsage(f"--callback-query does not know '{match[0]}'", hint=f"use one of {known}")
    value = PLACEHOLDERS[name](userinfo)
    if value is None:
        raise WrongUsage(f"the account has no {name} for --callback-query", hint="use {sub}, which every account has")
    return quote(value, safe="")
