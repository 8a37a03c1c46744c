"""Which value counts, where a project's file is found, and where a value came from."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.paths import user_file
from cronofy_cli.adapters.settings import Key, load_settings
from cronofy_cli.adapters.settings.places import find_project_file
from cronofy_cli.errors import NotFound, WrongUsage

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.adapters.settings import Settings


@dataclass
class Places:
    """A home with a repository in it, and files of settings."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environment = {"HOME": str(self.home), "CRONOFY_CONFIG_DIR": str(self.home / "config")}
        self.project = self.home / "repository"
        (self.project / ".git").mkdir(parents=True)
        (self.home / "config").mkdir()

    def write_user(self, text: str) -> None:
        """Write the user's file."""
        (self.home / "config" / "config.toml").write_text(text, encoding="utf-8")

    def write_project(self, text: str) -> None:
        """Write the project's file."""
        (self.project / ".cronofy.toml").write_text(text, encoding="utf-8")

    def load(self, **flags: str | tuple[str, ...] | None) -> Settings:
        """Return the settings in the repository."""
        return load_settings(self.environment, self.project, {Key(name): value for name, value in flags.items()})


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A home where nothing is set."""
    return Places(tmp_path)


def test_nothing_set_gives_the_defaults(places: Places) -> None:
    """Without any file or variable the built-in defaults hold, and no context is in use."""
    settings = places.load()

    assert (settings.context, settings.find(Key.CALENDARS).value) == (None, None)
    assert (settings.find(Key.DATA_CENTER).text, str(settings.find(Key.DATA_CENTER).origin)) == ("us", "default")


def test_each_place_comes_before_the_next(places: Places) -> None:
    """Flag, environment, project file, context, user's default, built-in default: taken away one after the other."""
    user = 'forward = ["1"]\ncontext = "user"\n[contexts.flag]\nforward = ["2"]\n[contexts.user]\n[contexts.env]\n'
    places.write_user(f"{user}[contexts.project]\n")
    places.write_project('context = "project"\nforward = ["3"]\n')
    places.environment["CRONOFY_CONTEXT"] = "env"
    file = str(user_file(places.environment))

    seen = [_named(places.load(context="flag", forward=("4",)), Key.CONTEXT, Key.FORWARD)]
    seen.append(_named(places.load(), Key.CONTEXT, Key.FORWARD))
    del places.environment["CRONOFY_CONTEXT"]
    seen.append(_named(places.load(), Key.CONTEXT, Key.FORWARD))
    (places.project / ".cronofy.toml").unlink()
    seen.append(_named(places.load(context="flag"), Key.CONTEXT, Key.FORWARD))
    seen.append(_named(places.load(), Key.CONTEXT, Key.FORWARD))

    project = str(places.project / ".cronofy.toml")
    assert seen == [
        ["flag (--context)", "4 (--forward)"],
        ["env (CRONOFY_CONTEXT)", f"3 ({project})"],
        [f"project ({project})", f"3 ({project})"],
        ["flag (--context)", "2 (context flag)"],
        [f"user ({file})", f"1 ({file})"],
    ]


def test_the_environment_comes_before_the_contexts_own_value(places: Places) -> None:
    """CRONOFY_DATA_CENTER and CRONOFY_CLIENT_ID win over the context; an empty variable does not."""
    places.write_user('context = "acme"\n[contexts.acme]\ndata_center = "uk"\nclient_id = "own"\n')
    places.environment |= {"CRONOFY_DATA_CENTER": "de", "CRONOFY_CLIENT_ID": " "}

    assert _named(places.load(), Key.DATA_CENTER, Key.CLIENT_ID) == ["de (CRONOFY_DATA_CENTER)", "own (context acme)"]


@pytest.mark.parametrize(
    ("variable", "value"), [("CRONOFY_DATA_CENTER", "mars"), ("CRONOFY_CONTEXT", "../x")], ids=["host", "name"]
)
def test_a_variable_that_cannot_be_meant_is_named(places: Places, variable: str, value: str) -> None:
    """A complaint about the environment names the variable."""
    places.environment[variable] = value

    with pytest.raises(WrongUsage, match=f"{variable}: '{value}'"):
        places.load()


def test_a_chosen_context_that_is_not_there(places: Places) -> None:
    """Choosing a context that does not exist is an error only when it is needed: signing in makes it."""
    settings = places.load(context="new")

    assert settings.context_name == "new"
    with pytest.raises(NotFound, match="no context 'new'"):
        assert settings.context


def test_the_nearest_project_file_counts(places: Places) -> None:
    """A file in a folder below the repository's root comes before the root's."""
    deep = places.project / "app" / "src"
    deep.mkdir(parents=True)
    places.write_project("port = 1")
    assert find_project_file(deep, places.home) == places.project / ".cronofy.toml"

    (places.project / "app" / ".cronofy.toml").write_text("port = 2", encoding="utf-8")
    assert find_project_file(deep, places.home) == places.project / "app" / ".cronofy.toml"


def test_the_search_ends_with_the_repository(places: Places) -> None:
    """What lies above a repository is not part of the project."""
    (places.home / ".cronofy.toml").write_text("port = 1", encoding="utf-8")

    assert find_project_file(places.project, places.home) is None


def test_the_search_ends_with_the_home(places: Places) -> None:
    """A file in the home folder counts below it, one above the home does not."""
    below = places.home / "work"
    below.mkdir()
    (places.home / ".cronofy.toml").write_text("port = 1", encoding="utf-8")

    assert find_project_file(below, places.home) == places.home / ".cronofy.toml"
    assert find_project_file(below, below) is None


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_another_user_is_passed_over(places: Places) -> None:
    """A file that somebody put into a shared folder above is not taken; one in a folder of theirs is."""
    shared, own = places.home / "shared", places.home / "shared" / "own"
    own.mkdir(parents=True)
    planted = shared / ".cronofy.toml"
    planted.write_text('context = "prod"', encoding="utf-8")
    os.chown(planted, 12345, -1)

    assert find_project_file(own, places.home) is None
    os.chown(own, 12345, -1)
    assert find_project_file(own, places.home) == planted


def test_the_platforms_folder_is_the_default(tmp_path: Path) -> None:
    """Without CRONOFY_CONFIG_DIR the platform's folder for settings is used."""
    assert user_file({}).parts[-2:] == ("cronofy", "config.toml")
    assert user_file({"CRONOFY_CONFIG_DIR": str(tmp_path)}) == tmp_path / "config.toml"


def test_the_layers_are_in_order(places: Places) -> None:
    """The order of the layers is the documented precedence."""
    places.write_user('context = "acme"\nport = 1\n[contexts.acme]\nscope = "x"\n')
    places.write_project("port = 2")
    places.environment["CRONOFY_CLIENT_ID"] = "x"

    kinds = [next(iter(each.values())).origin.kind for each in places.load(context="acme").layers]

    assert kinds == ["flag", "environment", "project", "context", "user", "default"]
    assert all(earlier != later for earlier, later in pairwise(kinds))


def _named(settings: Settings, *keys: Key) -> list[str]:
    return [f"{settings.find(key)} ({settings.find(key).origin})" for key in keys]
