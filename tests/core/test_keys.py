"""Keys out of a terminal's bytes."""

from __future__ import annotations

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from cronofy_cli.core.keys import Key, KeyDecoder, Pasted

SEQUENCES = {
    b"\x1b[A": Key.UP,
    b"\x1bOB": Key.DOWN,
    b"\x1b[C": Key.RIGHT,
    b"\x1b[D": Key.LEFT,
    b"\x1b[H": Key.HOME,
    b"\x1b[4~": Key.END,
    b"\x1b[5~": Key.PAGE_UP,
    b"\x1b[6~": Key.PAGE_DOWN,
    b"\r": Key.ENTER,
    b"\x7f": Key.BACKSPACE,
    b"\x1a": Key.SUSPEND,
    b"q": "q",
    "é".encode(): "é",
    "日".encode(): "日",
    b"\x1b[200~quit\x1b[201~": Pasted("quit"),
}


@pytest.mark.parametrize(("data", "key"), SEQUENCES.items())
def test_each_sequence_is_its_key(data: bytes, key: str) -> None:
    """What a terminal sends for a key is that key, and nothing is left over."""
    decoder = KeyDecoder()

    assert (decoder.feed(data), decoder.is_waiting) == ([key], False)


@given(st.lists(st.sampled_from(list(SEQUENCES)), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_keys_do_not_depend_on_how_the_bytes_are_cut(parts: list[bytes], random: object) -> None:
    """However a terminal's bytes are split over reads, the keys are the same: half an arrow is never an Esc."""
    data = b"".join(parts)
    decoder, found, start = KeyDecoder(), [], 0
    while start < len(data):
        size = random.randint(1, 3)  # type: ignore[attr-defined]
        found += decoder.feed(data[start : start + size])
        start += size
    event(f"{len(parts)} keys")

    assert found == [SEQUENCES[part] for part in parts]
    assert not decoder.is_waiting


def test_an_esc_alone_is_a_key_only_after_a_moment() -> None:
    """The first byte of an arrow is that of Esc: only when nothing follows is it one."""
    decoder = KeyDecoder()

    assert (decoder.feed(b"\x1b"), decoder.is_waiting) == ([], True)
    assert decoder.flush() == [Key.ESCAPE]
    assert (decoder.flush(), decoder.is_waiting) == ([], False)


def test_esc_twice_is_esc_and_then_whatever_follows() -> None:
    """A second Esc does not swallow the arrow behind it."""
    assert KeyDecoder().feed(b"\x1b\x1b[A") == [Key.ESCAPE, Key.UP]


@pytest.mark.parametrize("data", [b"\x1b[1;5C", b"\x1b[?62;c", b"\x1b[M", b"\x00", b"\x1bx"])
def test_what_means_nothing_here_is_dropped(data: bytes) -> None:
    """Sequences that are no key of ours do not become letters that do something."""
    assert KeyDecoder().feed(data) == []


def test_a_paste_without_an_end_is_not_kept_for_ever() -> None:
    """A paste that never ends takes a bounded amount of memory, and keys work again after it."""
    decoder = KeyDecoder()
    decoder.feed(b"\x1b[200~" + b"x" * 70_000)

    assert (decoder.is_waiting, decoder.feed(b"q")) == (False, ["q"])


def test_the_longest_paste() -> None:
    """Of 64 KiB with its beginning, not counting its end; one more and it is none."""
    longest, decoder = b"\x1b[200~" + b"x" * (64 * 1024 - 6), KeyDecoder()
    decoder.feed(longest)
    assert decoder.feed(b"\x1b[201~") == [Pasted("x" * (64 * 1024 - 6))]
    decoder.feed(longest + b"x")
    assert not decoder.is_waiting


def test_a_paste_that_is_still_coming_is_waited_for() -> None:
    """A pause in the middle of a paste does not turn its rest into keys."""
    decoder = KeyDecoder()
    decoder.feed(b"\x1b[200~qu")

    assert decoder.flush() == []
    assert decoder.feed(b"it\x1b[201~") == [Pasted("quit")]
