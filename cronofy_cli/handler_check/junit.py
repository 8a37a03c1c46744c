"""Results as JUnit XML, as CI systems read it.

Only a must that failed is a failure there; a should that failed is a skipped test with its reason, so that it shows
without breaking a build. The URL's path and query may be secret and are left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.handler_check.case import DOCS_SITE
from cronofy_cli.handler_check.verdict import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cronofy_cli.handler_check.verdict import Result

SUITE: Final = "cronofy check handler"
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped (https://www.w3.org/TR/xml/#charsets)."""


def junit_xml(results: Sequence[Result], url: str, started_at: datetime) -> bytes:
    """Return a document with one suite, a test for each case."""
    totals = {
        "tests": str(len(results)),
        "failures": str(sum(_is_failure(result) for result in results)),
        "errors": "0",
        "skipped": str(sum(result.state is not State.PASSED and not _is_failure(result) for result in results)),
        "time": _seconds(sum(result.duration_ms for result in results)),
    }
    suites = ET.Element("testsuites", {"name": SUITE, **totals})
    about = {"timestamp": to_utc_seconds(started_at), "hostname": _xml(urlsplit(url).netloc.rpartition("@")[2])}
    suite = ET.SubElement(suites, "testsuite", {"name": SUITE, **totals, **about})
    for result in results:
        _add_test(suite, result)
    ET.indent(suites)
    document: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _add_test(suite: ET.Element, result: Result) -> None:
    case = result.case
    name = {"classname": f"cronofy.handler.{case.group}", "name": case.id, "time": _seconds(result.duration_ms)}
    test = ET.SubElement(suite, "testcase", name)
    if _is_failure(result):
        failure = ET.SubElement(test, "failure", {"type": case.id, "message": _xml(result.finding)})
        failure.text = _explanation(result)
    elif result.state is not State.PASSED:
        ET.SubElement(test, "skipped", {"message": _xml(f"{case.importance}: {result.finding}")})
        ET.SubElement(test, "system-out").text = _explanation(result)


def _is_failure(result: Result) -> bool:
    return result.is_breach and result.state is State.FAILED


def _explanation(result: Result) -> str:
    case = result.case
    lines = [
        f"sent: {case.sent}",
        f"expected: {case.expectation.words}",
        *(f"answer: {line}" for line in result.excerpt),
        f"why: {case.reason.why}",
        f"hint: {result.hint or case.reason.usual_cause}",
        f"docs: {DOCS_SITE}{case.reason.docs}",
    ]
    return _xml("\n".join(lines))


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3f}"


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
