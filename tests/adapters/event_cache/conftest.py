"""An empty cache, and the environment that leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.event_cache import open_event_cache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.adapters.event_cache import EventCache


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A data folder of the test's own, not made yet."""
    return {"CRONOFY_DATA_DIR": str(tmp_path / "data")}


@pytest.fixture
def cache(environment: dict[str, str]) -> Iterator[EventCache]:
    """An empty cache."""
    with open_event_cache("uk", "acc_1", environment) as opened:
        yield opened
