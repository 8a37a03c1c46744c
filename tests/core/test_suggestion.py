"""The name that was meant."""

from __future__ import annotations

import pytest

from cronofy_cli.core.notifications.notification import MEANINGS, check_type
from cronofy_cli.core.suggestion import did_you_mean
from cronofy_cli.errors import WrongUsage


def test_the_nearest() -> None:
    """A typo is answered with the nearest name; what is like none of them, with nothing."""
    assert did_you_mean("chanels", ["calendars", "channels"]) == "; did you mean 'channels'?"
    assert did_you_mean("quux", ["calendars", "channels"]) == ""
    assert did_you_mean("quux", []) == ""
    assert did_you_mean("CHANELS", ["calendars", "Channels"]) == "; did you mean 'Channels'?"


@pytest.mark.parametrize("name", ["chnage", "Change", "CHANGE", "profile_disconected", "verificaton"])
def test_a_type_with_a_typo(name: str) -> None:
    """A type that is almost a known one is refused: nothing would ever match it."""
    with pytest.raises(WrongUsage, match="did you mean"):
        check_type(name)


@pytest.mark.parametrize("name", [*MEANINGS, "some_future_type", "' OR 1=1 --"])
def test_a_type_that_may_be_meant(name: str) -> None:
    """Known types, and what Cronofy may send one day, are taken as they are."""
    assert check_type(name) == name
