"""`cronofy why`, as it is typed: what it refuses, and how it ends. Its causes are in `tests/why`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Run


def test_a_cause_is_found(run: Run, simulator: object) -> None:
    """Then it fails: a script that asks goes on only where nothing is wrong."""
    result = run("why", "--no-probe", "--json", "--data-center", "simulator")

    assert (result.exit_code, result.json["verdict"]) == (1, "cause_found")
    assert result.json["causes"][0]["code"] == "no_channel"


def test_nothing_can_be_known(run: Run) -> None:
    """Whoever is not signed in hears that, with the exit code of an account that is missing."""
    result = run("why", "--no-probe", "--json", "--data-center", "uk")

    assert (result.exit_code, result.json["verdict"], result.error["code"]) == (4, "unknown", "not_signed_in")


@pytest.mark.parametrize("option", ["--channel", "--event"])
@pytest.mark.parametrize("value", ["", " "])
def test_a_variable_that_is_not_set(option: str, value: str, run: Run) -> None:
    """It names nothing, and is not taken for everything."""
    result = run("why", option, value)

    assert (result.exit_code, result.stdout) == (2, "")
    hint = f"name one, or leave {option} out to check everything"
    assert result.stderr == f"error: {option} is empty\nhint: {hint}\n"


def test_an_address_that_is_none(run: Run) -> None:
    """It is refused before anybody is asked."""
    result = run("why", "mailto:jane", "--json")

    assert (result.exit_code, result.stdout, result.error["code"]) == (2, "", "usage")
