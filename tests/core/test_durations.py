"""Durations on a command line."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.durations import in_words, parse_duration
from cronofy_cli.errors import WrongUsage


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("500ms", 0.5),
        ("1.5m", 90),
        (" 2 H ", 7200),
        ("1d", 86400),
        ("0.001", 0.001),
    ],
)
def test_units(text: str, seconds: float) -> None:
    """Seconds need no unit; the others have theirs."""
    assert parse_duration(text, option="--timeout") == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "0", "0s", "-5s", "5 minutes", "1h30m", "s", "1e3", "inf", "nan", "٣s", "9999999999d", "9" * 400]
)
def test_anything_else_is_refused(text: str) -> None:
    """What is no duration, none at all, or longer than anybody waits is refused with the option's name."""
    with pytest.raises(WrongUsage, match="--timeout does not take") as caught:
        parse_duration(text, option="--timeout")

    assert str(caught.value.hint) == "write it as --timeout 90s, 5m, 2h or 7d"


def test_every_accepted_duration_can_be_waited_for() -> None:
    """Whatever is accepted, the system's waiting calls take."""
    accepted: Counter[bool] = Counter()
    numbers = st.integers(0, 10**12).map(str) | st.from_regex(r"[0-9.]{1,20}", fullmatch=True)

    @given(st.builds(str.__add__, numbers, st.sampled_from(["", "ms", "s", "m", "h", "d"])))
    def check(text: str) -> None:
        try:
            seconds = parse_duration(text, option="--timeout")
        except WrongUsage:
            accepted[False] += 1
            return
        accepted[True] += 1
        assert 0 < seconds < threading.TIMEOUT_MAX

    check()
    assert min(accepted[True], accepted[False]) > 5


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (119.0, "119 s"),
        (120.0, "2 min"),
        (7199.0, "120 min"),
        (7200.0, "2 h"),
        (172_799.0, "48 h"),
        (864_000.0, "10 d"),
    ],
)
def test_durations_for_people(seconds: float, words: str) -> None:
    """A length is told in the largest unit of which there are two."""
    assert in_words(seconds) == words
