"""Changing a body, and signing it as Cronofy would."""

from __future__ import annotations

import json

import pytest

from cronofy_cli.core.signature import HEADER, ClientSecret, SignatureState, judge
from cronofy_cli.errors import WrongUsage
from cronofy_cli.outbound.edited_body import set_fields, with_body
from tests.samples import make_delivery

SECRETS = [ClientSecret("old", "a"), ClientSecret("new", "b")]


def test_fields() -> None:
    """A field is set where its path leads, made if need be; a value is JSON, or else text."""
    body = b'{"notification":{"type":"change"},"list":[{"x":1}]}'
    assignments = ["notification.type=verification", "list.0.x=2", "a.b=true", 'c="5"', "d=a=b", "e="]

    assert json.loads(set_fields(body, assignments)) == {
        "notification": {"type": "verification"},
        "list": [{"x": 2}],
        "a": {"b": True},
        "c": "5",
        "d": "a=b",
        "e": "",
    }


@pytest.mark.parametrize("assignment", ["a", "=1", "a..b=1", "type.x=1", "list.9=1", "list.1=1", "list.x=1"])
def test_that_leads_nowhere(assignment: str) -> None:
    """What cannot be set is wrong usage, and so is a body without fields."""
    with pytest.raises(WrongUsage, match="--set"):
        set_fields(b'{"type":"change","list":[1]}', [assignment])
    with pytest.raises(WrongUsage, match="needs a body that is JSON"):
        set_fields(b"\xff", ["a=1"])


def test_signed_anew() -> None:
    """The signature is by all secrets, in the place and spelling of the old one, and the length is the new body's."""
    headers = ((b"content-length", b"1"), (HEADER.lower().encode(), b"old"), (b"X", b"y"), (HEADER.encode(), b"older"))

    changed = with_body(make_delivery(1, headers=headers), b'{"notification":{"type":"x"}}', SECRETS)

    assert [name for name, _ in changed.request.headers] == [b"content-length", HEADER.lower().encode(), b"X"]
    assert changed.request.header("Content-Length") == "29"
    assert changed.notification.type == "x"
    for secret in SECRETS:
        assert judge(changed.request.header(HEADER), changed.request.body, [secret]).state is SignatureState.VALID


def test_a_request_without_a_signature_gets_one() -> None:
    """The header is added at the end."""
    changed = with_body(make_delivery(1, headers=()), b"x", SECRETS[:1])

    assert [name for name, _ in changed.request.headers] == [HEADER.encode(), b"Content-Length"]
