"""A scene for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.why.scenes import scene_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support import Cli
    from tests.why.scenes import Scene


@pytest.fixture
def scene(cli: Cli, wait_until: Callable[..., None]) -> Iterator[Scene]:
    """A machine with a simulator of the test's own, and nothing else set up."""
    with scene_of(cli, wait_until) as found:
        yield found
