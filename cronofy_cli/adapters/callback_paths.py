"""The callback path of the last run for an account, for `listen --reuse`: with an address that stays the same, the
callback URL does too, and Cronofy answers with the channel that is there (docs:
/developers/api/push-notifications/create-channel/).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cronofy_cli.adapters.paths import data_folder, write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def last_path(data_center: str, sub: str, environment: Mapping[str, str]) -> str | None:
    """Return the path that was served last for an account, if it is known."""
    found = _read(_file(environment)).get(_key(data_center, sub))
    return found if isinstance(found, str) else None


def remember_path(data_center: str, sub: str, path: str, environment: Mapping[str, str]) -> None:
    """Keep a path for the next run. It is a secret of sorts: whoever knows it may post."""
    file = _file(environment)
    write_private(file, json.dumps({**_read(file), _key(data_center, sub): path}, indent=2).encode())


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
