"""Where the caches' files are, and what is done with all of them."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.paths import data_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cronofy_cli.adapters.event_cache.store import CacheStatus

_SUFFIX: Final = ".db"
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of the caches. It need not exist yet."""
    return data_folder(environment) / "event-cache"


def cache_file(data_center_name: str, sub: str, environment: Mapping[str, str]) -> Path:
    """Return an account's file. A data center may be named by an address, which is no name for a file."""
    return cache_folder(environment) / f"{_file_word(data_center_name)}.{_file_word(sub)}{_SUFFIX}"


def list_event_caches(environment: Mapping[str, str]) -> list[CacheStatus]:
    """Return what each cache on this machine holds, by its file's name.

    Raises:
        EventCacheUnavailable: one of them cannot be read.
    """
    from cronofy_cli.adapters.event_cache.connection import open_cache_file

    found = []
    for path in _files(environment):
        with open_cache_file(path) as cache:
            found.append(cache.status())
    return found


def clear_event_caches(environment: Mapping[str, str]) -> int:
    """Empty all caches, remove what cannot be read as one, and return how many events were forgotten.

    Raises:
        EventCacheUnavailable: one of them can be neither emptied nor removed.
    """
    from cronofy_cli.adapters.event_cache.connection import clear_cache_file

    return sum(clear_cache_file(path) for path in _files(environment))


def _files(environment: Mapping[str, str]) -> list[Path]:
    return sorted(cache_folder(environment).glob(f"*{_SUFFIX}"))


def _file_word(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return f"_{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"
