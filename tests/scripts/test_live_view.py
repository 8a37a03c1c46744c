"""`listen` at a real terminal: a status line below the log, keys, and the terminal as it was at the end."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from tests.fakes.ngrok_setup import TOKEN, fakes_environment
from tests.in_process import refuse_channels, run_main
from tests.outbound.app import answer_of, running_app
from tests.ports import free_port
from tests.scripts.test_listen_tunnels import agents
from tests.sender import Burst
from tests.support import Impatient
from tests.terminal import at_terminal, in_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.support import Cli
    from tests.terminal import Terminal

LISTEN = ("listen", "--data-center", "simulator", "--port", "0", "--no-read-events")


@pytest.fixture
def terminal(cli: Cli) -> Iterator[Terminal]:
    """A run without a target that is ready, at 110 columns."""
    with at_terminal(cli, *LISTEN) as terminal:
        terminal.wait_for_bottom("● ready")
        yield terminal


def push(cli: Cli, count: int = 1) -> None:
    """Let the simulator send notifications."""
    for _ in range(count):
        assert run_main(cli, "simulator", "push", "change").exit_code == 0


def callback_url(cli: Cli) -> str:
    """Return where the run receives."""
    channels = run_main(cli, "channels", "list", "--json", "--data-center", "simulator").json
    return str(channels[0]["callback_url"])


def test_the_line_says_that_it_is_ready_and_counts(cli: Cli, terminal: Terminal) -> None:
    """The log scrolls above the line, and the line counts what came."""
    push(cli, 2)
    terminal.wait_until(lambda: "3 signed" in terminal.bottom and terminal.text.count("● ready") == 1)

    # Another thread counts than writes the log.
    terminal.wait_until(lambda: sum("<- 200" in line for line in terminal.all_lines) == 2)
    assert [line.split()[1] for line in terminal.all_lines if "<- 200" in line] == ["change", "change"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the files of another process")
def test_the_line_says_that_nothing_is_recorded(cli: Cli, simulator: SimulatorServer) -> None:
    """Without room on the disk it says so and why, until what came then is recorded."""
    with at_terminal(cli, *LISTEN) as terminal:
        terminal.wait_for_bottom("● ready")
        pid, unlimited = terminal.child.pid, resource.RLIM_INFINITY
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, unlimited))
        push(cli)
        wanted = ("! nothing is recorded for ", "│ the history cannot be read or written")
        terminal.wait_until(lambda: all(words in terminal.bottom for words in wanted))

        resource.prlimit(pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))
        assert run_main(cli, "simulator", "clock", "--advance", "1m").exit_code == 0

        terminal.wait_for_bottom("● ready")
        terminal.wait_for_bottom("2 signed")
        terminal.wait_for("what arrives is recorded again")


def test_the_line_says_that_the_channel_is_gone(cli: Cli, simulator: SimulatorServer) -> None:
    """As long as there is no other one it names it."""
    with at_terminal(Impatient(cli), *LISTEN) as terminal:
        terminal.wait_for_bottom("● ready")
        refuse_channels(cli)
        [channel] = run_main(cli, "channels", "list", "--json", "--data-center", "simulator").json
        run_main(cli, "channels", "close", channel["channel_id"], "--data-center", "simulator")
        terminal.wait_for_bottom(f"trying to recover │ the channel {channel['channel_id']} is gone")

        run_main(cli, "simulator", "faults", "clear")

        terminal.wait_for_bottom("● ready")


def test_the_line_says_that_the_tunnel_is_down(cli: Cli, simulator: SimulatorServer) -> None:
    """It says why, and since when, and is ready again by itself."""
    scenario = {"NGROK_AUTHTOKEN": TOKEN, "FAKE_NGROK_SCENARIO": "address_changes"}
    cli.environment |= {**fakes_environment(cli.folder), **scenario}
    with at_terminal(cli, *LISTEN, "--tunnel", "ngrok") as terminal:
        terminal.wait_for_bottom("● ready")
        [pid] = agents(cli)
        os.kill(pid, signal.SIGUSR1)
        terminal.wait_for_bottom("trying to recover │ the tunnel lost its session")
        assert terminal.bottom.startswith(" ! nothing arrives for ")

        os.kill(pid, signal.SIGUSR1)

        terminal.wait_for_bottom("● ready")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (None, 0)]
)
def test_the_terminal_is_as_before_at_the_end(terminal: Terminal, number: int | None, code: int) -> None:
    """After q, Ctrl-C, SIGTERM and SIGHUP the terminal echoes, takes lines and has no status line; the channel is
    closed.
    """
    assert terminal.modes == (False, False)
    if number is None:
        terminal.send("q")
    else:
        terminal.child.kill(number)

    assert terminal.end() == code
    assert "✓ closed" in terminal.text
    assert "● ready" not in terminal.text
    assert terminal.raw.endswith(b"\x1b[?2004l") or b"\x1b[?2004l" in terminal.raw
    assert terminal.modes == (True, True)


def test_ctrl_c_is_typed(terminal: Terminal) -> None:
    """The key itself ends the run like the signal."""
    terminal.send("\x03")

    assert terminal.end() == 130


def test_a_crash_puts_the_terminal_back(cli: Cli, tmp_path: Path) -> None:
    """A part that fails in a way that nobody has thought of ends the run, and the terminal is as before."""
    program = tmp_path / "crash.py"
    program.write_text(
        "import sys\n"
        "from cronofy_cli.listen.live import facts\n"
        "drawn = []\n"
        "old = facts.RunFacts.status\n"
        "def status(self):\n"
        "    drawn.append(1)\n"
        "    if len(drawn) > 8: raise ZeroDivisionError('in the live view')\n"
        "    return old(self)\n"
        "facts.RunFacts.status = status\n"
        "from cronofy_cli.app import main\n"
        "sys.exit(main())\n",
        encoding="utf-8",
    )
    with in_terminal(cli, [sys.executable, str(program), *LISTEN]) as terminal:
        code = terminal.end()

        assert code == 1
        assert "the live view failed: ZeroDivisionError" in terminal.text
        assert terminal.modes == (True, True)


def test_an_arrow_shows_the_list_and_esc_brings_the_log_back(cli: Cli, terminal: Terminal) -> None:
    """The list is on a screen of its own, and what stood there before is there again."""
    push(cli)
    terminal.wait_for_bottom("2 signed")
    terminal.send(b"\x1b[A")
    terminal.wait_until(lambda: "deliveries" in terminal.lines[0])
    terminal.wait_until(lambda: any(line.startswith("▌") for line in terminal.lines))
    terminal.send("\x1b")
    terminal.wait_for_bottom("● ready")

    terminal.send("q")
    assert terminal.end() == 0


def test_what_comes_while_the_list_is_shown_is_in_the_log_afterwards(cli: Cli, terminal: Terminal) -> None:
    """Nothing is drawn over the list, and nothing of the log is lost."""
    terminal.send("f")
    terminal.wait_until(lambda: "only: failed" in terminal.lines[0])
    push(cli)
    terminal.send("ff")
    terminal.wait_until(lambda: "only: wrong signature" in terminal.lines[0])
    assert "<- 200" not in "\n".join(terminal.lines)
    terminal.send("q")
    terminal.wait_for_bottom("2 signed")

    terminal.wait_for("<- 200  #2")


def test_forwarding_pauses_and_goes_on(cli: Cli) -> None:
    """`p` keeps what arrives, says so in the line, and sends it in order when it is pressed again."""
    with running_app() as app, at_terminal(cli, *LISTEN, f"{app.port}/hook") as terminal:
        terminal.wait_until(lambda: "● ready" in terminal.bottom and len(app.received) == 1)
        terminal.send("p")
        terminal.wait_for_bottom("forwarding is paused")
        push(cli, 3)
        terminal.wait_for_bottom("3 waiting")
        assert len(app.received) == 1
        terminal.send("p")
        terminal.wait_for_bottom(" 0 waiting")

        assert len(app.received) == 4
        terminal.send("q")
        assert terminal.end() == 0
        assert "4 received, 4 forwarded, 0 failed, 0 still to send" in terminal.text


def test_what_is_paused_at_the_end_is_still_to_send(cli: Cli) -> None:
    """Ending while paused sends nothing, says what is left, and leaves it to a replay."""
    with running_app() as app, at_terminal(cli, *LISTEN, f"{app.port}/hook") as terminal:
        terminal.wait_until(lambda: "● ready" in terminal.bottom and len(app.received) == 1)
        terminal.send("p")
        terminal.wait_for_bottom("forwarding is paused")
        push(cli, 2)
        terminal.wait_for_bottom("2 waiting")
        terminal.send("q")

        assert terminal.end() == 0
        assert "3 received, 1 forwarded, 0 failed, 2 still to send" in terminal.text
        assert run_main(cli, "deliveries", "replay", "--not-forwarded").exit_code == 0
        assert len(app.received) == 3


def test_the_last_one_is_sent_again(cli: Cli) -> None:
    """`r` sends the newest delivery to where it was forwarded, and says what came of it."""
    with running_app() as app, at_terminal(cli, *LISTEN, f"{app.port}/hook") as terminal:
        app.answer = lambda _: answer_of(500)
        terminal.wait_for_bottom("● ready")
        push(cli)
        terminal.wait_for_bottom("2 failed")
        terminal.send("r")
        terminal.wait_for("still failing")

        first, again = app.await_received(3)[1:]
        assert (first.body, first.lines) == (again.body, again.lines)


def test_the_body_and_a_curl_command_are_copied(cli: Cli, terminal: Terminal) -> None:
    """`c` and `C` hand the newest delivery to the terminal's clipboard (OSC 52)."""
    from base64 import b64decode

    push(cli)
    terminal.wait_for_bottom("2 signed")
    terminal.send("c")
    terminal.wait_for("the body of #2 is copied")
    terminal.send("C")
    terminal.wait_for("the curl command of #2 is copied")

    copied = [b64decode(part.split(b"\x07")[0]) for part in terminal.raw.split(b"\x1b]52;c;")[1:]]
    assert json.loads(copied[0])["notification"]["type"] == "change"
    assert copied[1].startswith(b"curl ")


