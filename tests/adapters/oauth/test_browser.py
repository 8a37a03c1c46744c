"""Opening the user's browser: a real program, started as webbrowser starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.auth.browsers import handing_on_browser
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

LIMIT_S = 60.0
OPEN = """
import sys, threading
from cronofy_cli.adapters.oauth.browser import open_browser

failed = threading.Event()
open_browser("http://127.0.0.1:1/?a=1&b=2", failed.set)
print("not waiting", flush=True)
next(each for each in threading.enumerate() if each.name == "browser").join()
print("no browser" if failed.is_set() else "opened")
"""


def opened_with(browser: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Open a page in a process whose user has this browser."""
    return subprocess.run(
        [sys.executable, "-c", OPEN],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), "BROWSER": browser},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=True,
    )


def test_the_browser_gets_the_address(tmp_path: Path) -> None:
    """The address arrives whole, whatever shells make of its characters."""
    browser, opened = handing_on_browser(tmp_path)

    done = opened_with(str(browser), tmp_path)

    assert done.stdout == "not waiting\nopened\n"
    assert opened.read_text(encoding="utf-8") == "http://127.0.0.1:1/?a=1&b=2"


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
def test_what_a_browser_writes_is_no_data(tmp_path: Path) -> None:
    """A browser's own words go to stderr: stdout is the command's."""
    noisy = tmp_path / "noisy"
    noisy.write_text("#!/bin/sh\necho Opening in existing browser session.\n", encoding="utf-8")
    noisy.chmod(0o755)

    done = opened_with(str(noisy), tmp_path)

    assert (done.stdout, done.stderr) == ("not waiting\nopened\n", "Opening in existing browser session.\n")


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
def test_a_browser_that_stays_open(tmp_path: Path) -> None:
    """Whoever has opened a page ends when their work is done, also while the browser still runs."""
    held, browser = tmp_path / "held", tmp_path / "browser"
    held.touch()
    browser.write_text(f"#!/bin/sh\nwhile [ -e '{held}' ]; do sleep 0.1; done\n", encoding="utf-8")
    browser.chmod(0o755)
    program = OPEN[: OPEN.index("next(each")]

    try:
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), "BROWSER": str(browser)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=LIMIT_S,
            check=True,
        )
    finally:
        held.unlink()

    assert done.stdout == b"not waiting\n"


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
def test_no_browser_is_told(tmp_path: Path) -> None:
    """Where no browser can be started, somebody hears of it."""
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)

    assert opened_with(str(broken), tmp_path).stdout == "not waiting\nno browser\n"


def test_a_module_in_the_working_directory_is_not_run(tmp_path: Path) -> None:
    """A folder that somebody else filled cannot put a module of its own in webbrowser's place."""
    (tmp_path / "webbrowser.py").write_text("raise SystemExit('taken over')", encoding="utf-8")
    browser, _ = handing_on_browser(tmp_path)

    done = opened_with(str(browser), tmp_path)

    assert (done.stdout, done.stderr) == ("not waiting\nopened\n", "")
