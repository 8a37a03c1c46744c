"""Why secrets cannot be read, kept or removed. Messages never hold a secret."""

from __future__ import annotations

from cronofy_cli.errors import CronofyError, ExitCode


class SecretsUnavailable(CronofyError):
    """A context's secrets are somewhere, and cannot be read, kept or removed there."""

    exit_code = ExitCode.AUTH
    code = "secrets_unavailable"


class KeyringUnusable(SecretsUnavailable):
    """The system's keyring is absent, locked, hanging, switched off, or not a safe place."""

    code = "keyring_unusable"
