"""The history that a team shares."""

from __future__ import annotations

import pytest

from cronofy_cli.adapters.history.postgres.report import DatabaseReport
from cronofy_cli.core.checks import CheckState
from cronofy_cli.doctor.history import check_history
from cronofy_cli.errors import HistoryUnavailable

ADDRESS = "postgresql://db.example.com/team"


@pytest.mark.parametrize(
    ("has_tables", "may_record", "finding", "hint"),
    [
        (True, True, "reachable; the role jane may read and record", ""),
        (True, False, "reachable; the role jane may only read", ""),
        (False, True, "reachable; no deliveries yet", "cronofy listen"),
    ],
)
def test_a_database_that_answers(has_tables: bool, may_record: bool, finding: str, hint: str) -> None:
    """It says as whom one is there and what that role may do; before the first delivery, what makes the tables."""
    report = DatabaseReport("jane", "15.4", has_tables, may_record)

    check = check_history(ADDRESS, lambda: report)

    assert (check.name, check.state, check.subject) == ("history", CheckState.OK, ADDRESS)
    assert (check.finding, check.hint) == (finding, hint)
    assert check.evidence == (("role", "jane"), ("server_version", "15.4"))


@pytest.mark.parametrize(("hint", "shown"), [("start it", "start it"), (None, f"check {ADDRESS}")])
def test_a_database_that_does_not_answer(hint: str | None, shown: str) -> None:
    """The check fails in the error's words, with its hint or else with where to look."""

    def look() -> DatabaseReport:
        raise HistoryUnavailable("it does not answer", hint=hint)

    check = check_history(ADDRESS, look)

    assert (check.name, check.state, check.subject) == ("history", CheckState.FAILED, ADDRESS)
    assert (check.finding, check.code, check.hint) == ("it does not answer", "history_unavailable", shown)
    assert check.meaning == "deliveries can be neither recorded nor read"
