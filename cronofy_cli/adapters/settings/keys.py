"""What can be set: each setting's values, its environment variable, and which files may hold it. Pure.

Reading files is `files`' job, which of several values counts is decided in `resolution`. Secrets are not settings.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.adapters.settings.targets import check_forward, check_host, check_loopback_forward, check_ssh_host
from cronofy_cli.core.accounts.contexts import check_context_name, check_data_center
from cronofy_cli.core.accounts.data_centers import DataCenterId
from cronofy_cli.core.print_style import PrintStyle
from cronofy_cli.core.suggestion import did_you_mean
from cronofy_cli.core.tunnels import TunnelChoice
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Value = str | int | tuple[str, ...]

_HIGHEST_PORT = 65535


class Key(StrEnum):
    """A setting's name, in files and on the command line."""

    CONTEXT = "context"
    DATA_CENTER = "data_center"
    CLIENT_ID = "client_id"
    SCOPE = "scope"
    CALENDARS = "calendars"
    PORT = "port"
    PRINT = "print"
    FORWARD = "forward"
    TUNNEL = "tunnel"
    TUNNEL_DOMAIN = "tunnel_domain"
    SSH_HOST = "ssh_host"
    HISTORY = "history"


class Kind(StrEnum):
    """What a setting's value is."""

    TEXT = "text"
    LIST = "list"
    NUMBER = "number"


class Setting(NamedTuple):
    """One setting. `check` gets each text of it and raises WrongUsage."""

    key: Key
    meaning: str
    check: Callable[[str], str]
    kind: Kind = Kind.TEXT
    variable: str | None = None
    attribute: str = ""
    """The attribute of a context that holds its own value; empty where a context has none."""
    in_project: bool = False
    """Whether a project file may set it."""
    project_check: Callable[[str], str] | None = None
    """A stricter check for a project file."""
    variable_check: Callable[[str], str] | None = None
    """Another check for the variable."""
    default: Value | None = None

    @property
    def in_context(self) -> bool:
        """Whether a context of the user's file may have a value of its own."""
        return bool(self.attribute)

    @property
    def flag(self) -> str:
        """The option that sets it for one command."""
        return "--" + {Key.CALENDARS: "calendar"}.get(self.key, self.key.replace("_", "-"))

    def parse(self, texts: Sequence[str], check: Callable[[str], str] | None = None) -> Value:
        """Return the value that was written as text.

        Raises:
            WrongUsage: it cannot be meant.
        """
        checked = tuple((check or self.check)(text) for text in texts)
        if self.kind is Kind.LIST:
            return checked
        if len(checked) != 1:
            raise WrongUsage(f"'{self.key}' takes one value, not {len(checked)}")
        return int(checked[0]) if self.kind is Kind.NUMBER else checked[0]

    def read(self, value: object, check: Callable[[str], str] | None = None) -> Value:
        """Return the value that a TOML file holds.

        Raises:
            WrongUsage: it has another type, or cannot be meant.
        """
        if self.kind is Kind.LIST and isinstance(value, list) and all(isinstance(item, str) for item in value):
            return self.parse(value, check)
        if self.kind is Kind.NUMBER and isinstance(value, int) and not isinstance(value, bool):
            return self.parse([str(value)], check)
        if self.kind is Kind.TEXT and isinstance(value, str):
            return self.parse([value], check)
        raise WrongUsage(f"it must be {_EXPECTED[self.kind]}")


def find_setting(name: str) -> Setting:
    """Return the setting that a user named. `data-center` is as good as `data_center`.

    Raises:
        WrongUsage: there is none.
    """
    wanted = name.replace("-", "_")
    if wanted in SETTINGS:
        return SETTINGS[Key(wanted)]
    if "secret" in wanted or "token" in wanted:
        raise WrongUsage(f"'{name}' is not a setting: secrets are never kept in settings files", hint=_SECRETS_HINT)
    raise WrongUsage(f"there is no setting '{name}'{did_you_mean(wanted, SETTINGS)}", hint="cronofy config list")


