"""What `verify`, `sign` and whatever else signs read: bodies as bytes, and labelled client secrets.

Other client secrets than those in use, for the question who else may have signed, are in `other_secrets`.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.auth.credentials import split_secrets
from cronofy_cli.core.accounts.data_centers import SIMULATOR
from cronofy_cli.core.masking import looks_secret
from cronofy_cli.core.signature import ClientSecret
from cronofy_cli.core.text import as_utf8
from cronofy_cli.errors import NotSignedIn, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from cronofy_cli.cli.context import AppContext

STDIN = "-"
MOST_BYTES: Final = 64 * 1024 * 1024
MOST_SECRET_BYTES: Final = 64 * 1024

SecretFilesOption = Annotated[
    list[str] | None,
    typer.Option(metavar="[LABEL=]FILE|-", help="A client secret, from a file or stdin; repeatable."),
]

_LABELLED: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._ #-]*)=(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _SecretFile:
    label: str
    source: str
    """A path, or `-`."""


def read_bytes(run: AppContext, source: str, *, most: int = MOST_BYTES) -> bytes:
    """Return what a file or stdin holds, byte for byte.

    Raises:
        WrongUsage: the file cannot be read, or is larger than `most` bytes.
    """
    with opened(run, source) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise WrongUsage(f"'{source}' is larger than {_size(most)}", hint="name another file")
    return content


@contextmanager
def opened(run: AppContext, source: str) -> Iterator[BinaryIO]:
    """Give a file, or stdin, to read from.

    Raises:
        WrongUsage: it cannot be read.
    """
    if source == STDIN:
        yield run.stdin.buffer
        return
    try:
        with Path(source).open("rb") as file:
            yield file
    except OSError as error:
        if looks_secret(source):
            raise WrongUsage(
                f"there is no file '{source}', which looks like a secret",
                hint="name a file that holds it, not the secret; or - for stdin",
            ) from error
        raise WrongUsage(
            f"'{source}' cannot be read: {error.strerror or error}", hint="name a file, or - for stdin"
        ) from error


def _size(count: int) -> str:
    return f"{count // 1024 // 1024} MiB" if count >= 1024 * 1024 else f"{count // 1024} KiB"


def find_secrets(
    run: AppContext, files: Sequence[str] | None = None, *, body_source: str | None = None
) -> tuple[ClientSecret, ...]:
    """Return the client secrets of the given files, else those of the environment, the simulator or the context.

    None stands for a command that takes no files.

    Raises:
        NotSignedIn: there is none.
        WrongUsage: a file cannot be read or is empty, two have the same label, or stdin is wanted twice.
    """
    given = given_secrets(run, files or (), body_source=body_source)
    return given or kept_secrets(run, takes_files=files is not None)


def given_secrets(run: AppContext, files: Sequence[str], *, body_source: str | None = None) -> tuple[ClientSecret, ...]:
    """Return the client secrets of the given files, else those of the environment: no store is asked for these.

    Raises:
        WrongUsage: a file cannot be read or is empty, two have the same label, or stdin is wanted twice.
    """
    chosen = _labelled(files)
    if [*(file.source for file in chosen), body_source].count(STDIN) > 1:
        raise WrongUsage("stdin can be read only once", hint="use a file for the body or the client secret")
    if chosen:
        return tuple(ClientSecret(file.label, read_secret(run, file.source)) for file in chosen)
    # A simulator signs with its own; those of the environment are another application's.
    return () if _says_simulator(run) else environment_secrets(run)


def kept_secrets(run: AppContext, *, takes_files: bool = True) -> tuple[ClientSecret, ...]:
    """Return the client secrets of the simulator or of the context in use.

    Raises:
        NotSignedIn: there is none.
    """
    if not run.client_secrets:
        file = "add --client-secret-file FILE, " if takes_files else ""
        raise NotSignedIn(
            "no client secret is known",
            hint=f"set {Variable.CLIENT_SECRET}, {file}sign in with cronofy auth login, or use the simulator's: "
            "--data-center simulator",
        )
    return run.client_secrets


def environment_secrets(run: AppContext) -> tuple[ClientSecret, ...]:
    """Return the client secrets that the environment holds."""
    return split_secrets(run.environment.get(Variable.CLIENT_SECRET, ""), label=Variable.CLIENT_SECRET)


def read_secret(run: AppContext, source: str) -> str:
    """Return the client secret that a file or stdin holds.

    Raises:
        WrongUsage: it cannot be read, or is empty.
    """
    secret = as_utf8(read_bytes(run, source, most=MOST_SECRET_BYTES)).decode("utf-8", "surrogateescape").strip("\r\n")
    if not secret:
        raise WrongUsage(f"'{source}' has no client secret", hint="the file holds only the client secret")
    return secret


def _says_simulator(run: AppContext) -> bool:
    return (run.flags.data_center or run.environment.get(Variable.DATA_CENTER, "")).strip().lower() == SIMULATOR


def _labelled(files: Sequence[str]) -> list[_SecretFile]:
    """Give each file a label of its own: the user's, else its name, or its path where two have the same name."""
    parts = [_split_label(text) for text in files]
    names = ["stdin" if source == STDIN else Path(source).name for _, source in parts]
    chosen = [
        _SecretFile(label or (name if names.count(name) == 1 else source), source)
        for (label, source), name in zip(parts, names, strict=True)
    ]
    labels = [file.label for file in chosen]
    for label in labels:
        if labels.count(label) > 1:
            raise WrongUsage(
                f"two client secrets have the label '{label}'",
                hint="name each: --client-secret-file old=FILE --client-secret-file new=FILE",
            )
    return chosen


def _split_label(text: str) -> tuple[str | None, str]:
    # A file whose own name has an equals sign is meant when it is there.
    match = None if Path(text).exists() else _LABELLED.fullmatch(text)
    return (match[1], match[2]) if match else (None, text)
