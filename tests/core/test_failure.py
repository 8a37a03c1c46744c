"""The codes of failures."""

from __future__ import annotations

import json
import re

import msgspec
import pytest

from cronofy_cli.core.failure import Failure


@pytest.mark.parametrize("failure", Failure)
def test_every_code_is_described(failure: Failure) -> None:
    """A code is lower-case words, is itself in JSON, and has a description that no other one has."""
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", failure)
    assert json.dumps(failure) == f'"{failure.value}"'
    assert msgspec.json.encode(failure).decode() == f'"{failure.value}"'
    assert [each.description for each in Failure].count(failure.description) == 1
    assert Failure(failure.value) is failure


def test_whether_anything_was_sent() -> None:
    """A failure before a connection is told from one after it, and one of TLS from a server that is not there."""
    sent = {failure for failure in Failure if not failure.is_unreachable}

    assert sent == {
        Failure.ANSWER_TIMED_OUT,
        Failure.CONNECTION_CLOSED,
        Failure.NOT_HTTP,
        Failure.ANSWER_UNREADABLE,
        Failure.NOT_DELIVERED,
        Failure.OTHER,
    }
    assert not any(failure.is_absence and failure.is_tls for failure in Failure)
    assert {failure for failure in Failure if failure.is_tls} == {
        failure for failure in Failure if re.search("tls|certificate", failure)
    }