_EXPECTED = {Kind.LIST: 'a list of strings such as ["a"]', Kind.NUMBER: "a number", Kind.TEXT: 'a string such as "a"'}
_SECRETS_HINT = f"set {Variable.ACCESS_TOKEN} or {Variable.CLIENT_SECRET}, or sign in"


def _not_empty(text: str) -> str:
    if not text.strip():
        raise WrongUsage("the value is empty")
    return text.strip()


def _port(text: str) -> str:
    if not (text.isascii() and text.isdigit()) or int(text) > _HIGHEST_PORT:
        raise WrongUsage(f"'{text}' is not a port", hint=f"use a number up to {_HIGHEST_PORT}; 0 picks a free one")
    return text


def _history(text: str) -> str:
    from cronofy_cli.adapters.postgres.address import PostgresAddress, refuse_password

    if "://" in text:
        refuse_password(PostgresAddress.parse(text), where=Key.HISTORY)
    return _not_empty(text)


def _shown_history(text: str) -> str:
    """Return what the variable names. A password may be part of it, and is left out."""
    from cronofy_cli.adapters.postgres.address import PostgresAddress

    return PostgresAddress.parse(text).shown if "://" in text else _not_empty(text)


def _either(choices: Sequence[str]) -> str:
    return f"{', '.join(choices[:-1])} or {choices[-1]}"


def _one_of(choices: Sequence[str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in choices:
            raise WrongUsage(f"'{text}' is not a valid value", hint=f"use one of {', '.join(choices)}")
        return text

    return check


SETTINGS = {
    setting.key: setting
    for setting in (
        Setting(
            Key.CONTEXT,
            "the context to use",
            check_context_name,
            variable=Variable.CONTEXT,
            in_project=True,
        ),
        Setting(
            Key.DATA_CENTER,
            "us, uk, de, au, ca, sg, simulator, or an address",
            check_data_center,
            variable=Variable.DATA_CENTER,
            attribute="data_center",
            default=DataCenterId.US.value,
        ),
        Setting(
            Key.CLIENT_ID,
            "the application's client id",
            _not_empty,
            variable=Variable.CLIENT_ID,
            attribute="client_id",
        ),
        Setting(Key.SCOPE, "what signing in asks for", _not_empty, attribute="scope"),
        Setting(
            Key.CALENDARS,
            "ids or names of the calendars to read and to be notified about",
            _not_empty,
            kind=Kind.LIST,
            attribute="calendar_ids",
            in_project=True,
        ),
        Setting(Key.PORT, "the listener's local port", _port, kind=Kind.NUMBER, in_project=True, default=0),
        Setting(
            Key.PRINT,
            "how listen prints on a terminal: compact, full or json",
            _one_of(tuple(PrintStyle)),
            in_project=True,
        ),
        Setting(
            Key.FORWARD,
            "where listen forwards to; in a project file only to this machine",
            check_forward,
            kind=Kind.LIST,
            attribute="forward",
            in_project=True,
            project_check=check_loopback_forward,
        ),
        Setting(
            Key.TUNNEL,
            _either(tuple(TunnelChoice)),
            _one_of(tuple(TunnelChoice)),
            attribute="tunnel",
            default=TunnelChoice.AUTO.value,
        ),
        Setting(Key.TUNNEL_DOMAIN, "the tunnel's own host name", check_host, attribute="tunnel_domain"),
        Setting(Key.SSH_HOST, "the host of the ssh tunnel", check_ssh_host, attribute="ssh_host"),
        Setting(
            Key.HISTORY,
            "where deliveries are kept: the address of a PostgreSQL database, without a password, or a file",
            _history,
            variable=Variable.HISTORY,
            variable_check=_shown_history,
        ),
    )
}
"""Every setting by its key, in the order in which they are listed."""

DEFAULT_KEYS = tuple(key for key in SETTINGS if key is not Key.CLIENT_ID)
"""What the user may set for all contexts: an application belongs to one."""

CONTEXT_KEYS = tuple(key for key, setting in SETTINGS.items() if setting.in_context)
"""What a context may have a value of its own for."""

PROJECT_KEYS = tuple(key for key, setting in SETTINGS.items() if setting.in_project)
"""What a project file may set. It comes with somebody's repository: nothing in it may reveal a token to another
host or start a program."""
