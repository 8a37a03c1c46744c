"""The cases themselves: what they promise about what is sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.core.notifications.samples import SAMPLES
from cronofy_cli.core.signature import ClientSecret, SignatureState, judge
from cronofy_cli.errors import WrongUsage
from cronofy_cli.handler_check.case import Expectation, Importance
from cronofy_cli.handler_check.catalogue import choose
from tests.golden_files import check_golden
from tests.handler_check.checking import make_cases
from tests.handler_check.handlers import SECRET

if TYPE_CHECKING:
    from cronofy_cli.handler_check.case import Case

CASES = make_cases()
GOLDEN = Path(__file__).parent / "golden"


def shown(case: Case) -> str:
    """Return everything about a case, down to the bytes of its posts."""
    reason = case.reason
    lines = [
        f"{case.id}  {case.importance}  {case.expectation.words}  {'at once' if case.at_once else 'in turn'}",
        f"  {case.sent}",
        f"  {reason.why}",
        f"  {reason.usual_cause}",
        f"  {reason.docs}{'  (time)' if reason.is_about_time else ''}",
        *(f"  {post.signature_header}: {post.signature!r}  {post.body!r}" for post in case.posts),
    ]
    return "\n".join(lines)


def test_every_case() -> None:
    """Each case, its words and its bytes are those that are kept, in their order."""
    check_golden("cases.txt", "\n\n".join([*map(shown, CASES), ""]).encode(), GOLDEN)


def test_ids_are_unique() -> None:
    """An id names one case."""
    assert len({case.id for case in CASES}) == len(CASES)


def test_every_type_is_sent() -> None:
    """Each known kind of notification is a case: a must for channels, a should for all other callbacks."""
    sent = {case.id.removeprefix("types."): case.importance for case in CASES if case.group == "types"}

    assert sent["no_notification"] is Importance.SHOULD
    typed = [sample for sample in SAMPLES if sample.type is not None and sample.name != "some_future_type"]
    assert {sample.name: sent.get(sample.name) for sample in typed} == {
        sample.name: Importance.MUST if sample.surface == "channel" else Importance.SHOULD for sample in typed
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_is_accepted_is_signed(case: Case) -> None:
    """What must be accepted has a valid signature, what must be refused has none; every body is legal JSON."""
    secrets = (ClientSecret("handler", SECRET),)
    states = {judge(post.signature, post.body, secrets).state for post in case.posts}

    assert (states == {SignatureState.VALID}) is (case.expectation is not Expectation.REFUSED)
    assert all(isinstance(json.loads(post.body), dict) for post in case.posts)


def test_layouts_change_bytes_and_not_meaning() -> None:
    """The cases about layout say the same in other bytes."""
    layouts = {"bytes.spaced", "bytes.indented", "bytes.crlf", "bytes.key_order", "bytes.escaped_slash"}
    bodies = [case.posts[0].body for case in CASES if case.id in layouts | {"bytes.trailing_newline"}]

    assert len(set(bodies)) == 6
    assert len({json.dumps(json.loads(body), sort_keys=True) for body in bodies}) == 1


@pytest.mark.parametrize(
    ("id_", "part"),
    [
        ("bytes.escaped_slash", rb"https:\/\/example.com\/hook"),
        ("bytes.unicode_escape", rb"Jos\u00e9 \ud83d\udcc5"),
        ("bytes.utf8", "José 📅".encode()),
        ("bytes.html_characters", b"a=1&b=<2>"),
        ("bytes.numbers", b"12345678901234567890123"),
        ("bytes.duplicate_keys", b'"type":"change","type":"change"'),
        ("bytes.nul_escape", rb"a\u0000b"),
        ("bytes.crlf", b"{\r\n"),
    ],
)
def test_unusual_bytes_are_there(id_: str, part: bytes) -> None:
    """A case about unusual bytes has them."""
    assert part in choose(CASES, [id_])[0].posts[0].body


def test_only_one_case_repeats_a_body() -> None:
    """No accepted body comes twice but in the case about duplicates, so that only that one shows them."""
    bodies = [
        (case.id, post.body) for case in CASES if case.expectation is not Expectation.REFUSED for post in case.posts
    ]
    repeated = {id_ for number, (id_, body) in enumerate(bodies) if body in [other for _, other in bodies[:number]]}

    assert repeated == {"repetition.duplicate"}


def test_choosing() -> None:
    """Cases are chosen by id and by group, in their own order."""
    chosen = make_cases("load.at_once", "repetition")

    assert [case.id for case in chosen] == ["repetition.duplicate", "repetition.out_of_order", "load.at_once"]


def test_choosing_what_does_not_exist() -> None:
    """A wrong id is answered with the nearest one and the groups."""
    with pytest.raises(WrongUsage, match=r"did you mean 'types.change'") as caught:
        make_cases("types.chang")

    assert caught.value.hint == "name a case or a group: bytes, load, repetition, signatures, time, types"
