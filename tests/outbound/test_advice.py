"""What is advised, by cause."""

from __future__ import annotations

import gzip
import zlib
from datetime import timedelta
from pathlib import Path

import pytest

from cronofy_cli.core.failure import Failure
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.outbound.advice import Circumstances, advice, forward_advice
from cronofy_cli.outbound.target import parse_target
from tests.adapters.history.samples import answered, forward
from tests.golden_files import check_golden

TARGET = parse_target("3000/hook")
SECRET = "right for the client secret known here: does the app use the same one"
SIGNED = Circumstances(SignatureState.VALID)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "raw body"),
        (401, SECRET),
        (403, SECRET),
        (404, "a route for POST /hook"),
        (405, "take POST"),
        (419, "CSRF"),
        (422, "CSRF"),
        (302, "a redirect for a failure"),
        (500, "its log"),
        (503, "its log"),
        (418, "anything but 2xx"),
    ],
)
def test_by_status(status: int, said: str) -> None:
    """Each status that has a usual cause leads to it, where the app says nothing."""
    assert said in (advice(answered(status, answer_body=b""), TARGET, SIGNED) or "")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (
            401,
            b"bad signature",
            SECRET,
        ),
        (400, b'{"error":"HMAC mismatch"}', SECRET),
        (403, b"<h1>Forbidden</h1><p>CSRF verification failed. Request aborted.</p>", "under CSRF protection"),
        (422, b"Can't verify CSRF token authenticity", "under CSRF protection"),
        (422, b"ActionController::InvalidAuthenticityToken", "under CSRF protection"),
        (400, b"bad json", "cannot read the body as JSON"),
        (422, b'{"detail":[{"type":"json_invalid","msg":"JSON decode error"}]}', "cannot read the body as JSON"),
        (400, b"SyntaxError: Unexpected token < in JSON at position 0", "cannot read the body as JSON"),
        (400, b"DisallowedHost at /hook", "does not accept the host localhost:3000"),
        (400, b"Invalid HTTP_HOST header: 'x'. You may need to add 'x' to ALLOWED_HOSTS.", "localhost:3000"),
        (403, b"Blocked host: localhost:3000", "does not accept the host localhost:3000"),
        (403, b"This host is not allowed", "does not accept the host localhost:3000"),
        (403, b"origin not allowed", "checks the origin"),
        (401, b"missing token", "wants credentials"),
        (401, b"invalid JWT", "wants credentials"),
        (403, b"Please log in", "wants credentials"),
        (403, b"not allowed", "allows only some senders"),
    ],
)
def test_by_the_words_of_the_app(status: int, body: bytes, said: str) -> None:
    """What the app says chooses the sentence, before its status does."""
    assert said in (advice(answered(status, answer_head=b"", answer_body=body), TARGET, SIGNED) or "")


def test_by_a_header() -> None:
    """An app that names a scheme of authentication has a login before the route."""
    head = b'HTTP/1.1 401 X\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n'

    assert "credentials" in (advice(answered(401, answer_head=head, answer_body=b""), TARGET, SIGNED) or "")


def test_words_that_nobody_sees() -> None:
    """Scripts, styles and tags of a page are not what the app says."""
    page = b'<head><meta name="csrf-token"><style>.json{}</style><script>origin="login"</script></head><p>No.</p>'

    assert "client secret" in (advice(answered(401, answer_head=b"", answer_body=page), TARGET, SIGNED) or "")


@pytest.mark.parametrize("state", [SignatureState.INVALID, SignatureState.UNSIGNED])
def test_what_cronofy_did_not_sign(state: SignatureState) -> None:
    """An app that refuses it is right, and nothing is to be looked at."""
    said = advice(answered(401, answer_body=b"bad signature"), TARGET, Circumstances(state))

    assert said == "Cronofy did not sign this, and the app refuses it, as it should"


def test_a_signature_that_was_not_checked() -> None:
    """Where no client secret is known, nothing is claimed about the signature."""
    said = advice(answered(401, answer_body=b"bad signature"), TARGET) or ""

    assert said.startswith("does the app use the client secret of this application")


def test_where_a_redirect_leads() -> None:
    """The address is named, made safe."""
    head = b"HTTP/1.1 302 Found\r\nLOCATION: /login\x1b[2J\r\n\r\n"

    assert (advice(answered(302, answer_head=head), TARGET) or "").endswith("it leads to, /login[2J")


@pytest.mark.parametrize("failure", Failure)
def test_by_failure(failure: Failure) -> None:
    """Every failure that can be looked into has its advice, and none names an option that is not there."""
    said = advice(answered(None, failure=failure), TARGET)

    assert (said is None) is (failure in {Failure.ANSWER_UNREADABLE, Failure.NOT_DELIVERED, Failure.OTHER})
    assert "--forward-timeout" not in (said or "")


def test_what_hangs() -> None:
    """Where the command can wait longer, the option is named; else it is what Cronofy would do."""
    late = answered(None, failure=Failure.ANSWER_TIMED_OUT)

    assert "--forward-timeout 0 waits" in (advice(late, TARGET, Circumstances(can_wait=True)) or "")
    assert "answer first, then work" in (advice(late, TARGET) or "")


