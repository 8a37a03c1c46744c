"""Changes that make the package wrong: what is changed, which tests try it, and what the report says."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.mutant_tests import TestChoice
from benchmarks.mutants import HUNG, SURVIVED, UNCLEAR, Outcome, draws, table
from benchmarks.mutations import compiles, drawn, mutations
from tests.support import REPOSITORY

SOURCE = b'''"""A module."""

LIMIT_S = 5.0


def of(first: str, second: int) -> bool:
    """Return something."""
    with locked(first):
        file.close()
    if not second or first < "b":
        raise WrongUsage(f"no {first} here", hint="say it", help="words for readers")
    return max(second, 3) == 4
'''


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("guard", b"locked(first)", b"__import__('contextlib').nullcontext()"),
        ("release", b"file.close()", b"pass"),
        ("not", b"not second", b"second"),
        ("and/or", b'not second or first < "b"', b'((not second) and (first < "b"))'),
        ("border", b'first < "b"', b'first <= "b"'),
        ("comparison", b'first < "b"', b'first >= "b"'),
        ("text", b'f"no {first} here"', b'f"no {first} herx"'),
        ("text", b'"say it"', b"'say ix'"),
        ("min/max", b"max(", b"min("),
        ("arguments", b"second, 3", b"3, second"),
        ("number", b"== 4", b"== 5"),
        ("return", b"return max(second, 3) == 4", b"return True"),
    ],
)
def test_one_thing_is_changed(kind: str, before: bytes, after: bytes) -> None:
    """A change replaces one operator, constant, call or statement, and nothing else."""
    changed = [one.applied(SOURCE) for one in mutations(SOURCE) if one.kind == kind]

    assert SOURCE.replace(before, after, 1) in changed


def test_what_no_test_could_notice_stays() -> None:
    """Docstrings, help texts and constants of seconds are left alone."""
    changed = [one.applied(SOURCE) for one in mutations(SOURCE)]

    for kept in (b'"""A module."""', b'"""Return something."""', b"LIMIT_S = 5.0", b'help="words for readers"'):
        assert all(kept in one for one in changed if b"raise" in one)


def test_a_draw_is_repeated_by_its_seed() -> None:
    """The same seed draws the same changes, each of them Python, and each kind has its turn."""
    first = list(drawn({"a.py": SOURCE}, 12, 7))

    assert first == list(drawn({"a.py": SOURCE}, 12, 7))
    assert first != list(drawn({"a.py": SOURCE}, 12, 8))
    assert all(compiles(mutation.applied(SOURCE)) for _, mutation in first)
    assert len(Counter(mutation.kind for _, mutation in first)) > 5
    assert {mutation.kind for _, mutation in drawn({"a.py": SOURCE}, 0, 7, ["guard", "not"])} == {"guard", "not"}


def test_a_room_a_module_or_a_line() -> None:
    """Rooms take turns; a line is tried with everything that can be changed in it."""
    in_turn = draws(["core", "sync"], 2, 7)
    [drawn_one] = draws(["core/text.py"], 1, 7)
    line = drawn_one.mutation.line
    of_a_line = draws([f"core/text.py:{line}"], 1, 7)

    assert [draw.room for draw in in_turn] == ["core", "sync", "core", "sync"]
    assert drawn_one.mutation in [draw.mutation for draw in of_a_line]
    assert {draw.mutation.line for draw in of_a_line} == {line}


def test_the_nearest_tests_come_first() -> None:
    """A module's own tests come before its folder's, and those before whatever else reaches it."""
    choice = TestChoice(REPOSITORY)
    module = "cronofy_cli/core/durations.py"

    assert "tests/core/test_durations.py" in choice.nearest(module)
    assert set(choice.nearest(module)) < set(choice.mirrored(module))
    assert all(test.startswith("tests/core/") for test in choice.mirrored(module))
    assert "tests/commands/test_wait.py" in choice.others(module)


def test_what_bears_the_name_comes_first_among_the_others() -> None:
    """Beyond the mirrored folder the tests of the module's name come first, then those of its room."""
    first, *rest = TestChoice(REPOSITORY).others("cronofy_cli/simulator/messages/event_writes.py")

    assert first == "tests/simulator/test_event_writes.py"
    in_room = [test.startswith("tests/simulator/") for test in rest]
    assert in_room == sorted(in_room, reverse=True)


def test_the_report() -> None:
    """A test that hangs has noticed; what survived, or failed without a change as well, has not, and is listed."""
    found = [
        Outcome("core", "cronofy_cli/core/text.py", "border", 33, "a <= b -> a < b", by)
        for by in ("tests/core/test_text.py::test_cut", HUNG, SURVIVED, UNCLEAR)
    ]

    report = table(found)

    assert "| core | 4 | 1 | 1 | 1 | 1 | 50% |" in report
    assert "| all | 4 | 1 | 1 | 1 | 1 | 50% |" in report
    assert report.endswith(
        "\n- core/text.py:33 border: `a <= b -> a < b`: survived\n- core/text.py:33 border: `a <= b -> a < b`: unclear"
    )
