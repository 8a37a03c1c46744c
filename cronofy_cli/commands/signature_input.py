"""What `verify` and `sign` read: bodies as bytes, secrets from files or the environment, a saved raw request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cronofy_cli.adapters.credentials import split_secrets
from cronofy_cli.adapters.environment import Variable
from cronofy_cli.core.data_centers import SIMULATOR
from cronofy_cli.core.signature import ClientSecret
from cronofy_cli.errors import NotSignedIn, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.context import AppContext

STDIN = "-"


def read_bytes(run: AppContext, source: str) -> bytes:
    """Return what a file or stdin holds, byte for byte.

    Raises:
        WrongUsage: the file cannot be read.
    """
    if source == STDIN:
        return run.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise WrongUsage(
            f"'{source}' cannot be read: {error.strerror or error}", hint="name a file, or - for stdin"
        ) from error


def find_secrets(run: AppContext, files: Sequence[str], *, body_source: str | None = None) -> tuple[ClientSecret, ...]:
    """Return the client secrets of the given files, else those of the environment or of the simulator.

    Raises:
        NotSignedIn: there is none.
        WrongUsage: a file cannot be read or is empty, or stdin is wanted twice.
    """
    if [*files, body_source].count(STDIN) > 1:
        raise WrongUsage("stdin can be read only once", hint="give the body or the client secret as a file")
    if files:
        return tuple(ClientSecret(_label(source), read_secret(run, source)) for source in files)
    # The environment first: then no file of settings and no keyring has to be read.
    secrets = (
        ()
        if _says_simulator(run)
        else split_secrets(run.environment.get(Variable.CLIENT_SECRET, ""), label=Variable.CLIENT_SECRET)
    )
    secrets = secrets or run.client_secrets
    if not secrets:
        raise NotSignedIn(
            "no client secret is known",
            hint=f"set {Variable.CLIENT_SECRET}, add --client-secret-file FILE, or sign in: cronofy auth login",
        )
    return secrets


def _says_simulator(run: AppContext) -> bool:
    return (run.flags.data_center or run.environment.get(Variable.DATA_CENTER, "")).strip().lower() == SIMULATOR


def _label(source: str) -> str:
    return "stdin" if source == STDIN else Path(source).name


def read_secret(run: AppContext, source: str) -> str:
    """Return the client secret that a file or stdin holds.

    Raises:
        WrongUsage: it cannot be read, or is empty.
    """
    secret = read_bytes(run, source).decode("utf-8", "surrogateescape").strip("\r\n")
    if not secret:
        raise WrongUsage(f"'{source}' holds no client secret", hint="put the client secret in it, and nothing else")
    return secret
