"""Choosing notifications by what their body says."""

from __future__ import annotations

import pytest

from cronofy_cli.core.notifications.where import parse_where
from cronofy_cli.errors import WrongUsage


def test_bodies() -> None:
    """A raw body is looked at as JSON; one that is not JSON has no fields."""
    where = parse_where("a == `1`")

    assert where.fits_body(b' {"a" : 1}')
    assert not where.fits_body(b"\xff")
    assert not where.fits_body(b"[" * 100_000)
    assert parse_where("a == `null`").fits_body(b"no JSON")


def test_the_option_is_named() -> None:
    """An error names the option that the expression was given with."""
    with pytest.raises(WrongUsage, match=r"^--where is not understood"):
        parse_where("a ==")
