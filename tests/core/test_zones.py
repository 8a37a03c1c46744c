"""Time zones by name."""

from __future__ import annotations

import pytest

from cronofy_cli.core.zones import find_zone
from cronofy_cli.errors import WrongUsage


@pytest.mark.parametrize(
    ("tzid", "message"),
    [
        ("europe/london", "'europe/london' is not a time zone; did you mean 'Europe/London'?"),
        ("London", "'London' is not a time zone; did you mean 'Europe/London'?"),
        ("new york", "'new york' is not a time zone; did you mean 'America/New_York'?"),
        ("Asia/Tokio", "'Asia/Tokio' is not a time zone; did you mean 'Asia/Tokyo'?"),
        ("Mars/Phobos-12345", "'Mars/Phobos-12345' is not a time zone"),
        ("", "'' is not a time zone"),
        ("../../etc/passwd", "'../../etc/passwd' is not a time zone"),
    ],
)
def test_what_is_no_zone(tzid: str, message: str) -> None:
    """A name that is none is refused with the zone that was probably meant, if there is one."""
    with pytest.raises(WrongUsage) as caught:
        find_zone(tzid)

    assert caught.value.message == message
