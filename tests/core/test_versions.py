"""Which of two releases is newer."""

from __future__ import annotations

import pytest

from cronofy_cli.core.versions import is_newer

IN_ORDER = ["0.9", "1.0a1", "1.0a2", "1.0b1", "1.0rc1", "1.0rc10", "1.0", "1.0.1", "1.2", "1.10", "2", "10.0.0.0.1"]


def test_the_order_of_releases() -> None:
    """By their numbers, and what comes before a release before it: a, b, rc."""
    for place, version in enumerate(IN_ORDER):
        assert [is_newer(version, each) for each in IN_ORDER] == [place > other for other in range(len(IN_ORDER))]


@pytest.mark.parametrize(("version", "same"), [("1.0", "1"), ("1.0.0", "1.0"), ("0.0", "0"), ("1.0rc1", "1.0.0rc1")])
def test_zeros_at_the_end(version: str, same: str) -> None:
    """They make no other release."""
    assert not is_newer(version, same)
    assert not is_newer(same, version)


@pytest.mark.parametrize(
    "text", ["", "new", "1.0.dev1", "1.0+local", "v2", "2 ", "٢", "1.2.3.4.5.6", "1234567", "1.0rc"]
)
def test_what_is_no_release(text: str) -> None:
    """It is neither newer nor older than any."""
    assert not is_newer(text, "1.0")
    assert not is_newer("1.0", text)
