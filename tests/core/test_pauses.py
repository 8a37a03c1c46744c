"""Pauses between attempts."""

from __future__ import annotations

from itertools import islice

from cronofy_cli.core.pauses import growing_pauses_s


def test_growing_pauses() -> None:
    """Pauses double up to the longest one, and no further: what is back is soon found."""
    assert [*islice(growing_pauses_s(0.1, 2.0), 8)] == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0]
