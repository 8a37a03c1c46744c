"""Results for programs and for CI systems."""

from __future__ import annotations

import json
from datetime import timedelta
from xml.etree import ElementTree as ET

from cronofy_cli.core.attempt import Attempt
from cronofy_cli.core.failure import Failure
from cronofy_cli.handler_check.documents import ResultDocument
from cronofy_cli.handler_check.junit import junit_xml
from cronofy_cli.handler_check.verdict import Judge, skip, summary
from cronofy_cli.outbound.target import parse_target
from tests.handler_check.checking import NOW, make_cases

BODY = '<b>"no" & \x1b[2J]]>\x00\ufffe</b>\nsecond\n\nthird\nfourth'.encode()


def attempt(
    duration_ms: float, status: int | None = None, body: bytes = b"", failure: Failure | None = None
) -> Attempt:
    """Return an attempt that ended so."""
    duration = timedelta(milliseconds=duration_ms)
    return Attempt(NOW, duration, status=status, answer_body=body, failure=failure)


MUST, SHOULD, ANOTHER = make_cases("types.change", "types.smart_invite", "types.unknown")
JUDGE = Judge(parse_target("3000/hook"), 5)
RESULTS = [
    JUDGE.judge(MUST, [attempt(12.34, 500, BODY)]),
    JUDGE.judge(SHOULD, [attempt(5000, failure=Failure.ANSWER_TIMED_OUT)]),
    JUDGE.judge(ANOTHER, [attempt(3, 200)]),
    skip(ANOTHER),
]


def test_junit() -> None:
    """Failed musts are failures, failed shoulds and what was not sent are skipped tests, and totals agree."""
    suites = ET.fromstring(junit_xml(RESULTS, "https://user:pw@example.com:8443/secret-path?token=1", NOW))
    suite = suites[0]

    assert (suites.tag, suite.tag, suite.get("timestamp")) == ("testsuites", "testsuite", "2026-11-22T12:04:31Z")
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped", "time")} == {
        "tests": "4",
        "failures": "1",
        "errors": "0",
        "skipped": "2",
        "time": "5.015",
    }
    skipped = ["skipped", "system-out"]
    assert [[child.tag for child in test] for test in suite] == [["failure"], skipped, [], skipped]
    assert suite[0].attrib == {"classname": "cronofy.handler.types", "name": "types.change", "time": "0.012"}


def test_junit_holds_any_answer() -> None:
    """Markup, control characters and what XML cannot hold arrive as harmless text."""
    document = junit_xml(RESULTS, "http://127.0.0.1:3000/", NOW)
    failure = ET.fromstring(document).find(".//failure")

    assert failure is not None
    assert failure.text is not None
    assert 'answer: <b>"no" & [2J]]>\ufffd</b>\nanswer: second\nanswer: third\nwhy:' in failure.text
    assert "fourth" not in failure.text


def test_junit_keeps_the_url_to_itself() -> None:
    """Neither password, path nor query of the handler's address get into a file that others read."""
    document = junit_xml(RESULTS, "https://user:pw@example.com:8443/secret-path?token=1", NOW)

    assert b'hostname="example.com:8443"' in document
    assert b"secret-path" not in document
    assert b"token" not in document
    assert b"pw" not in document


def test_document() -> None:
    """A result as JSON says what was sent, expected and seen, and why it matters."""
    document = json.loads(ResultDocument.of(RESULTS[0]).encode())

    (sent,) = document["attempts"]
    assert {name: sent[name] for name in ("status", "failure", "duration_ms", "succeeded")} == {
        "status": 500,
        "failure": None,
        "duration_ms": 12.34,
        "succeeded": False,
    }
    assert sent["response_body"] == BODY.decode()
    assert {name: document[name] for name in ("case", "state", "importance", "sent", "expected", "finding")} == {
        "case": "types.change",
        "state": "failed",
        "importance": "must",
        "sent": "a change",
        "expected": "200-299 within the limit",
        "finding": "500 in 12 ms",
    }
    assert document["docs"] == "https://docs.cronofy.com/developers/api/push-notifications/"
    assert document["why"]
    assert document["hint"]


def test_summary() -> None:
    """The number of cases by how they ended, the bad ones first."""
    assert summary(RESULTS) == "1 must failed, 1 should failed, 1 not sent, 1 passed"