def test_containers() -> None:
    """In a container localhost is the container: the host's name there is suggested, and how to have it."""
    refused = answered(None)
    unknown = answered(None, failure=Failure.NAME_NOT_RESOLVED)

    assert "host.docker.internal:3000/hook" in (advice(refused, TARGET, Circumstances(in_container=True)) or "")
    assert "127.0.0.1 and ::1" in (advice(refused, TARGET) or "")
    assert "--add-host" in (advice(unknown, parse_target("host.docker.internal:3000")) or "")


def test_slow() -> None:
    """An answer that is good and too late for Cronofy is told; one in time needs no advice."""
    assert advice(answered(200), TARGET) is None
    assert "took 5.1 s" in (advice(answered(200, duration=timedelta(seconds=5.1)), TARGET) or "")


def test_what_is_kept() -> None:
    """A forward of the history has the same advice; a target that another version wrote has none."""
    hangs = forward(1)._replace(attempt=answered(None, failure=Failure.ANSWER_TIMED_OUT, reason="no answer"))
    assert "--forward-timeout 0" in (forward_advice(hangs, SignatureState.VALID) or "")
    assert forward_advice(forward(1, 404), SignatureState.VALID) == advice(answered(404), TARGET, SIGNED)
    assert forward_advice(forward(1, 404, target="unix:/run/app"), SignatureState.VALID) is None


def test_first_lines() -> None:
    """The first lines that say something are shown, three at most, and cannot drive the terminal."""
    body = b"\r\n\n  <h1>Oh\x1b[31m no</h1>\n\n" + b"x" * 500 + b"\nthree\nfour"

    assert answered(500, answer_body=body).excerpt == ("  <h1>Oh[31m no</h1>", "x" * 159 + "…", "three")


@pytest.mark.parametrize(
    ("encoding", "body", "lines"),
    [
        ("gzip", gzip.compress(b"no such table\nline 2", mtime=0), ("no such table", "line 2")),
        ("Deflate", zlib.compress(b"no such table"), ("no such table",)),
        ("gzip", gzip.compress(b"no such table" * 9, mtime=0)[:-5], (("no such table" * 9),)),
        ("gzip", b"no such table", ("(compressed: gzip)",)),
        ("br", b"\x0b\x02\x80no", ("(compressed: br)",)),
        ("identity", b"no such table", ("no such table",)),
    ],
)
def test_the_first_lines_of_a_compressed_answer(encoding: str, body: bytes, lines: tuple[str, ...]) -> None:
    """Cronofy accepts compressed answers and so the app may send one: its first lines are shown as text."""
    head = f"HTTP/1.1 500 X\r\ncontent-encoding: {encoding}\r\n\r\n".encode()

    assert answered(500, answer_head=head, answer_body=body).excerpt == lines


SAID = (
    *(b"", b"bad signature", b"hmac", b"digest", b"csrf", b"xsrf", b"authenticity_token", b"Page expired"),
    *(b"allowed_hosts", b"DisallowedHost", b"blocked host", b"invalid http_host", b"unknown host"),
    *(b"the host " + b"x" * 50 + b" is not allowed", b"hosts not allowed", b"origin", b"cors", b"original"),
    *(b"json web token", b"jwt", b"bearer", b"json", b"malformed", b"unexpected token", b"parser"),
    *(b"token", b"log in", b"login", b"sign-in", b"credential", b"api key", b"password", b"authenticated"),
    *(b"not allowed", b"ip address", b"<script>jwt</script><b>hmac</b>", b"x" * 16384 + b"hmac", b"hm<i>ac</i>"),
)


def test_every_sentence() -> None:
    """What is said of each failure, status and word of an app, in each circumstance, is as it is kept."""
    lines = []
    for address in ("3000/hook", "https://app.example.com/", "http://host.docker.internal:3000/x"):
        target = parse_target(address)
        for known in (Circumstances(), Circumstances(can_wait=True), Circumstances(in_container=True)):
            for failure in Failure:
                said = advice(answered(None, failure=failure), target, known)
                lines.append(f"{address} {known.can_wait:d}{known.in_container:d} {failure.value}: {said}")
    for state in SignatureState:
        for status in (299, 300, 302, 399, 400, 401, 402, 403, 404, 405, 408, 419, 422, 429, 499, 500, 501, 599):
            said = advice(answered(status, answer_head=b"", answer_body=b""), TARGET, Circumstances(state))
            lines.append(f"{state} {status}: {said}")
    for words in SAID:
        said = advice(answered(400, answer_head=b"", answer_body=words), TARGET, SIGNED)
        lines.append(f"{words.decode()[-40:]}: {said}")
    slow = {took_s: answered(200, duration=timedelta(seconds=took_s)) for took_s in (5.0, 5.04, 5.05, 30.0)}
    lines += [f"{took_s} s: {advice(attempt, TARGET)}" for took_s, attempt in slow.items()]

    check_golden("advice.txt", "\n".join([*lines, ""]).encode(), Path(__file__).parent / "golden")
