"""What differs between two deliveries."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.notifications.delivery_diff import Difference, DifferencePart, compare_deliveries
from cronofy_cli.core.signature import SignatureState
from tests.samples import make_delivery


def bodies(before: bytes, after: bytes) -> list[tuple[str, str, str | None, str | None]]:
    """Return the differences between two deliveries that differ in nothing but their bodies."""
    found = compare_deliveries(make_delivery(1, before), make_delivery(2, after))
    return [(each.part.value, each.place, each.before, each.after) for each in found]


def test_the_same() -> None:
    """Number and time alone are no difference."""
    assert compare_deliveries(make_delivery(1), make_delivery(2)) == ()


def test_fields() -> None:
    """Each field that was changed, added or removed is named with its path, in the order of the documents."""
    before = b'{"a":{"b":1,"c":[1,2,{"d":null}]},"odd key":1,"gone":0}'
    after = b'{"a":{"b":2,"c":[1,3]},"odd key":"1","new":null}'

    assert bodies(before, after) == [
        ("body", "a.b", "1", "2"),
        ("body", "a.c[1]", "2", "3"),
        ("body", "a.c[2]", '{"d":null}', None),
        ("body", '["odd key"]', "1", '"1"'),
        ("body", "gone", "0", None),
        ("body", "new", None, "null"),
    ]


def test_an_item_more_in_a_list() -> None:
    """Where one comes or goes, the others are met again."""
    assert bodies(b'{"ids":[1,2]}', b'{"ids":[0,1,2]}') == [("body", "ids[0]", None, "0")]
    assert bodies(b'{"ids":[1,2,3]}', b'{"ids":[1,3]}') == [("body", "ids[1]", "2", None)]
    assert bodies(b'{"ids":[1,1]}', b'{"ids":[1]}') == [("body", "ids[1]", "1", None)]
    assert bodies(b'{"ids":[{"a":1},2]}', b'{"ids":[{"a":3},2]}') == [("body", "ids[0].a", "1", "3")]


def test_only_the_bytes() -> None:
    """The same document in other bytes shows the first byte that differs: that is what breaks a signature."""
    assert bodies(b'{"a":1}', b'{"a": 1}') == [("bytes", "byte 5", "'{\"a\":1}'", "'{\"a\": 1}'")]
    assert bodies(b"x", b"x\n") == [("bytes", "byte 1", "'x'", "'x\\n'")]
    assert bodies(b"[" * 100_000, b"")[0][:2] == ("bytes", "byte 0")


def test_around_the_first_byte_that_differs() -> None:
    """Of long bodies twenty bytes before and after it are shown, as far as there are any."""
    same = b"0123456789" * 5

    [long] = bodies(same + b"x" + same, same + b"y" + same)
    [short] = bodies(b"abcx" + same, b"abcy" + same)

    assert long == ("bytes", "byte 50", f"'{'0123456789' * 2}x{'0123456789' * 2}'"[:-2] + "'", long[3])
    assert long[3] == long[2].replace("x", "y")
    assert short == ("bytes", "byte 3", "'abcx0123456789012345678'", "'abcy0123456789012345678'")


def test_kinds_of_values() -> None:
    """A number and a text, true and 1, an object and a list differ as a whole."""
    assert bodies(b"true", b"1") == [("body", "(all of it)", "true", "1")]
    assert bodies(b"{}", b"[]") == [("body", "(all of it)", "{}", "[]")]


def test_headers_and_results() -> None:
    """Names are compared without their spelling, several lines of one name as one value; verdict and answer too."""
    before = make_delivery(1, headers=((b"Host", b"a"), (b"X-A", b"1"), (b"x-a", b"2"), (b"Old", b"\xe9")))
    after = make_delivery(2, state=SignatureState.INVALID, status=401, headers=((b"X-a", b"1, 2"), (b"HOST", b"b")))

    assert compare_deliveries(before, after) == (
        Difference(DifferencePart.RESULT, "signature", "valid", "invalid"),
        Difference(DifferencePart.RESULT, "secret", "CRONOFY_CLIENT_SECRET", None),
        Difference(DifferencePart.RESULT, "response_status", "200", "401"),
        Difference(DifferencePart.HEADER, "host", "a", "b"),
        Difference(DifferencePart.HEADER, "old", "é", None),
    )


@given(before=st.binary(max_size=30), after=st.binary(max_size=30))
def test_any_two_bodies(before: bytes, after: bytes) -> None:
    """There is a difference if and only if the bytes differ."""
    assert bool(bodies(before, after)) is (before != after)
