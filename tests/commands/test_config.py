"""`cronofy config`: reading and changing settings, and saying where each comes from."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.paths import user_file
from cronofy_cli.adapters.settings.writing import save_context
from cronofy_cli.core.accounts.contexts import Context

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.conftest import Run
    from tests.support import Cli, Result

    Command = Callable[..., Result]


@pytest.fixture
def environment(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A home, and a repository in it that is the working directory."""
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    monkeypatch.chdir(repository)
    cli.environment["CRONOFY_CONFIG_DIR"] = str(tmp_path / "config")
    return cli.environment


@pytest.fixture
def command(environment: dict[str, str], run: Run) -> Command:
    """`cronofy config`."""
    return partial(run, "config")


@pytest.fixture
def acme(environment: dict[str, str]) -> None:
    """A context with a data center of its own."""
    save_context(user_file(environment), Context("acme", data_center="uk"))


def test_what_is_set_is_got(command: Command, environment: dict[str, str]) -> None:
    """A value that was set comes back alone on a line, each of a list on its own."""
    done = command("set", "data-center", "de")
    command("set", "calendars", "cal_1", "Work")

    assert done.lines == ["data_center\tde", f"file\t{user_file(environment)}"]
    assert command("get", "data_center").stdout == "de\n"
    assert command("get", "calendars").stdout == "cal_1\nWork\n"


def test_the_answers_for_programs(command: Command, environment: dict[str, str]) -> None:
    """--json keeps the value's type and names its origin."""
    file = str(user_file(environment))

    assert command("set", "port", "8080", "--json").json == {
        "key": "port",
        "value": 8080,
        "context": None,
        "file": file,
    }
    assert command("get", "port", "--json").json == {
        "key": "port",
        "value": 8080,
        "origin": file,
        "origin_kind": "user",
    }
    assert command("unset", "port", "--json").json == {"key": "port", "context": None, "file": file}


def test_what_nothing_sets(command: Command) -> None:
    """A setting without a value is exit code 1 and an empty stdout, for scripts."""
    got = command("get", "calendars")

    assert (got.exit_code, got.stdout) == (1, "")
    assert got.stderr == "error: 'calendars' is not set\nhint: cronofy config set calendars VALUE\n"


def test_unsetting(command: Command) -> None:
    """A setting that was unset has its default again; unsetting it twice is said."""
    command("set", "data_center", "de")

    assert command("unset", "data-center").exit_code == 0
    assert command("get", "data_center").stdout == "us\n"
    assert command("unset", "data_center").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("colour", "blue"), "there is no setting 'colour'"),
        (("client_secret", "CRN_x"), "'client_secret' is not a setting: secrets are never kept in settings files"),
        (("access_token", "tok"), "'access_token' is not a setting"),
        (("client_id", "x"), "'client_id' can be set only in a context"),
        (("port", "1", "2"), "'port' takes one value, not 2"),
        (("port", "high"), "'high' is not a port"),
        (("tunnel", "bore"), "'bore' is not a valid value"),
        (("port", "1", "--context", "acme"), "'port' cannot be set in a context"),
    ],
)
def test_what_cannot_be_set(
    command: Command, environment: dict[str, str], arguments: tuple[str, ...], complaint: str
) -> None:
    """What cannot be meant is wrong usage, and nothing is written."""
    done = command("set", *arguments)

    assert done.exit_code == 2
    assert complaint in done.stderr
    assert not user_file(environment).exists()


def test_a_context_must_exist_to_be_chosen_or_changed(command: Command) -> None:
    """Neither choosing a context nor setting its value makes one."""
    for arguments in (("set", "context", "gone"), ("set", "scope", "x", "--context", "gone")):
        assert "there is no context 'gone'" in command(*arguments).stderr


def test_a_contexts_own_value_comes_first_and_is_said_to(
    command: Command, environment: dict[str, str], acme: None
) -> None:
    """A default that has no effect here is warned about; a context's own value is changed by naming it."""
    command("set", "context", "acme")

    hidden = command("set", "data_center", "de")
    own = command("set", "data_center", "au", "--context", "acme")

    assert hidden.stderr == "warning: context acme takes precedence here: 'uk'\n"
    assert own.stderr == ""
    assert command("get", "data_center", "--json").json["origin"] == "context acme"
    assert command("get", "data_center").stdout == "au\n"


def test_showing_origins(command: Command, environment: dict[str, str], tmp_path: Path, acme: None) -> None:
    """Every setting is shown with what set it."""
    project = tmp_path / "repository" / ".cronofy.toml"
    project.write_text('context = "acme"\nforward = ["3000/hook"]\n', encoding="utf-8")
    environment["CRONOFY_CLIENT_ID"] = "from-the-environment"

    shown = command("show", "--origin")

    assert shown.lines[:3] == [
        f"context\tacme\t{project}",
        "data_center\tuk\tcontext acme",
        "client_id\tfrom-the-environment\tCRONOFY_CLIENT_ID",
    ]
    assert f"forward\t3000/hook\t{project}" in shown.lines
    assert "tunnel\tauto\tdefault" in shown.lines
    assert command("show").lines[1] == "data_center\tuk"
    assert {each["origin_kind"] for each in command("show", "--json").json} == {
        "project",
        "context",
        "environment",
        "default",
    }


def test_a_project_file_that_goes_too_far_stops_every_command(command: Command, tmp_path: Path) -> None:
    """The file and the key are named, and where such a setting belongs."""
    project = tmp_path / "repository" / ".cronofy.toml"
    project.write_text('data_center = "http://evil.example"\n', encoding="utf-8")

    shown = command("show", "--json")

    assert shown.exit_code == 2
    assert shown.error["message"] == f"{project}: 'data_center' cannot be set by a project file"


def test_listing_what_can_be_set(command: Command) -> None:
    """The list says for each setting whether a context or a project may have it, and its variable."""
    listed = command("list")

    assert "data_center\tyes\t-\tCRONOFY_DATA_CENTER\tus, uk, de, au, ca, sg, simulator, or an address" in listed.lines
    assert [each["key"] for each in command("list", "--json").json if each["project"]] == [
        "context",
        "calendars",
        "port",
        "print",
        "forward",
    ]


def test_the_paths(command: Command, environment: dict[str, str], tmp_path: Path) -> None:
    """The files in use are named, also while one of them is broken."""
    project = tmp_path / "repository" / ".cronofy.toml"
    before = command("path")
    project.write_text("broken", encoding="utf-8")

    assert before.lines == [f"user\t{user_file(environment)}", "project\t-", "secrets\t-"]
    assert command("path", "--json").json == {
        "user": str(user_file(environment)),
        "project": str(project),
        "secrets": None,
    }
