"""What users write for a status, an answer and a tag, and what is said of what means nothing."""

from __future__ import annotations

import pytest

from cronofy_cli.adapters.history import ForwardState
from cronofy_cli.adapters.history.tags import check_tag
from cronofy_cli.adapters.history.words import parse_answered, parse_status
from cronofy_cli.errors import WrongUsage


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("401", (401, 401)),
        ("5xx", (500, 599)),
        ("1XX", (100, 199)),
        ("000", (0, 0)),
    ],
)
def test_a_status(text: str, status: tuple[int, int]) -> None:
    """A status stands for itself, and a class for its hundred."""
    assert parse_status(text) == {"status": status}
    assert parse_answered(text) == status


def test_other_results() -> None:
    """What became of forwarding and why it failed have their own words, and so has no answer of ours."""
    assert parse_status(None) == {}
    assert parse_status("not-forwarded") == {"forward": (ForwardState.NOT_FORWARDED,)}
    assert parse_status("failed") == {"forward": (ForwardState.FAILED,)}
    assert parse_status("connection_refused") == {"failure": "connection_refused"}
    assert (parse_answered(None), parse_answered("none")) == (None, (0, 0))


@pytest.mark.parametrize("text", ["6xx", "0xx", "40", "4011", "4x", "xx", "٤٠١", "", "-1", "200 "])
def test_what_is_no_status(text: str) -> None:
    """Anything else is refused with what there is."""
    with pytest.raises(WrongUsage) as status:
        parse_status(text)
    with pytest.raises(WrongUsage) as answered:
        parse_answered(text)

    assert status.value.message.startswith(f"--status does not know '{text}'")
    assert status.value.hint == (
        "use a status such as 401 or 5xx, a failure's code, or forwarded, failed, waiting, not-forwarded"
    )
    assert answered.value.message == f"--answered does not know '{text}'"
    assert answered.value.hint == "use a status such as 401 or 4xx, or none"


@pytest.mark.parametrize("name", ["broken", "b", "2026-11-29", "a.b_c-d", "x" * 64, "0x"])
def test_a_tag(name: str) -> None:
    """A tag may be written with its @."""
    assert check_tag(name) == check_tag(f"@{name}") == name


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("last", "'last' is no tag: it means the newest delivery", "choose another name, such as broken"),
        ("@5", "'5' is no tag: it means delivery #5", "choose another name, such as broken"),
        *(
            (name, f"'{name}' is not a valid tag", "use letters, digits, dots, dashes and underscores")
            for name in ("a b", "", "-x", ".x", "x" * 65, "é", "x\n")
        ),
    ],
)
def test_what_is_no_tag(name: str, message: str, hint: str) -> None:
    """What means something else, or could not be typed, is refused with what may be used."""
    with pytest.raises(WrongUsage) as caught:
        check_tag(name)

    assert (caught.value.message, caught.value.hint) == (message, hint)
