"""Errors for people and for programs."""

from __future__ import annotations

import json

from cronofy_cli.errors import CronofyError, InvalidRequest, NotFound, RequestFailed
from cronofy_cli.output.errors import error_as_json, error_for_people, show_error
from tests.in_process import Stream

ERROR = NotFound("there is no open channel 'chn_1'", hint="cronofy channels list", docs="https://docs.cronofy.com/")


def test_for_people() -> None:
    """A sentence, what mends it, where to read on."""
    assert error_for_people(ERROR, color=False) == (
        "error: there is no open channel 'chn_1'\nhint: cronofy channels list\ndocs: https://docs.cronofy.com/"
    )


def test_in_colour() -> None:
    """The labels carry the colour, the text stays plain."""
    assert error_for_people(ERROR, color=True).startswith("\x1b[1;31merror:\x1b[0m there is no open")


def test_without_a_hint() -> None:
    """What is not there leaves no empty line."""
    assert error_for_people(CronofyError("it failed"), color=False) == "error: it failed"


def test_for_programs() -> None:
    """One JSON object on one line with exactly four keys."""
    shown = error_as_json(ERROR)

    assert "\n" not in shown
    assert json.loads(shown) == {
        "code": "not_found",
        "message": "there is no open channel 'chn_1'",
        "hint": "cronofy channels list",
        "docs": "https://docs.cronofy.com/",
    }


def test_a_refused_request_has_its_fields() -> None:
    """A 422 tells programs each field with its key and description."""
    error = InvalidRequest("refused", fields={"tzid": (("errors.required", "must be specified"),)})

    assert json.loads(error_as_json(error)) == {
        "code": "invalid_request",
        "message": "refused",
        "hint": None,
        "docs": None,
        "fields": {"tzid": [{"key": "errors.required", "description": "must be specified"}]},
    }


def test_text_from_outside_cannot_drive_the_terminal() -> None:
    """What a server said in its error is made harmless."""
    stream = Stream()

    show_error(RequestFailed("it said \x1b]0;owned\x07\u202e'", hint="try \x1b[2J"), stream, as_json=False, color=False)

    assert stream.text == "error: it said ]0;owned'\nhint: try [2J\n"


def test_text_from_outside_cannot_break_the_json_line() -> None:
    """However many lines a message has, the JSON is one."""
    stream = Stream()

    show_error(RequestFailed("one\ntwo\x1b[2J\u2028three"), stream, as_json=True, color=False)

    assert stream.text.count("\n") == 1
    assert json.loads(stream.text)["message"] == "one\ntwo[2J\nthree"
