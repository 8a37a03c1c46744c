"""Stand-ins for the user's browser: programs for the variable BROWSER."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_CLICKING = """\
#!{python}
import sys, urllib.request, urllib.error

class Stop(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None

print("Opening in existing browser session.")
try:
    urllib.request.build_opener(Stop).open(sys.argv[1] + "&auto={decision}")
except urllib.error.HTTPError as answer:
    target = answer.headers["Location"]
with open({redirected!r}, "w") as file:
    file.write(target)
with urllib.request.urlopen(target) as page:
    page.read()
"""
_HANDING_ON = """\
#!{python}
import os, sys

with open({opened!r} + ".part", "w") as file:
    file.write(sys.argv[1])
os.replace({opened!r} + ".part", {opened!r})
"""


def clicking_browser(folder: Path, decision: str = "allow") -> Path:
    """A browser whose user clicks at once. Like real ones it writes to stdout. `redirected_to` has where it ended."""
    return _program(
        folder / "browser", _CLICKING.format(python=sys.executable, decision=decision, redirected=str(folder / "ended"))
    )


def redirected_to(folder: Path) -> str:
    """Return the address that a clicking browser was sent to."""
    return (folder / "ended").read_text(encoding="utf-8")


def handing_on_browser(folder: Path) -> tuple[Path, Path]:
    """A browser that only writes the address into a file, and that file."""
    opened = folder / "opened"
    return _program(folder / "browser", _HANDING_ON.format(python=sys.executable, opened=str(opened))), opened


def _program(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path