def test_the_body_is_edited_in_the_persons_editor(cli: Cli, tmp_path: Path) -> None:
    """`e` gives the terminal to the editor as it was, and sends what was saved, signed again."""
    editor = tmp_path / "editor"
    editor.write_text(f"#!/bin/sh\nstty -a > {tmp_path}/modes\nsed -i s/change/trigger/ $1\n", encoding="utf-8")
    editor.chmod(0o755)
    with (
        running_app() as app,
        at_terminal(cli, *LISTEN, f"{app.port}/hook", environment={"EDITOR": str(editor)}) as terminal,
    ):
        terminal.wait_until(lambda: "● ready" in terminal.bottom and len(app.received) == 1)
        push(cli)
        terminal.wait_until(lambda: len(app.received) == 2 and " 0 waiting" in terminal.bottom)
        terminal.send("e")
        terminal.wait_until(lambda: len(app.received) == 3 and "● ready" in terminal.bottom)

        assert b'"trigger"' in app.received[2].body
        words = (tmp_path / "modes").read_text(encoding="utf-8").replace(";", " ").split()
        assert {"echo", "icanon"} <= set(words)


@pytest.mark.parametrize(("keys", "is_sent"), [("y", True), ("n", False), ("y\r", True), ("\r", False)])
def test_a_question_about_a_backlog_is_answered_with_a_key(cli: Cli, keys: str, is_sent: bool) -> None:
    """What waits for an application beyond 100 is asked about below the log: y sends it, n or Enter alone does not."""
    port = free_port()
    with at_terminal(cli, *LISTEN, f"{port}/hook") as terminal:
        terminal.wait_for_bottom("1 waiting")
        Burst(callback_url(cli), 120, connections=4, on_answer=lambda _: None).send()
        terminal.wait_for_bottom("121 waiting")
        with running_app(port=port) as app:
            terminal.wait_until(lambda: all(words in terminal.bottom for words in ("121 deliveries wait for", "[y/N]")))
            terminal.send(keys)
            if is_sent:
                terminal.wait_for_bottom(" 0 waiting")
                assert len(app.received) == 121
            else:
                terminal.wait_for("more than 100")
                terminal.wait_for_bottom("121 waiting")
                assert app.received == []


