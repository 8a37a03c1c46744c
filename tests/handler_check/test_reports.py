"""Results for programs and for CI systems."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from cronofy_cli.core.attempt import Attempt
from cronofy_cli.core.failure import Failure
from cronofy_cli.handler_check.documents import ResultDocument
from cronofy_cli.handler_check.junit import junit_xml
from cronofy_cli.handler_check.report import show_to_people
from cronofy_cli.handler_check.verdict import Judge, is_expected, skip, summary
from cronofy_cli.outbound.target import parse_target
from cronofy_cli.output.streams import OutputFormat
from tests.golden_files import check_golden
from tests.handler_check.checking import NOW, make_cases
from tests.output.outputs import MemoryOutput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.handler_check.verdict import Result

GOLDEN = Path(__file__).parent / "golden"

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
    assert summary(RESULTS) == "2 failed (1 must pass, 1 should), 1 not sent, 1 passed"


def judged(*answers: tuple[str, list[Attempt]]) -> list[Result]:
    """Judge cases in their order."""
    judge = Judge(parse_target("3000/hook"), 5)
    return [judge.judge(make_cases(id_)[0], attempts) for id_, attempts in answers]


REFUSED = attempt(2, 401, b"signature does not match")
OK = attempt(2.4, 200)._replace(address="127.0.0.1:3000")
ENDINGS = {
    "all kinds": [*RESULTS, *judged(("types.change", [OK]), ("signatures.wrong", [REFUSED]))],
    "almost nothing": judged(
        ("types.change", [REFUSED]),
        ("signatures.wrong", [REFUSED]),
        ("types.unknown", [OK._replace(address="[::1]:1")]),
    ),
    "nothing": [
        *judged(
            ("types.change", [REFUSED]),
            ("types.unknown", [REFUSED]),
            ("time.headroom", [REFUSED]),
            ("bytes.spaced", [REFUSED]),
            ("load.at_once", [OK, attempt(9, 503)]),
            ("signatures.wrong", [REFUSED]),
            ("signatures.missing", [attempt(9, 500)]),
        ),
        skip(ANOTHER),
    ],
    "nothing, in several ways": judged(
        ("types.change", [REFUSED]), ("types.unknown", [attempt(9, 503)]), ("bytes.spaced", [attempt(9, 404)])
    ),
    "two alike": judged(("types.change", [REFUSED]), ("types.unknown", [REFUSED])),
    "three of four alike": judged(
        ("types.change", [REFUSED]),
        ("types.unknown", [REFUSED]),
        ("bytes.spaced", [REFUSED]),
        ("bytes.utf8", [attempt(9, 503)]),
    ),
    "nothing but refusals": judged(("signatures.wrong", [REFUSED]), ("signatures.missing", [attempt(9, 200)])),
    "nothing, at once neither": judged(
        ("types.change", [REFUSED]), ("types.unknown", [REFUSED]), ("load.at_once", [OK, REFUSED])
    ),
    "several answers": judged(("load.at_once", [attempt(30, 200), attempt(90, 202), attempt(60, 200)])),
    "no case": [],
}


@pytest.mark.parametrize("color", [False, True])
def test_for_people(color: bool) -> None:
    """Each way to end is shown as it is kept."""
    parts = []
    for name, results in ENDINGS.items():
        memory = MemoryOutput(OutputFormat.TABLE, color=color)
        assert show_to_people(memory.output, results, parse_target("3000/hook")) == results
        parts += [f"{name}\n{memory.stdout.text}{memory.stderr.text}"]

    check_golden("people-color.txt" if color else "people.txt", "\n".join(parts).encode(), GOLDEN)


def test_where_it_was_found() -> None:
    """Only where localhost was asked for is it told at which address it was."""
    memory = MemoryOutput(OutputFormat.TABLE)

    show_to_people(memory.output, ENDINGS["all kinds"], parse_target("http://127.0.0.1:3000/hook"))

    assert "found at" not in memory.stderr.text


def test_results_come_as_they_are_known() -> None:
    """Once something is accepted each result is written before the next one is known."""
    memory, written = MemoryOutput(OutputFormat.TABLE), []

    def results() -> Iterator[Result]:
        for result in [RESULTS[0], *judged(("types.change", [OK])), RESULTS[3]]:
            written.append(memory.stdout.text.count("types."))
            yield result

    show_to_people(memory.output, results(), parse_target("3000"))

    assert written == [0, 0, 2]


def test_for_programs() -> None:
    """Documents and JUnit XML of each way to end are those that are kept."""
    everything = [result for results in ENDINGS.values() for result in results]
    documents = b"\n".join(ResultDocument.of(result).encode() for result in everything)

    check_golden("results.ndjson", documents + b"\n", GOLDEN)
    check_golden("junit.xml", junit_xml(everything, "https://user:pw@example.com/x", NOW), GOLDEN)


@pytest.mark.parametrize(
    ("case", "attempt_", "is_as_expected"),
    [
        ("time.headroom", attempt(2500, 200), True),
        ("time.headroom", attempt(2501, 200), False),
        ("time.headroom", attempt(1, 300), False),
        ("types.change", attempt(4999, 299), True),
        ("types.change", attempt(1, 300), False),
        ("types.change", attempt(1), False),
        ("signatures.wrong", attempt(1, 400), True),
        ("signatures.wrong", attempt(1, 499), True),
        ("signatures.wrong", attempt(1, 399), False),
        ("signatures.wrong", attempt(1, 500), False),
        ("signatures.wrong", attempt(1, 200), False),
        ("signatures.wrong", attempt(1), False),
    ],
)
def test_what_is_expected(case: str, attempt_: Attempt, is_as_expected: bool) -> None:
    """2xx accepts, quickly within half the limit; 4xx refuses, and nothing else does."""
    assert is_expected(make_cases(case)[0], attempt_, 5) is is_as_expected


TOO_SLOW = "time.headroom"


@pytest.mark.parametrize(
    ("status", "is_usual"),
    [
        (299, True),
        (300, False),
        (401, False),
        (499, False),
        (500, True),
        (408, True),
        (413, True),
        (425, True),
        (429, True),
    ],
)
def test_what_a_failure_is_about(status: int, is_usual: bool) -> None:
    """In a case about time a refusal is explained as one, unless it is of what is too slow, too large or too many."""
    _, result = judged(("types.change", [OK]), (TOO_SLOW, [attempt(3000, status)]))

    assert (result.hint == make_cases(TOO_SLOW)[0].reason.usual_cause) is is_usual
