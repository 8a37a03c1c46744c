"""What can be asked for, and how the parts of a question are read."""

from __future__ import annotations

import pytest

from cronofy_cli.errors import HistoryUnavailable, NotFound, WrongUsage
from cronofy_cli.inspector.actions import NeedsConfirmation, TagRequest
from cronofy_cli.inspector.routes import Call, status_of


def call(**query: str) -> Call:
    """Return a question."""
    return Call(0, query)


@pytest.mark.parametrize("number", [0, 1, 2**62])
def test_a_number(number: int) -> None:
    """A number up to the biggest that a store can have is one; without one there is none."""
    assert call(before=str(number)).number_of("before") == number
    assert call().number_of("before") is None


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "١", str(2**62 + 1), "0" * 20, "9" * 5000])
def test_a_number_that_is_none(text: str) -> None:
    """Anything else is refused by its name, however long it is."""
    with pytest.raises(WrongUsage, match=r"^before is not a number$"):
        call(before=text).number_of("before")


def test_a_list_of_numbers() -> None:
    """Up to two hundred, in their order; without any it is empty, and empty parts are none."""
    many = list(range(200, 0, -1))

    assert call(ids=",".join(map(str, many))).numbers_of("ids") == many
    assert call(ids=f",{'9' * 18},").numbers_of("ids") == [10**18 - 1]
    assert call().numbers_of("ids") == call(ids="").numbers_of("ids") == []


@pytest.mark.parametrize("text", ["1,x", "-1", "9" * 19, "1,٢", ",".join(["1"] * 201)])
def test_a_list_that_is_none(text: str) -> None:
    """One that is no number, or one too many, is refused by the list's name and its limit."""
    with pytest.raises(WrongUsage, match=r"^ids is not a list of at most 200 numbers$"):
        call(ids=text).numbers_of("ids")


def test_a_request_with_a_document() -> None:
    """It is read as what it is to be; what is not that is refused in a sentence that says why."""
    assert Call(1, {}, b'{"name":"odd"}').document(TagRequest) == TagRequest("odd")
    for body in (b"", b"{", b"[]", b'{"name":5}', b"\xff", b"[" * 100_000):
        with pytest.raises(WrongUsage, match=r"^the request is not understood: .+"):
            Call(1, {}, body).document(TagRequest)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NeedsConfirmation("Send it?"), 409),
        (NotFound("there is none"), 404),
        (WrongUsage("it is not understood"), 400),
        (HistoryUnavailable("it cannot be read"), 503),
    ],
)
def test_the_status_of_a_failure(error: WrongUsage, status: int) -> None:
    """What is to be confirmed, not there, not understood or not possible now has a status of its own."""
    assert status_of(error) == status