def test_resizing_leaves_one_line(cli: Cli, terminal: Terminal) -> None:
    """Through changes of the window's size there is one status line, at the bottom, that fits."""
    for number, columns in enumerate((80, 60, 132, 110), 2):
        terminal.resize(columns, 24)
        # What was drawn for the old size may still be on its way.
        terminal.wait_until(lambda width=columns - 2: len(terminal.bottom) == width)  # type: ignore[misc]
        push(cli)
        terminal.wait_for_bottom(f"{number} signed")

    assert [line for line in terminal.lines if "● ready" in line] == [terminal.bottom]


def test_ctrl_z_gives_the_terminal_back_and_fg_draws_the_line_again(cli: Cli) -> None:
    """A stopped run leaves the shell a usable terminal; what arrives meanwhile is there after fg."""
    with in_terminal(cli, ["bash", "--norc", "--noprofile", "-i"], environment={"PS1": "shell> "}) as terminal:
        terminal.wait_for_bottom("shell>")
        terminal.send(" ".join(cli.command(*LISTEN)) + "\r")
        terminal.wait_for_bottom("● ready")
        terminal.send("\x1a")
        terminal.wait_for_bottom("shell>")
        assert "● ready" not in terminal.text
        terminal.send("echo typed $((6 * 7))\r")
        terminal.wait_for("typed 42")
        terminal.send("fg\r")
        terminal.wait_for_bottom("● ready")
        terminal.send("q")
        terminal.wait_for_bottom("shell>")
        terminal.send("echo code $?\r")

        terminal.wait_for("code 0")


