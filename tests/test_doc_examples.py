"""The commands of the README and of `docs/` work as they stand there."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.paths import history_file
from cronofy_cli.cli.tree_documents import walk
from cronofy_cli.core.signature import HEADER, digest
from cronofy_cli.simulator.world.settings import SimulatorSettings
from tests.adapters.history.samples import forward
from tests.doc_examples import RUN_BY_CI, Typist, blocks_of, install_programs
from tests.handler_check.handlers import Correct, serving
from tests.in_process import run_main
from tests.samples import CHANGE, make_delivery
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from cronofy_cli.simulator.server import SimulatorServer
    from tests.doc_examples import Block
    from tests.support import Cli

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
BLOCKS = [block for page in PAGES for block in blocks_of(page)]
TYPED = [block for block in BLOCKS if not block.reason and block.mark not in RUN_BY_CI]
SECRET = SimulatorSettings().client_secrets[0]


@dataclass
class OurApplication(Correct):
    """A right handler, with the client secret that the simulator signs with."""

    def is_signed(self, sent: str, body: bytes, /) -> bool:
        """Whether a digest in the header is ours."""
        return digest(body, SECRET) in sent.split(",")


@pytest.mark.parametrize("name", sorted({block.page for block in TYPED}))
def test_the_commands_of_a_page(
    name: str, cli: Cli, simulator: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typed from the top of a page to its end, each command does what it is there for."""
    monkeypatch.chdir(cli.folder)
    with serving(OurApplication()) as url:
        prepare(cli, url)
        typist = Typist(cli, instead=names_here(cli, url))
        for block in TYPED:
            if block.page == name:
                typist.type(block)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.page}:{block.line}")
def test_a_block_that_is_not_run_says_why(block: Block) -> None:
    """Before each block stands nothing, the exit codes, or the reason why it is not run; a test named there exists."""
    marks = (block.mark == "", block.mark in RUN_BY_CI, block.mark.startswith("exit codes: "), len(block.reason) > 10)

    assert any(marks), block.mark
    assert block.commands
    assert all((REPOSITORY / each).exists() for each in re.findall(r"tests/[\w/.]+\w", block.reason))


@pytest.mark.parametrize("block", [each for each in BLOCKS if each.reason], ids=lambda each: f"{each.page}:{each.line}")
def test_what_is_not_run_can_be_meant(block: Block) -> None:
    """Where commands need what is not here, their options and arguments are at least those that there are."""
    known = {path: command for path, command, _ in walk()}
    for line in block.commands:
        for part in map(shlex.split, re.findall(r"(?:^|\| )cronofy ([^|]+)", line)):
            path = next(name for length in (3, 2, 1) if (name := " ".join(part[:length])) in known)
            arguments = part[len(path.split()) :]
            known[path].make_context(path, arguments).close()


def test_most_commands_are_run() -> None:
    """Reasons are the exception."""
    assert len(TYPED) > 2 * len([block for block in BLOCKS if block.reason])


def prepare(cli: Cli, hook: str) -> None:
    """Put there what the examples name: files, an event, a delivery that the application refused, one that waits."""
    cli.environment |= {"CRONOFY_DATA_CENTER": "simulator", "CRONOFY_NO_KEYRING": "1", "CRONOFY_NO_INPUT": "1"}
    install_programs(cli)
    signature = digest(CHANGE, SECRET)
    head = f"POST /hook HTTP/1.1\r\nHost: example.com\r\n{HEADER}: {signature}\r\nContent-Length: {len(CHANGE)}\r\n\r\n"
    (cli.folder / "body.json").write_bytes(CHANGE)
    (cli.folder / "test.txt").write_text("CRN_for_tests")
    (cli.folder / "saved-request.txt").write_bytes(head.encode() + CHANGE)
    signed = make_delivery(headers=((HEADER.encode(), signature.encode()),))
    arrived = signed._replace(request=signed.request._replace(received_at=datetime.now(UTC)))
    with open_history(history_file(cli.environment)) as history:
        history.record([arrived, arrived], targets_of=lambda _: [hook])
        history.forwards.record([forward(1, 500, target=hook)])
    run_main(cli, "simulator", "edit", "add", "Sales call", "--calendar", "Work")


def names_here(cli: Cli, url: str) -> dict[str, str]:
    """Return what stands in the examples, and what it is here."""
    channel = run_main(cli, "channels", "create", "--callback-url", url, "--json").json["channel_id"]
    calendar = run_main(cli, "calendars", "list", "--query", "[0].calendar_id", "-r").stdout.strip()
    return {
        "3000": url.rpartition(":")[2].partition("/")[0],
        "chn_54cf7c7cb4ad4c1027000001": channel,
        "cal_1": calendar,
        "129": "1",
        "simulator run": "simulator run --port 0",
    }
