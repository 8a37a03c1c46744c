"""The address of a PostgreSQL database: a URI as libpq takes it, which can be shown without its password. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from cronofy_cli.errors import WrongUsage

_SCHEMES: Final = ("postgresql://", "postgres://")
_SECRET_PARAMETERS: Final = re.compile(r"(?:password|sslpassword|oauth_client_secret)=", re.IGNORECASE)
_HOST: Final = re.compile(r"(?:\[[0-9A-Fa-f:.%]*\]|[^\[\]:,/?#@\s]*)(?::\d{0,5})?")
_PARAMETER: Final = re.compile(r"[A-Za-z_]+=[^@]*\Z")
_PLACES: Final = "PGPASSWORD, ~/.pgpass, a service of pg_service.conf, or the keyring"


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """A database. What can be printed of it is `shown`."""

    uri: str = field(repr=False)
    """As it was given, perhaps with a password: for libpq alone."""
    shown: str
    """The same without a password."""
    has_password: bool = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> PostgresAddress:
        """Return the address that a text names.

        Raises:
            WrongUsage: it is not one. Nothing of it is repeated in the message: a part may be a password.
        """
        scheme = next((each for each in _SCHEMES if text.startswith(each)), None)
        if scheme is None or not text.isprintable():
            raise _invalid()
        place, _, query = text.removeprefix(scheme).partition("?")
        authority, slash, database = place.partition("/")
        login, at, hosts = authority.rpartition("@")
        parameters = query.split("&") if query else []
        is_valid = all(_HOST.fullmatch(host) for host in hosts.split(",")) and all(map(_PARAMETER.match, parameters))
        # libpq would repeat a part of a password in its own words where one of these is not percent-encoded.
        if not is_valid or "@" in login or "/" in database or "@" in database:
            raise _invalid()
        user, _, password = login.partition(":")
        public = [each for each in parameters if not _SECRET_PARAMETERS.match(each)]
        query = f"?{'&'.join(public)}" if public else ""
        shown = f"{scheme}{user}{at}{hosts}{slash}{database}{query}"
        return cls(text, shown, bool(password) or len(public) < len(parameters))

    def __str__(self) -> str:
        """The address without a password."""
        return self.shown


def is_postgres(text: str) -> bool:
    """Whether a text is meant as the address of a PostgreSQL database, and not as a file."""
    return text.startswith(_SCHEMES)


def refuse_password(address: PostgresAddress, *, where: str) -> None:
    """Stop when an address has a password where others can read it, such as on a command line or in a settings file.

    Raises:
        WrongUsage: it has one.
    """
    if address.has_password:
        raise WrongUsage(
            f"{where}: the address has a password, which other programs can read there",
            hint=f"use {address.shown} and keep the password in {_PLACES}",
        )


def _invalid() -> WrongUsage:
    return WrongUsage(
        "this is not the address of a PostgreSQL database",
        hint="write postgresql://USER@HOST:PORT/DATABASE; special characters of a password are percent-encoded",
    )
