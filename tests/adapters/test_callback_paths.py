"""The callback paths of an account's runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.callback_paths import known_paths, last_path, remember_path

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A data folder of its own."""
    return {"CRONOFY_DATA_DIR": str(tmp_path)}


def test_the_last_one_comes_first(environment: dict[str, str]) -> None:
    """Each account has its own, the last one first, none of them twice."""
    for path in ("/r/1", "/r/2", "/r/1"):
        remember_path("uk", "acc_1", path, environment)
    remember_path("uk", "acc_2", "/r/3", environment)

    assert known_paths("uk", "acc_1", environment) == ("/r/1", "/r/2")
    assert last_path("uk", "acc_1", environment) == "/r/1"
    assert (last_path("uk", "acc_2", environment), last_path("us", "acc_1", environment)) == ("/r/3", None)


def test_not_all_are_kept(environment: dict[str, str]) -> None:
    """After very many runs the oldest paths are forgotten."""
    for number in range(60):
        remember_path("uk", "acc_1", f"/r/{number}", environment)

    assert known_paths("uk", "acc_1", environment) == tuple(f"/r/{number}" for number in range(59, 9, -1))


@pytest.mark.parametrize(
    ("content", "known"), [({"uk acc_1": "/r/old"}, ("/r/old",)), ({"uk acc_1": 7}, ()), ([], ()), ("", ())]
)
def test_what_is_there_already(
    content: object, known: tuple[str, ...], environment: dict[str, str], tmp_path: Path
) -> None:
    """One path by itself, as it was once kept, is a path; what cannot be meant is none. New ones come in front."""
    (tmp_path / "callback-paths.json").write_text(json.dumps(content))

    assert known_paths("uk", "acc_1", environment) == known
    remember_path("uk", "acc_1", "/r/new", environment)
    assert known_paths("uk", "acc_1", environment) == ("/r/new", *known)
