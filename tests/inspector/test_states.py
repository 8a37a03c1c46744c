"""What the page says of a run that is not well: the run, the tunnel's agent, Cronofy and the browser are real ones, or
stand-ins that truly fail.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import Complaints
from tests.fakes.ngrok_setup import TOKEN, fakes_environment
from tests.in_process import refuse_channels, run_main
from tests.inspector.test_listen import address_of
from tests.looks import problems
from tests.scripts.listening import listening
from tests.scripts.test_listen_tunnels import agents
from tests.support import Impatient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

    from tests.scripts.listening import Listening
    from tests.support import Cli

pytestmark = pytest.mark.usefixtures("simulator")


@contextmanager
def watched(context: BrowserContext, cli: Cli, *options: str | Path) -> Iterator[tuple[Listening, Page]]:
    """Run `listen --inspect`, and look at its page, which says that all is well."""
    with listening(cli, "--inspect", "--no-read-events", *options) as run:
        url = address_of(run)
        page = context.new_page()
        complaints = Complaints(page, url.partition("/#")[0])
        page.goto(url)
        expect_all_is_well(page)
        yield run, page
        assert run.running.stop() == 130
        assert complaints.found == []


def expect_all_is_well(page: Page) -> None:
    """It listens, and there is nothing else to say."""
    expect(page.locator("#state")).to_contain_text("Listening")
    expect(page.locator("#banner")).to_be_hidden()
    expect(page).to_have_title("cronofy inspect")


def expect_trouble(page: Page, state: str, reason: str, fix: str) -> None:
    """The state, the reason and what to do are to be seen, by anybody, and the window's title has a sign."""
    expect(page.locator("#state")).to_have_text(state)
    expect(page.locator("#banner p")).to_contain_text(reason)
    expect(page.locator("#banner code")).to_have_text(fix)
    expect(page).to_have_title("! cronofy inspect")
    assert problems(page) == []


def expect_the_gap(page: Page, reason: str) -> None:
    """What was lost stands among the deliveries by itself, with a page of its own."""
    gap = page.locator(".row.gap")
    expect(gap).to_contain_text(reason)
    gap.click()
    expect(page.locator(".start h2")).to_contain_text("Gap from")
    expect(page.locator(".start")).to_contain_text(f": {reason}")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the files of another process")
def test_nothing_can_be_recorded(cli: Cli, context: BrowserContext) -> None:
    """Without room on the disk the page says that Cronofy is answered 503; what came then comes once there is."""
    with watched(context, cli) as (run, page):
        pid, unlimited = run.running.process.pid, resource.RLIM_INFINITY
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, unlimited))
        run_main(cli, "simulator", "push", "change")
        expect_trouble(page, "Nothing is recorded", "The history cannot be read or written", "cronofy doctor")
        expect(page.locator("#banner p")).to_contain_text("answered 503: Cronofy sends it again for 24 hours")
        expect(page.locator(".row")).to_have_count(1)

        resource.prlimit(pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))
        run_main(cli, "simulator", "clock", "--advance", "1m")

        expect(page.locator(".row")).to_have_count(2)
        expect_all_is_well(page)
        run.running.wait_for("what arrives is recorded again")


def test_a_channel_that_was_closed(cli: Cli, context: BrowserContext) -> None:
    """As long as there is no other channel the page names the one that is gone; then it listens again, after a gap."""
    with watched(context, Impatient(cli)) as (run, page):
        refuse_channels(cli)
        run_main(cli, "channels", "close", run.channel_id, "--data-center", "simulator")
        gone = f"channel {run.channel_id} is gone: Cronofy or another program closed it"
        expect_trouble(page, "Nothing can arrive", f"The {gone}.", "cronofy channels list")

        run_main(cli, "simulator", "faults", "clear")

        expect_all_is_well(page)
        expect_the_gap(page, f"the {gone}")


@pytest.fixture
def ngrok(cli: Cli) -> Cli:
    """The command line where an agent of ngrok is installed that loses its session when it is told to."""
    cli.environment |= {
        **fakes_environment(cli.folder),
        "NGROK_AUTHTOKEN": TOKEN,
        "FAKE_NGROK_SCENARIO": "address_changes",
    }
    return cli


def test_a_tunnel_without_its_session(ngrok: Cli, context: BrowserContext) -> None:
    """As long as the tunnel is down the page says so and why; it comes back by itself, with another address."""
    with watched(context, ngrok, "--tunnel", "ngrok") as (_, page):
        route = page.locator("#route")
        expect(route).to_contain_text("http")
        before = route.text_content()
        [pid] = agents(ngrok)
        os.kill(pid, signal.SIGUSR1)
        expect_trouble(page, "Nothing can arrive", "The tunnel lost its session.", "cronofy tunnel status")

        os.kill(pid, signal.SIGUSR1)

        expect_all_is_well(page)
        expect(route).not_to_have_text(before or "")


def test_a_tunnels_agent_that_is_killed(ngrok: Cli, context: BrowserContext) -> None:
    """Another one is started, and the gap between them comes into the list while one looks at it."""
    with watched(context, ngrok, "--tunnel", "ngrok") as (_, page):
        [pid] = agents(ngrok)
        os.kill(pid, signal.SIGKILL)

        expect_the_gap(page, "the tunnel")
        expect_all_is_well(page)
