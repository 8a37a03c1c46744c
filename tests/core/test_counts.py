"""Numbers in sentences."""

from __future__ import annotations

import pytest

from cronofy_cli.core.counts import counted


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 events, 0 deliveries"), (1, "1 event, 1 delivery"), (1234, "1,234 events, 1,234 deliveries")],
)
def test_one_and_several(count: int, expected: str) -> None:
    """One thing is not several."""
    assert f"{counted(count, 'event')}, {counted(count, 'delivery', 'deliveries')}" == expected
