"""Contexts: named sets of application, account and data center; and the secrets that belong to one.

Pure: values, their checks, and the JSON that a secret store keeps. Where contexts and secrets are kept is the settings'
and the secret store's job. A context says where its secrets are and never holds one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from cronofy_cli.core.accounts.data_centers import SIMULATOR, parse_data_center
from cronofy_cli.core.text import comparable
from cronofy_cli.core.times import parse_time, to_utc_seconds
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.core.tunnels import TunnelChoice

LONGEST_NAME = 64
"""Characters. A name becomes part of a file's name and of a keyring entry's."""

FORMAT_VERSION = 1
"""The version of the JSON in which a context's secrets are kept."""

SECRETS_LIMIT = 1200
"""Characters of that JSON that a keyring gets. Windows takes 2,560 bytes of UTF-16
(https://github.com/jaraco/keyring/issues/540); the same limit everywhere keeps a context movable."""

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")


class SecretPlace(StrEnum):
    """Where a context's secrets are kept."""

    KEYRING = "keyring"
    FILE = "file"


class ContextAccount(NamedTuple):
    """Whose account a context is signed in to: the `sub` of UserInfo, and the address shown for it."""

    sub: str
    email: str | None = None


class Context(NamedTuple):
    """A named set of settings. What is None or empty is left to the other places that settings come from."""

    name: str
    data_center: str | None = None
    client_id: str | None = None
    account: ContextAccount | None = None
    scope: str | None = None
    calendar_ids: tuple[str, ...] = ()
    tunnel: TunnelChoice | None = None
    tunnel_domain: str | None = None
    ssh_host: str | None = None
    forward: tuple[str, ...] = ()
    secret_place: SecretPlace | None = None
    keyring_backend: str | None = None
    """The keyring's class that holds the secrets: naming it spares keyring its search, a quarter of a read's time."""

    def is_at(self, data_center: str) -> bool:
        """Whether a choice of data center is this context's own; its token must not be sent to any other."""
        return self.data_center is not None and _address(self.data_center) == _address(data_center)


@dataclass(frozen=True, slots=True)
class StoredClientSecret:
    """A client secret of the context's application. Several are active while one is being rotated."""

    label: str
    value: str = field(repr=False)
    added_at: datetime
    removed_at: datetime | None = None
    """None while it is active."""

    def fields(self) -> dict[str, str]:
        """Return what is kept of it."""
        kept = {"label": self.label, "value": self.value, "added_at": to_utc_seconds(self.added_at)}
        return kept if self.removed_at is None else kept | {"removed_at": to_utc_seconds(self.removed_at)}


@dataclass(frozen=True, slots=True)
class StoredSecrets:
    """Everything secret of one context, kept as one entry. No value appears in a repr."""

    client_secrets: tuple[StoredClientSecret, ...] = ()
    access_token: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    """When the access token ends."""
    scope: str | None = None
    """What the access token allows."""
    removed_client_secrets: tuple[StoredClientSecret, ...] = ()
    """Those that were active once, the last removed first. They only tell that a signature was made with one."""

    @property
    def signing_secrets(self) -> tuple[ClientSecret, ...]:
        """The client secrets as the signature check takes them."""
        from cronofy_cli.core.signature import ClientSecret

        return tuple(ClientSecret(secret.label, secret.value) for secret in self.client_secrets)

    def encode(self, limit: int | None = None) -> str:
        """Return the JSON to keep. ASCII only, so that its length is the same in every encoding a store may use.

        Where it would be longer than `limit`, the client secrets that were removed first are left out.
        """
        text = self._encoded()
        if limit is None or len(text) <= limit or not self.removed_client_secrets:
            return text
        return replace(self, removed_client_secrets=self.removed_client_secrets[:-1]).encode(limit)

    def _encoded(self) -> str:
        import json

        document = {
            "version": FORMAT_VERSION,
            "client_secrets": [secret.fields() for secret in self.client_secrets],
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "expires_at": None if self.expires_at is None else to_utc_seconds(self.expires_at),
            "scope": self.scope,
            "removed_client_secrets": [secret.fields() for secret in self.removed_client_secrets] or None,
        }
        return json.dumps({key: value for key, value in document.items() if value is not None}, separators=(",", ":"))


def decode_secrets(document: str) -> StoredSecrets:
    """Return the secrets that a store kept.

    Raises:
        ValueError: it is not such a JSON, or one of a newer version. The text is not repeated: it is secret.
    """
    fields = _object(document)
    if fields.get("version") != FORMAT_VERSION:
        raise ValueError(f"not secrets in version {FORMAT_VERSION} of the format")
    ends = _text(fields, "expires_at")
    return StoredSecrets(
        client_secrets=_client_secrets(fields, "client_secrets"),
        access_token=_text(fields, "access_token"),
        refresh_token=_text(fields, "refresh_token"),
        expires_at=None if ends is None else parse_time(ends),
        scope=_text(fields, "scope"),
        removed_client_secrets=_client_secrets(fields, "removed_client_secrets"),
    )


def _client_secrets(fields: dict[str, object], key: str) -> tuple[StoredClientSecret, ...]:
    entries = fields.get(key)
    return tuple(map(_client_secret, entries if isinstance(entries, list) else ()))


def _client_secret(entry: object) -> StoredClientSecret:
    fields = entry if isinstance(entry, dict) else {}
    label, value, added_at, removed_at = (_text(fields, key) for key in ("label", "value", "added_at", "removed_at"))
    if label is None or not value or added_at is None:
        raise ValueError("a client secret without a label, a value or a time")
    return StoredClientSecret(
        label, value, parse_time(added_at), None if removed_at is None else parse_time(removed_at)
    )


def _object(document: str) -> dict[str, object]:
    # Not msgspec, which costs 14 ms: commands that need no more than a context's settings import this module too.
    import json

    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(fields: dict[str, object], key: str) -> str | None:
    value = fields.get(key)
    return value if isinstance(value, str) else None


def check_context_name(name: str) -> str:
    """Return a context's name.

    Raises:
        WrongUsage: it is none.
    """
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise WrongUsage(
            f"'{name}' is not a valid name for a context",
            hint=f"use up to {LONGEST_NAME} letters, digits, . _ and -, starting with a letter or a digit",
        )
    return name


def check_is_new(name: str, taken: Iterable[str]) -> str:
    """Return a context's name that none of `taken` is like.

    Names that differ only in capital letters would share a file on many systems.

    Raises:
        WrongUsage: it is no name, or one of them is like it.
    """
    for other in taken:
        if comparable(other) == comparable(name):
            raise WrongUsage(f"there is already a context '{other}'", hint=f"cronofy context show {other}")
    return check_context_name(name)


def check_data_center(choice: str) -> str:
    """Return a choice of data center: an identifier, `simulator` or an address.

    Raises:
        WrongUsage: it is none of them.
    """
    if choice.strip().lower() != SIMULATOR:
        parse_data_center(choice)
    return choice.strip()


def _address(data_center: str) -> str:
    chosen = data_center.strip().lower()
    return SIMULATOR if chosen == SIMULATOR else parse_data_center(data_center).api_url.lower()
