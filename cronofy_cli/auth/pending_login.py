"""A sign-in in two steps, for programs: what the first step leaves for the second. No secret is in it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from cronofy_cli.adapters.paths import data_folder, write_private
from cronofy_cli.errors import NotSignedIn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """Which authorization the browser was sent away with."""

    context: str
    data_center: str
    client_id: str
    redirect_uri: str
    state: str
    scope: str
    """What `--scope` said; empty if it was left out."""
    insecure_storage: str
    """Not empty if `--insecure-storage` was given."""


def remember(pending: PendingSignIn, environment: Mapping[str, str]) -> None:
    """Keep it for the second step; one that was there is forgotten."""
    write_private(_path(environment), json.dumps(asdict(pending)).encode())


def recall(environment: Mapping[str, str]) -> PendingSignIn:
    """Return what the first step left.

    Raises:
        NotSignedIn: there was no first step.
    """
    try:
        found = json.loads(_path(environment).read_bytes())
        return PendingSignIn(**{name: str(found[name]) for name in PendingSignIn.__slots__})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotSignedIn("no sign-in was started", hint="cronofy auth login --start") from error


def forget(environment: Mapping[str, str]) -> None:
    """Remove what the first step left: a state and a code count once."""
    _path(environment).unlink(missing_ok=True)


def _path(environment: Mapping[str, str]) -> Path:
    return data_folder(environment) / "sign-in.json"
