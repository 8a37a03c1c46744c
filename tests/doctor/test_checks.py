"""The model of checks."""

from __future__ import annotations

import json

import pytest

from cronofy_cli.core.checks import Check, CheckState, nothing_failed, passed, skipped, summary
from cronofy_cli.doctor.view import check_document

WARNING = Check("clock", CheckState.WARNING, "40 s ahead")
FAILED = Check("token", CheckState.FAILED, "refused")


@pytest.mark.parametrize(
    ("checks", "result"),
    [((), True), ((passed("a", "fine"), skipped("b", "why"), WARNING), True), ((WARNING, FAILED), False)],
)
def test_only_a_failure_fails(checks: tuple[Check, ...], result: bool) -> None:
    """Warnings and skipped checks do not make the command fail."""
    assert nothing_failed(checks) is result


def test_the_sums_start_with_the_worst() -> None:
    """How many checks ended how, in words that fit the number."""
    fine = [passed("a", "fine")] * 3

    assert summary([*fine, WARNING, FAILED, skipped("b", "why")]) == "1 failed, 1 warning, 3 ok, 1 skipped"
    assert summary([WARNING, WARNING]) == "2 warnings"


def test_evidence_that_repeats_becomes_an_array() -> None:
    """Several values of one name are all kept; what is empty is null."""
    check = passed("callback", "fine", evidence=(("address", "::1"), ("address", "127.0.0.1"), ("port", "1")))

    assert json.loads(check_document(check)) == {
        "check": "callback",
        "state": "ok",
        "subject": None,
        "finding": "fine",
        "code": None,
        "meaning": None,
        "hint": None,
        "evidence": {"address": ["::1", "127.0.0.1"], "port": "1"},
    }
