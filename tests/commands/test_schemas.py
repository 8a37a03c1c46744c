"""`cronofy schemas`: JSON Schema of what is printed. That real output follows them is in tests/test_vocabulary.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator, ValidationError

from cronofy_cli.cli.printed import PRINTED, schema_names

if TYPE_CHECKING:
    from tests.commands.conftest import Run


def test_every_schema_is_listed(run: Run) -> None:
    """Name and command line, a line each; the name is what `commands` says."""
    assert run("schemas").lines == [f"{name}\t{command}" for name, command in schema_names().items()]
    named = {each["schema"] for each in run("commands", "--json").json} - {None}
    assert named == {name for name, command in schema_names().items() if "--" not in command} - {"error", "version"}


def test_every_schema_is_one(run: Run) -> None:
    """Each is a JSON Schema of draft 2020-12, refers to nothing outside, and allows keys that are added later."""
    found = run("schemas", "--all", "--json").json

    assert len(found) == len(PRINTED)
    for each in found:
        Draft202012Validator.check_schema(each["json_schema"])
    assert 'additionalProperties":false' not in run("schemas", "--all", "--json").stdout


def test_one_schema(run: Run) -> None:
    """It is printed as it is, by its name in one word or in the command's words; and it refuses what is wrong."""
    result = run("schemas", "deliveries", "path")

    assert result.stdout == run("schemas", "deliveries-path").stdout
    schema = Draft202012Validator(result.json)
    schema.validate({"path": "/data/deliveries.db", "more": 1})
    with pytest.raises(ValidationError):
        schema.validate({"path": 1})


def test_lines_are_told_apart_by_their_kind(run: Run) -> None:
    """The schema of `listen` is that of one line, of any kind."""
    schema = run("schemas", "listen").json

    assert set(schema["discriminator"]["mapping"]) == {
        "delivery",
        "diagnosis",
        "events",
        "forward",
        "gap",
        "ready",
        "standby",
    }


def test_a_schema_that_is_not_there(run: Run) -> None:
    """A typo is answered with the nearest name."""
    result = run("schemas", "deliveries-lst", "--json")

    assert (result.exit_code, result.error["code"]) == (2, "usage")
    assert "did you mean 'deliveries-list'?" in result.error["message"]
