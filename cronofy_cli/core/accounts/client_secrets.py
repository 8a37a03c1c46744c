"""A context's client secrets as they are added, removed and forgotten.

Pure: which ones there are now. A removed one is kept only to recognise a signature that was made with it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.text import clean, shorten
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.core.accounts.contexts import StoredClientSecret, StoredSecrets

MOST_REMOVED: Final = 5
"""How many removed ones are kept, those that were removed last."""
LONGEST_LABEL: Final = 60


def check_label(text: str) -> str:
    """Return what a client secret can be called by: it is shown, and typed again to remove the secret.

    Raises:
        WrongUsage: it cannot be seen, or is too long to be typed.
    """
    if not text.strip() or not text.isprintable() or len(text) > LONGEST_LABEL:
        raise WrongUsage(
            f"'{clean(shorten(text, LONGEST_LABEL))}' is not a valid label",
            hint=f"use a word such as 2026-11, of at most {LONGEST_LABEL} characters",
        )
    return text


def with_added(secrets: StoredSecrets, added: StoredClientSecret) -> StoredSecrets:
    """Return secrets with one more that is active, at the end. If it was removed before, it is so no more."""
    return replace(
        without_removed(secrets, added.value),
        client_secrets=(*secrets.client_secrets, added),
    )


def without_removed(secrets: StoredSecrets, value: str) -> StoredSecrets:
    """Return secrets whose removed ones have another value: this one is active."""
    rest = tuple(each for each in secrets.removed_client_secrets if each.value != value)
    return replace(secrets, removed_client_secrets=rest)


def with_removed(secrets: StoredSecrets, label: str, now: datetime) -> StoredSecrets:
    """Return secrets whose active one of this label is a removed one from now on."""
    gone = tuple(replace(each, removed_at=now) for each in secrets.client_secrets if each.label == label)
    return replace(
        secrets,
        client_secrets=tuple(each for each in secrets.client_secrets if each.label != label),
        removed_client_secrets=(*gone, *secrets.removed_client_secrets)[:MOST_REMOVED],
    )


def forgotten(secrets: StoredSecrets, label: str) -> StoredSecrets:
    """Return secrets none of which has this label, be it active or removed."""
    return replace(
        secrets,
        client_secrets=tuple(each for each in secrets.client_secrets if each.label != label),
        removed_client_secrets=tuple(each for each in secrets.removed_client_secrets if each.label != label),
    )
