"""Every guess of the search, in its order, from likely to far-fetched: its bytes, and the words that lead there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.core.autopsy.candidates import all_steps, body_candidates
from cronofy_cli.core.autopsy.keys import misread_keys
from cronofy_cli.core.autopsy.other_messages import other_messages
from cronofy_cli.core.signature import ClientSecret
from tests.golden_files import check_golden

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cronofy_cli.core.autopsy.byte_forms import BodyForm
    from cronofy_cli.core.autopsy.causes import Step

GOLDEN = Path(__file__).parent / "golden"

BODIES = {
    "everything": '{"b":"é/&\\u00fc","a":2.0}'.encode(),
    "spaced": b'{"a": [1, {"c": {}, "b": []}], "d": "<2>"}',
    "duplicates": b'{"a":1,"a":2,"c":{"e":1e2,"d":-0.0}}',
    "sorted": b'{"channel":{"callback_url":"x","channel_id":"c"},"notification":{"changes_since":"t","type":"change"}}',
    "lines": b'\xef\xbb\xbf{\r\n  "a": 1,\n\t"b": "2026-01-01T10:00:00 02:00"\r\n}\r\n',
    "western": b' {"a":"caf\xe9"}',
    "encoded-twice": '{"a":"cafÃ©"}'.encode(),
    "windows-quotes": '{"a":"“x”"}'.encode("cp1252"),
    "accents-apart": '{"a":"e\u0301"}\0\0'.encode(),
    "utf-16": '{"a":"é"}'.encode("utf-16-le"),
    "compressed": b"\xabVJT\xb22\xac\x05\x00",
    "base64-of-gzip": b"H4sIAAAAAAACA6tWSlSyUrK3t7ezs1OqBQAoiuNHDgAAAA\r\n",
    "form": b"payload=%7B%22a%22%3A+1%7D",
    "form-without-name": b"%7B%22a%22%3A+1%7D=",
    "percent": b"x%20%7B",
    "json-string": b'"{\\"a\\": \\"\\ud800\\"}"',
    "entities": b"{&quot;a&quot;:1}",
    "request": b'POST / HTTP/1.1\r\nHost: x\r\n\r\n{"a":1}',
    "cut": b'{"a":["b\\"',
    "cut-and-wrong": b'{"a":["b"}',
    "nothing": b"",
}


@pytest.mark.parametrize("name", BODIES)
def test_of_a_body(name: str) -> None:
    """What the body at hand may have been, each once, and what else may have been signed in its place."""
    body = BODIES[name]
    headers = ((b"Content-Length", b"%d" % (len(body) - 1)),) if name in {"form", "spaced"} else ()

    guesses: dict[bytes, str] = {}
    for form in body_candidates(body, headers):
        guesses.setdefault(form.body, shown(form))
    lines = [*guesses.values(), "", *map(shown, other_messages(body))]

    check_golden(f"{name}.txt", "\n".join([*lines, ""]).encode(), GOLDEN)


SECRETS = (
    "CRN_abc",
    ' "CRN_a b" \n',
    "export CRONOFY_CLIENT_SECRET='CRN_abc'",
    "name: ‘x’",
    "CRN_one,CRN_two; three",
    "a%2Bb",
    "Q1JOX2FiYwo=",
    "-_8",
    "0aFF",
)


def test_of_a_secret() -> None:
    """What a client secret may have become where it was configured or read, and the keys that are none."""
    lines: list[str] = []
    for number, secret in enumerate(SECRETS):
        lines += [repr(secret)]
        for key in misread_keys((ClientSecret(f"secret {number}", secret),)):
            lines.append(f"  {key.label}: {key.value!r}  {words(key.steps)}")

    check_golden("secrets.txt", "\n".join([*lines, ""]).encode(), GOLDEN)


def shown(form: BodyForm) -> str:
    """Return the bytes of a guess, and what turns the body at hand into them."""
    return f"{form.body!r}  {words(all_steps(form))}"


def words(steps: Iterable[Step]) -> str:
    """Return what the steps say, and the causes that they undo."""
    return "; ".join(f"{step.words} ({step.cause.name})" for step in steps)
