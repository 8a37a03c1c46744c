"""Can the keyring keep a secret: an entry is written, read back and removed, each step within its limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.core.checks import Check, CheckState, passed, skipped

if TYPE_CHECKING:
    from cronofy_cli.adapters.secrets import KeyringUnusable
    from cronofy_cli.adapters.secrets.keyring_entry import KeyringEntries

KEYRING: Final = "keyring"
ENTRY: Final = "doctor:trial"
"""No context can have this name."""
_TEXT: Final = "written by cronofy doctor; it can be removed"


def check_keyring(entries: KeyringEntries, *, is_in_use: bool) -> Check:
    """Say whether the keyring works; `is_in_use` when the context has its secrets there."""
    from cronofy_cli.adapters.secrets import KeyringUnusable

    if entries.is_switched_off and not is_in_use:
        return skipped(KEYRING, f"it is disabled by {Variable.NO_KEYRING}")
    try:
        backend = entries.write(ENTRY, _TEXT)
        entries.remove(ENTRY)
    except KeyringUnusable as error:
        return _unusable(error, is_in_use=is_in_use)
    return passed(KEYRING, backend.removeprefix("keyring.backends."), evidence=(("backend", backend),))


def _unusable(error: KeyringUnusable, *, is_in_use: bool) -> Check:
    if is_in_use:
        state, meaning = (
            CheckState.FAILED,
            "the context keeps its secrets in the keyring, so its access token cannot be read",
        )
    else:
        state = CheckState.WARNING
        meaning = "auth login cannot store secrets safely; environment variables and a private file work"
    return Check(
        KEYRING,
        state,
        error.message,
        code=error.code,
        meaning=meaning,
        hint=error.hint or "set CRONOFY_ACCESS_TOKEN, or use a private file: cronofy auth login --insecure-storage",
    )
