"""The wheel: built as for a release, checked, and installed by name as a newcomer does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

from cronofy_cli import __version__
from cronofy_cli.adapters.topics import TOPICS
from cronofy_cli.cli.tree import COMMANDS
from tests.requirements import require_program
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping

SYSTEM_PATH = "/usr/bin:/bin"
"""Programs of the system; uv's launchers need some of coreutils."""
LIMIT_S = 1200
"""How long a step may take that unpacks some forty wheels."""


# pexpect forks; Python 3.12 warns of that when another test has left a thread.
@pytest.mark.filterwarnings("ignore:.*use of forkpty.*:DeprecationWarning")
def test_the_wheel_from_its_build_to_a_tab(tmp_path: Path) -> None:
    """The wheel passes the index's checks; `uvx` and `pipx` run it in an empty home, and bring manual pages and TAB."""
    wheel = build(tmp_path / "dist")
    names = zipfile.ZipFile(wheel).namelist()
    skill = "cronofy_cli/agent/skills/cronofy-notifications/SKILL.md"
    assert {"cronofy_cli/py.typed", skill, *(f"cronofy_cli/topics/{topic}.md" for topic in TOPICS)} <= set(names)
    wheelhouse = tmp_path / "wheelhouse"
    run(program("pip"), "download", "--quiet", "--dest", str(wheelhouse), str(wheel), environment=dict(os.environ))

    shows_the_demo_by_uvx(newcomer(tmp_path / "by-uvx", "uv", "uvx", wheelhouse=wheelhouse), wheel)
    environment = newcomer(tmp_path / "by-pipx", "pipx", wheelhouse=wheelhouse)
    run("pipx", "install", str(wheel), environment=environment)
    environment["PATH"] = f"{environment['HOME']}/.local/bin:{SYSTEM_PATH}"
    assert run("cronofy-cli", "--version", environment=environment) == f"cronofy {__version__}\n"
    has_its_manual(environment)
    completes_at_a_tab(environment)


def build(folder: Path) -> Path:
    """Build both files, hold them to the index's checks, and return the wheel."""
    environment = dict(os.environ)
    arguments = ("-m", "build", "--no-isolation", "--outdir", str(folder), str(REPOSITORY))
    run(program("python"), *arguments, environment=environment)
    files = sorted(map(str, folder.iterdir()))
    assert [Path(file).suffix for file in files] == [".whl", ".gz"]
    run(program("twine"), "check", "--strict", *files, environment=environment)
    run(program("check-wheel-contents"), files[0], environment=environment)
    return Path(files[0])


def newcomer(folder: Path, *programs: str, wheelhouse: Path) -> dict[str, str]:
    """Return the environment of a user who has these programs, an empty home, and an index of wheels on the disk."""
    home, tools = folder / "home", folder / "bin"
    for each in (home, tools):
        each.mkdir(parents=True)
    for name in programs:
        (tools / name).symlink_to(program(name))
    settings = folder / "uv.toml"
    settings.write_text(f'no-index = true\nfind-links = ["{wheelhouse}"]\n')
    return {
        "HOME": str(home),
        "PATH": f"{tools}:{SYSTEM_PATH}",
        "LC_ALL": "C.UTF-8",
        "UV_CONFIG_FILE": str(settings),
        "UV_PYTHON": os.path.realpath(sys.executable),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheelhouse),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }


def shows_the_demo_by_uvx(environment: Mapping[str, str], wheel: Path) -> None:
    """The one line of a newcomer."""
    shown = run("uvx", "--from", str(wheel), "cronofy-cli", "demo", environment=environment)

    assert "Coffee with Ada" in shown


def has_its_manual(environment: Mapping[str, str]) -> None:
    """`man cronofy-listen` finds the page beside the program, without a setting, and so every other command's."""
    man = require_program("man")
    found = {path.stem for path in Path(environment["HOME"], ".local/share/man/man1").iterdir()}

    assert found == {"cronofy", *(f"cronofy-{name}" for name in COMMANDS)}
    shown = run(man, "cronofy-listen", environment={**environment, "MANPAGER": "cat", "MANWIDTH": "80"})
    assert "Receive push notifications on this machine" in " ".join(shown.split())


def completes_at_a_tab(environment: Mapping[str, str]) -> None:
    """bash completes with the file that was installed, asking the program that was installed."""
    script = Path(environment["HOME"], ".local/share/bash-completion/completions/cronofy")
    shell = pexpect.spawn(
        require_program("bash"), ["--norc", "--noprofile"], env=environment, encoding="utf-8", timeout=300
    )
    shell.sendline(f"PS1='ready> '; bind 'set enable-bracketed-paste off'; . '{script}'; echo loa''ded")
    shell.expect_exact("loaded")
    shell.send("cronofy simul\tru\t--vers\x15echo do''ne\r")
    shell.expect_exact("cronofy simulator run ")
    shell.expect_exact("done")
    shell.close(force=True)


def run(name: str, *arguments: str, environment: Mapping[str, str]) -> str:
    """Run a program to a good end and return what it printed."""
    found = shutil.which(name, path=environment["PATH"])
    assert found is not None, name
    done = subprocess.run(
        [found, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=LIMIT_S
    )
    assert done.returncode == 0, (name, done.stdout, done.stderr)
    return done.stdout


def program(name: str) -> str:
    """Return a program of the test's own virtual environment."""
    return str(Path(sys.executable).with_name(name))
