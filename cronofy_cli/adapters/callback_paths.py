"""The callback paths of the latest runs for an account.

The last one is for `listen --reuse`: with an address that stays the same, the callback URL does too, and Cronofy
answers with the channel that is there (docs: /developers/api/push-notifications/create-channel/). All of them tell
which deliveries of the history an account's runs have received.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.paths import data_folder, write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_KEPT: Final = 50
"""Paths for each account."""


def last_path(data_center: str, sub: str, environment: Mapping[str, str]) -> str | None:
    """Return the path that was served last for an account, if it is known."""
    return next(iter(known_paths(data_center, sub, environment)), None)


def known_paths(data_center: str, sub: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paths that were served for an account, the last one first."""
    return _paths(_read(_file(environment)), _key(data_center, sub))


def remember_path(data_center: str, sub: str, path: str, environment: Mapping[str, str]) -> None:
    """Keep a path for the next run. It is a secret of sorts: whoever knows it may post."""
    file, key = _file(environment), _key(data_center, sub)
    kept = _read(file)
    others = [each for each in _paths(kept, key) if each != path]
    write_private(file, json.dumps({**kept, key: [path, *others][:_KEPT]}, indent=2).encode())


def _paths(kept: Mapping[str, object], key: str) -> tuple[str, ...]:
    found = kept.get(key)
    # Before there were several, the one path stood by itself.
    several = found if isinstance(found, list) else [found]
    return tuple(path for path in several if isinstance(path, str))


def _read(file: Path) -> dict[str, object]:
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _key(data_center: str, sub: str) -> str:
    return f"{data_center} {sub}"


def _file(environment: Mapping[str, str]) -> Path:
    return data_folder(environment) / "callback-paths.json"
