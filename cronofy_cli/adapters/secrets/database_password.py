"""The password of a database in the system's keyring, where neither its address nor libpq's own places have one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.adapters.secrets.failures import KeyringUnusable

if TYPE_CHECKING:
    from collections.abc import Mapping


def database_password(address: str, environment: Mapping[str, str]) -> str | None:
    """Return the password of the entry that is called as the address, without a password; None if there is none."""
    from cronofy_cli.adapters.secrets.keyring_entry import KeyringEntries

    entries = KeyringEntries(environment)
    if entries.is_switched_off:
        return None
    try:
        found = entries.read(address)
    except KeyringUnusable:
        # The server's own answer, that it wants a password, says what to do.
        return None
    return None if found is None else found.text
