"""`cronofy deliveries browse` at a real terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.signature import SignatureState
from tests.adapters.history.samples import forward
from tests.in_process import run_main
from tests.outbound.app import answer_of, running_app
from tests.samples import CHANGE, make_delivery
from tests.terminal import at_terminal

if TYPE_CHECKING:
    from tests.commands.conftest import Record
    from tests.support import Cli
    from tests.terminal import Terminal

HOSTILE = CHANGE.replace(b'"filters":{}', b'"filters":{},"t":"\x1b]0;owned\x07\xe2\x80\xae\xc2\x9b2J"')
ODD_TYPE = b'{"notification":{"type":"\\u65e5\\u672c\\u8a9e\\ud83c\\udf89\\u202e"},"channel":{"channel_id":"chn_1"}}'


@pytest.fixture
def kept(record: Record, cli: Cli) -> None:
    """Three changes, of which the app refused #2 and #3 has a wrong signature; #4 is of a type in ideographs."""
    record(
        make_delivery(1),
        make_delivery(2, HOSTILE),
        make_delivery(3, CHANGE, SignatureState.INVALID, 401),
        make_delivery(4, ODD_TYPE),
    )
    with open_history(cli.data / "deliveries.db") as history:
        history.forwards.record([forward(1), forward(2, 500)])


def has_line(terminal: Terminal, start: str) -> bool:
    """Whether a line on the screen begins so. A screen comes line by line, the last one last."""
    return any(line.startswith(start) for line in terminal.lines)


@pytest.mark.usefixtures("kept")
def test_the_list_the_details_and_the_way_back(cli: Cli) -> None:
    """The newest is selected; Enter shows all of it, Esc goes back, q leaves the screen as it was."""
    with at_terminal(cli, "deliveries", "browse") as terminal:
        terminal.wait_until(lambda: "4 deliveries" in terminal.lines[0] and has_line(terminal, "▌ 4"))
        terminal.send("1\r")
        terminal.wait_until(lambda: has_line(terminal, "▌ 1"))
        terminal.send("\r")
        terminal.wait_until(lambda: "Delivery #1" in terminal.lines[0])
        terminal.wait_for("POST /r/k3v9?user_id=42")
        terminal.send("\x1b")
        terminal.wait_until(lambda: "4 deliveries" in terminal.lines[0])
        terminal.send("q")

        assert terminal.end() == 0
        assert terminal.modes == (True, True)
        assert terminal.raw.rstrip().endswith((b"\x1b[?1049l", b"\x1b[?2004l"))


@pytest.mark.usefixtures("kept")
def test_search_and_filters_are_those_of_the_history(cli: Cli) -> None:
    """What is typed is searched for in everything; filters follow one another; Esc shows all again."""
    with at_terminal(cli, "deliveries", "browse") as terminal:
        terminal.wait_until(lambda: "4 deliveries" in terminal.lines[0])
        terminal.send("/owned\r")
        terminal.wait_until(lambda: "1 delivery   search: owned" in terminal.lines[0])
        terminal.send("\x1b")
        terminal.wait_until(lambda: "4 deliveries" in terminal.lines[0])
        terminal.send("f")
        terminal.wait_until(lambda: "1 delivery   only: failed" in terminal.lines[0])
        terminal.wait_until(lambda: has_line(terminal, "▌ 2"))


@pytest.mark.usefixtures("kept")
def test_hostile_text_does_not_drive_the_terminal(cli: Cli) -> None:
    """Controls in bodies and types are shown, and never sent to the terminal; columns stay where they are."""
    with at_terminal(cli, "deliveries", "browse") as terminal:
        terminal.wait_until(lambda: "4 deliveries" in terminal.lines[0] and "q leave" in terminal.lines[-1])
        columns = {line.index("200") for line in terminal.lines if "signed" in line and "  200" in line}
        assert len(columns) == 1
        terminal.send("2\r\r")
        terminal.wait_until(lambda: "Delivery #2" in terminal.lines[0] and "Esc back" in terminal.lines[-1])

        assert b"\x1b]0;" not in terminal.raw
        for odd in ("\u202e", "\x9b"):
            assert odd.encode() not in terminal.raw
        assert terminal.screen.title == ""


