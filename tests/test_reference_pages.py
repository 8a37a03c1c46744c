"""The generated page of the commands."""

from __future__ import annotations

import re

from cronofy_cli.cli.tree_documents import command_document, walk
from tests.reference_pages import page


def _options(section: str) -> set[str]:
    return set(re.findall(r"--[a-z][a-z-]*", section))


def test_every_command_takes_what_all_are_said_to_take() -> None:
    """What stands under the options of all commands can be typed with each one, and each names the others it takes."""
    parts = dict(re.findall(r"^## (.+?)$(.*?)(?=^## |\Z)", page("commands.md"), re.DOTALL | re.MULTILINE))
    of_all = set(re.findall(r"--[a-z][a-z-]*(?=[ `&,<])", parts["Options of all commands"]))
    assert {"--no-input", "--help"} <= of_all

    for path, command, context in walk():
        taken = {flag for each in command_document(path, command, context).parameters for flag in each.flags}
        assert of_all <= taken, path
        also = re.search(r"^Also (.*)\.$", parts[f"cronofy {path}"], re.MULTILINE)
        named = _options(also[1]) if also else set()
        assert named <= taken
        assert ("--data-center" in named) == ("--data-center" in taken), path