def test_a_burst_is_counted(cli: Cli, terminal: Terminal) -> None:
    """Of hundreds at once each is recorded; the log has twenty lines and a count."""
    Burst(callback_url(cli), 300, connections=4, on_answer=lambda _: None).send()
    terminal.wait_for_bottom("301 signed")
    terminal.wait_for("more notifications")

    assert len(run_main(cli, "deliveries", "list", "--all", "--json").json) == 301


@pytest.mark.parametrize(
    ("options", "environment"),
    [(["--plain"], {}), ([], {"TERM": "dumb"}), ([], {"CI": "true"}), (["--no-input"], {}), (["--print", "json"], {})],
)
def test_plain_lines_where_a_line_cannot_be_redrawn(cli: Cli, options: list[str], environment: dict[str, str]) -> None:
    """With --plain, in CI, at a dumb terminal and for programs there is no status line and no key is taken."""
    with at_terminal(cli, *LISTEN, *options, environment=environment) as terminal:
        terminal.wait_until(lambda: "Ready." in terminal.text or '"ready"' in terminal.text)
        assert terminal.modes == (True, True)
        terminal.send("q")
        push(cli)
        terminal.wait_until(lambda: "<- 200" in terminal.text or '"delivery"' in terminal.text)
        terminal.send("\x03")

        assert terminal.end() == 130

        assert b"\x1b[7m" not in terminal.raw
        assert b"\x1b[J" not in terminal.raw


def test_no_color_keeps_the_line(cli: Cli) -> None:
    """NO_COLOR takes the colours away, and nothing else."""
    with at_terminal(cli, *LISTEN, environment={"NO_COLOR": "1"}) as terminal:
        terminal.wait_for_bottom("● ready")

        assert b"\x1b[3" not in terminal.raw


def test_without_utf_8_the_signs_are_ascii(cli: Cli) -> None:
    """A terminal that has ASCII alone gets ASCII alone."""
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii:replace"}
    with at_terminal(cli, *LISTEN, environment=ascii_only) as terminal:
        terminal.wait_for_bottom("* ready")

        assert terminal.raw.isascii()