@pytest.mark.usefixtures("kept")
def test_what_arrives_appears_and_the_selection_stays(cli: Cli, record: Record) -> None:
    """A delivery that is recorded meanwhile is in the list; what was selected stays selected."""
    with at_terminal(cli, "deliveries", "browse") as terminal:
        terminal.wait_until(lambda: "4 deliveries" in terminal.lines[0])
        terminal.send("k")
        terminal.wait_until(lambda: has_line(terminal, "▌ 3"))
        record(make_delivery(5))
        terminal.wait_until(lambda: "5 deliveries   2 below" in terminal.lines[0] and has_line(terminal, "  5"))

        assert has_line(terminal, "▌ 3")


def test_a_replay_goes_to_the_target_and_is_kept(cli: Cli, record: Record) -> None:
    """`r` sends the selected delivery, says what came of it, and the list and the history have it."""
    with running_app() as app:
        record(make_delivery(1))
        with open_history(cli.data / "deliveries.db") as history:
            history.forwards.record([forward(1, 500)._replace(target=f"http://localhost:{app.port}/hook")])
        with at_terminal(cli, "deliveries", "browse") as terminal:
            terminal.wait_until(lambda: "1 delivery" in terminal.lines[0])
            terminal.send("r")
            terminal.wait_until(lambda: "-> 200" in terminal.bottom and "fixed" in terminal.bottom)

        assert app.await_received(1)[0].body == CHANGE
    assert run_main(cli, "deliveries", "show", "1", "--forwards", "--json").json[-1]["replay"] is True


@pytest.mark.parametrize(("key", "count"), [("n", 0), ("y", 1)])
def test_another_machine_is_asked_about(cli: Cli, record: Record, key: str, count: int) -> None:
    """A replay leaves this machine only after y."""
    with running_app() as app:
        app.answer = lambda _: answer_of(200)
        record(make_delivery(1))
        with open_history(cli.data / "deliveries.db") as history:
            history.forwards.record([forward(1, 500)._replace(target=f"http://app.example.test:{app.port}/hook")])
        with at_terminal(cli, "deliveries", "browse") as terminal:
            terminal.wait_until(lambda: "1 delivery" in terminal.lines[0])
            terminal.send("r")
            terminal.wait_for_bottom("which is not this machine? [y/N]")
            terminal.send(key)
            terminal.wait_for_bottom("#1 ->" if count else "q leave")
            assert b"sending" not in terminal.raw or count


@pytest.mark.usefixtures("kept")
def test_without_an_editor_e_says_so(cli: Cli) -> None:
    """A key that cannot be done says why, and the browser goes on."""
    with at_terminal(cli, "deliveries", "browse", environment={"CRONOFY_CLIENT_SECRET": "CRN_test"}) as terminal:
        terminal.wait_until(lambda: "4 deliveries" in terminal.lines[0])
        terminal.send("2\re")
        terminal.wait_for_bottom("needs an editor")
        terminal.send("q")

        assert terminal.end() == 0


def test_without_a_terminal_it_names_the_other_commands(cli: Cli) -> None:
    """In a pipe it fails with one sentence and what to do instead."""
    result = run_main(cli, "deliveries", "browse")

    assert result.exit_code == 2
    assert "needs a terminal" in result.stderr
    assert "cronofy deliveries list" in result.stderr


@pytest.mark.usefixtures("kept")
def test_details_fit_a_window_that_grows(cli: Cli) -> None:
    """What was folded for a narrow window is folded anew for a wider one."""
    with at_terminal(cli, "deliveries", "browse", columns=60) as terminal:
        terminal.wait_until(lambda: "4 deliveries" in terminal.lines[0])
        terminal.send("1\r\r")
        terminal.wait_until(lambda: "Delivery #1" in terminal.lines[0] and "Esc back" in terminal.lines[-1])
        narrow = len([line for line in terminal.lines if line])
        terminal.resize(200, 24)
        terminal.wait_until(
            lambda: "Esc back" in terminal.lines[-1] and len([line for line in terminal.lines if line]) < narrow
        )

        assert "POST /r/k3v9?user_id=42" in "\n".join(terminal.lines)


@pytest.mark.usefixtures("kept")
def test_a_delivery_without_a_target_names_the_command_that_sends_it(cli: Cli) -> None:
    """What cannot be done in the browser is said as a whole command."""
    with at_terminal(cli, "deliveries", "browse", columns=160) as terminal:
        terminal.wait_until(lambda: "4 deliveries" in terminal.lines[0])
        terminal.send("r")

        terminal.wait_for_bottom("cronofy deliveries replay 4 --to 3000/your/hook")
