"""Secrets of contexts, in the system's keyring or in private files.

`store` is the way in; the keyring behind its time limit is in `keyring_entry`, the file in `secret_file`, what can go
wrong in `failures`. Contexts themselves are settings and never hold a secret.
"""

from __future__ import annotations

from cronofy_cli.adapters.secrets.failures import KeyringUnusable, SecretsUnavailable
from cronofy_cli.adapters.secrets.keyring_entry import KEYRING_LIMIT_S
from cronofy_cli.adapters.secrets.store import LOCK_LIMIT_S, Found, Kept, SecretStore, locked, secret_path

__all__ = [
    "KEYRING_LIMIT_S",
    "LOCK_LIMIT_S",
    "Found",
    "Kept",
    "KeyringUnusable",
    "SecretStore",
    "SecretsUnavailable",
    "locked",
    "secret_path",
]
