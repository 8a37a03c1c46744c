"""What is typed into the page's field, and which deliveries it means."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.history import Criteria
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import WrongUsage
from cronofy_cli.inspector.filters import parse_filter

if TYPE_CHECKING:
    from cronofy_cli.inspector.filters import Filter

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def parse(text: str) -> Filter:
    """Return what a text means at noon."""
    return parse_filter(text, NOW)


@pytest.mark.parametrize(
    ("text", "criteria", "command"),
    [
        ("", {}, "cronofy deliveries list"),
        ("type:change", {"type": "change"}, "cronofy deliveries list --type change"),
        (
            "signature:invalid",
            {"signature": SignatureState.INVALID},
            "cronofy deliveries list --signature invalid",
        ),
        ("channel:chn_1", {"channel": "chn_1"}, "cronofy deliveries list --channel chn_1"),
        ("since:2h", {"since": datetime(2026, 11, 22, 10, tzinfo=UTC)}, "cronofy deliveries list --since 2h"),
        ("until:2h", {"until": datetime(2026, 11, 22, 10, tzinfo=UTC)}, "cronofy deliveries list --until 2h"),
        ("is:look", {"needs_look": True}, "cronofy deliveries list --needs-look"),
        ("@mine", {"tag": "mine"}, "cronofy deliveries show @mine"),
        ("@", {"search": "@"}, "cronofy deliveries list --search @"),
        ("Sales  call", {"search": "Sales call"}, "cronofy deliveries list --search 'Sales call'"),
        ('"Sales  call" x', {"search": "Sales  call x"}, "cronofy deliveries list --search 'Sales  call x'"),
        ('"@mine"', {"search": "@mine"}, "cronofy deliveries list --search @mine"),
        ("http://localhost", {"search": "http://localhost"}, "cronofy deliveries list --search http://localhost"),
        (
            "a type:change is:look b",
            {"type": "change", "needs_look": True, "search": "a b"},
            "cronofy deliveries list --type change --needs-look --search 'a b'",
        ),
    ],
)
def test_what_a_text_means(text: str, criteria: dict[str, Any], command: str) -> None:
    """Words of `deliveries list` are filters, the rest is searched for in its order; a command finds the same."""
    found = parse(text)

    assert (found.criteria, found.where, found.command) == (Criteria(**criteria), None, command)
    assert found.is_everything == (text == "")


def test_what_is_asked_as_in_the_command_line() -> None:
    """The results, our answer and an expression are those that `deliveries list` takes; a value may be in quotes."""
    found = parse("status:5xx answered:401 where:\"notification.type == 'change'\"")

    assert (found.criteria.answered, found.criteria.status) == ((401, 401), (500, 599))
    assert found.where is not None
    assert found.where.fits_body(b'{"notification":{"type":"change"}}')
    assert not found.where.fits_body(b'{"notification":{"type":"verification"}}')
    assert not parse('where:"`true`"').is_everything


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("is:bad", "is: does not know 'bad'", "is:look finds what needs a look"),
        ("signature:wrong", "signature: does not know 'wrong'", "use valid, invalid, unsigned, unknown"),
        ("type:a type:b", "type: is given twice", "a delivery has to fit every filter: leave one out"),
        ("@a @b", "two tags are given", "each names one delivery: leave one out"),
    ],
)
def test_what_is_not_understood(text: str, message: str, hint: str) -> None:
    """What no delivery could fit, or is none of the words, is refused with what to write instead."""
    with pytest.raises(WrongUsage) as refused:
        parse(text)

    assert (refused.value.message, refused.value.hint) == (message, hint)
