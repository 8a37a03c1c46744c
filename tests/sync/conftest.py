"""A simulated account to keep copies of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sync.keeping import keeping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support import Cli
    from tests.sync.keeping import Keeping


@pytest.fixture
def account(cli: Cli) -> Iterator[Keeping]:
    """A simulated account whose clock stands still."""
    with keeping(cli) as account:
        yield account
