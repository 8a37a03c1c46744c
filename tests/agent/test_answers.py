"""What a model is given: bounded, without what a person would not see, and without secrets."""

from __future__ import annotations

from cronofy_cli.agent.answers import MOST_CHARACTERS, cleaned, failure, hidden, text_from_outside
from cronofy_cli.agent.child import Ended


def failed(stderr: bytes, *arguments: str) -> dict[str, object]:
    """Return what a model is told of a command that failed."""
    ended = Ended(arguments)
    ended.stderr += stderr
    ended.exit_code = 2
    result = failure(ended)
    assert result.is_error
    document: dict[str, object] | None = result.structured_content
    assert document is not None
    return document


def test_what_only_a_person_may_allow() -> None:
    """A hint at --yes becomes the command to ask the user for, without the options of programs; others stay."""
    arguments = ("deliveries", "replay", "5", "--json", "--no-input")

    asked = failed(b'{"code": "wrong_usage", "message": "m", "hint": "add --yes"}', *arguments)
    assert asked["hint"] == "only a person may allow this; ask the user to run: cronofy deliveries replay 5"
    assert (asked["code"], asked["message"], asked["exit_code"]) == ("wrong_usage", "m", 2)
    assert failed(b'{"code": "c", "hint": "try again"}', *arguments)["hint"] == "try again"
    assert failed(b'{"code": "c", "hint": null}', *arguments)["hint"] is None


def test_texts_of_others() -> None:
    """A text is cut at its limit and says how long it was; nothing invisible is in texts, keys and lists."""
    assert MOST_CHARACTERS == 20_000
    assert text_from_outside("x" * 20_000) == "x" * 20_000
    assert text_from_outside("x" * 20_001) == f"{'x' * 20_000}… (20001 characters)"
    assert text_from_outside("a\x1b[2J\u202eb\u200bc\x00\x9b\U000e0041\td\ne") == "a[2Jbc\td\ne"
    assert cleaned({"k\u200bey": ["a\u2060", {"b": "x" * 6}, 5, None, True]}, 5) == {
        "key": ["a", {"b": "xxxxx… (6 characters)"}, 5, None, True]
    }


def test_secrets() -> None:
    """Each of the environment's secrets is replaced by its variable's name, unless it is too short to be one."""
    environment = {"CRONOFY_CLIENT_SECRET": "first-secret, 12345678 ,1234567,", "CRONOFY_ACCESS_TOKEN": "tok_12345"}

    assert hidden("first-secret 12345678 tok_12345 1234567", environment) == (
        "[CRONOFY_CLIENT_SECRET] [CRONOFY_CLIENT_SECRET] [CRONOFY_ACCESS_TOKEN] 1234567"
    )
    assert hidden("first-secret", {}) == "first-secret"
