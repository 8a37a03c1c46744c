"""The page about test suites: its code is a part of the examples, or runs; its YAML names what there is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml  # type: ignore[import-untyped]  # pyngrok brings it, without types

from cronofy_cli.simulator.world.settings import CLIENT_ID, CLIENT_SECRET
from cronofy_cli.testing.calendars import Account, Calendar, Event, Profile
from cronofy_cli.testing.world import World
from tests.support import REPOSITORY
from tests.testing.suites import environment, run_suite
from tests.testing.test_world import WORLD_FILE

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (REPOSITORY / "docs" / "test-suites.md").read_text("utf-8")
EXAMPLES = REPOSITORY / "tests" / "examples"
FILES = [*(EXAMPLES / "fastapi_app").glob("*.py"), *(EXAMPLES / "express_app").glob("*.js")]
TEAM = "def team("


def blocks(language: str) -> list[str]:
    """Return the code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", [one for one in blocks("python") + blocks("js") if TEAM not in one])
def test_code_is_a_part_of_an_example(block: str) -> None:
    """What the page shows stands in a file whose tests are run."""
    assert [path for path in FILES if block in path.read_text("utf-8")]


def test_a_world_of_a_suites_own(tmp_path: Path) -> None:
    """The fixture that makes a world from a file works as it stands there."""
    (block,) = [one for one in blocks("python") if TEAM in one]
    test = "\n\ndef test_it(team):\n    assert [one.name for one in team.account().calendars] == ['Lab']\n"
    (tmp_path / "team.toml").write_text(WORLD_FILE)
    (tmp_path / "test_it.py").write_text(f"from pathlib import Path\nimport pytest\n\n\n{block}{test}")

    done = run_suite(tmp_path / "test_it.py", environment(tmp_path))

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_table_names_what_there_is() -> None:
    """Every attribute in the table is one of the client's."""
    table = PAGE[PAGE.index("| `world.url`") : PAGE.index("A suite with calendars")]
    attributes = {name for kind in (World, Account, Calendar, Event, Profile) for name in dir(kind)}
    attributes |= set(re.findall(r"self\.(\w+): str", (REPOSITORY / "cronofy_cli/testing/world.py").read_text("utf-8")))

    named = set(re.findall(r"\.(\w+)(?=[(`, ])", " ".join(re.findall(r"`([^`]*)`", table)) + " "))

    assert len(named) > 30
    assert named - attributes == set()


def test_what_the_yaml_names_is_what_there_is() -> None:
    """Credentials and port are those of the built-in world and of the image."""
    compose, actions = (yaml.safe_load(block) for block in blocks("yaml"))
    dockerfile = (REPOSITORY / "Dockerfile").read_text("utf-8")

    app: dict[str, Any] = compose["services"]["app"]["environment"]
    job: dict[str, Any] = actions["jobs"]["test"]["env"]
    assert app == job
    assert (app["CRONOFY_CLIENT_ID"], app["CRONOFY_CLIENT_SECRET"]) == (CLIENT_ID, CLIENT_SECRET)
    assert app["CRONOFY_API_URL"] == "http://cronofy:7080"
    assert "EXPOSE 7080" in dockerfile
    assert '"--host", "cronofy"' in dockerfile
    assert "HEALTHCHECK" in dockerfile
    assert list(actions["jobs"]["test"]["services"]) == ["cronofy"]
