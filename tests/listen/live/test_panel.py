"""The keys of a run and the line below its log, at a terminal of the test's own."""

from __future__ import annotations

import signal
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from cronofy_cli.core.keys import Key
from cronofy_cli.core.print_style import PrintStyle
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import CronofyError, HistoryUnavailable
from cronofy_cli.listen.forward import Forwarding
from cronofy_cli.listen.forwarding.forwarder import Forwarder, ForwarderSettings
from cronofy_cli.listen.forwarding.in_turn import ReportsInTurn
from cronofy_cli.listen.forwarding.late import LateBacklog
from cronofy_cli.listen.forwarding.reports import ForwarderCalls
from cronofy_cli.listen.forwarding.tally import Tally
from cronofy_cli.listen.live.facts import RunFacts
from cronofy_cli.listen.live.log import LiveLog
from cronofy_cli.listen.live.panel import Panel
from cronofy_cli.listen.live.screen import LiveScreen
from cronofy_cli.listen.ready import ReadyNotice
from cronofy_cli.outbound.settings import SenderSettings
from cronofy_cli.outbound.target import parse_target
from cronofy_cli.output.streams import OutputFormat
from cronofy_cli.output.terminal.browser_state import Row
from tests.adapters.history.samples import START, forward
from tests.output.outputs import MemoryOutput
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

LIMIT_S = 60.0
HELP = """\
   ↑ Enter   select a delivery: details, search, replay
   /         search
   f         only the failed ones
   r         send the last one again
   e         edit the last one's body, sign it again and send it
   c         copy the last one's body
   C         copy the last one as a curl command
   i         open the inspector in the browser
   p         pause and resume forwarding; what arrives meanwhile waits
   ?         these keys
   q         end, as Ctrl-C does"""
TARGET = parse_target("3000/hook")


def _take_no_note(_: object) -> None:
    """Nothing is forwarded here."""


class Terminal:
    """A terminal at which keys are pressed, one after the other as they are asked for."""

    def __init__(self) -> None:
        self.is_entered = False
        self.is_in_background = False
        self.size = (160, 24)
        self.done: list[str] = []
        self._pressed: SimpleQueue[list[str]] = SimpleQueue()

    def press(self, *keys: str) -> None:
        """Press keys at once."""
        self._pressed.put(list(keys))

    def enter(self) -> bool:
        """Take keys one by one."""
        self.is_entered = not self.is_in_background
        return self.is_entered

    def leave(self) -> None:
        """Be as before."""
        self.is_entered = False
        self.done.append("left")

    def close(self) -> None:
        """Be let go of."""
        self.done.append("closed")

    def keys(self, wait_s: float) -> list[str]:
        """Return what was pressed."""
        try:
            return self._pressed.get(timeout=wait_s)
        except Empty:
            return []

    def wake(self) -> None:
        """End the waiting for keys."""
        self._pressed.put([])

    def stop_process(self) -> None:
        """Stop the program."""
        self.done.append("stopped")


class Deliveries:
    """A history in which number 7 is the newest."""

    def newest(self, *_: object) -> Sequence[Row]:
        """Return the only row."""
        return [self.row(7)]

    def before(self, *_: object) -> Sequence[Row]:
        """Nothing is older."""
        return []

    def after(self, *_: object) -> Sequence[Row]:
        """Nothing is newer."""
        return []

    def row(self, number: int) -> Row:
        """Return it."""
        return Row(number, "12:00:00", "change", "valid", "200", "", needs_look=False)

    def details(self, number: int) -> str:
        """Return all about it."""
        return f"all about {number}"

    def foreign_hosts(self, _: int) -> Sequence[str]:
        """It goes to this machine."""
        return []

    def replay(self, number: int) -> str:
        """Send it."""
        return f"{number} was sent again"

    def edit(self, number: int) -> str:
        """Send another one."""
        return f"{number} was edited"

    def body(self, _: int) -> bytes:
        """Return its body."""
        return b"the body"

    def curl(self, _: int) -> bytes:
        """Return a command."""
        return b"curl it"


class Live:
    """A panel over a log, and what was seen and done at its terminal."""

    def __init__(self, folder: Path) -> None:
        self.now_s = 1000.0
        memory = MemoryOutput(OutputFormat.TABLE)
        self._memory = memory
        self.terminal = Terminal()
        terminal: Any = self.terminal
        self.source = Deliveries()
        self.screen = LiveScreen(memory.output, terminal, lambda: self.source)
        self.log = LiveLog(
            self.screen.output, PrintStyle.COMPACT, ZoneInfo("Etc/UTC"), lambda: None, clock_s=self.clock_s
        )
        self.notice = ReadyNotice(None)
        self.facts = RunFacts(self.notice, self.log, self.clock_s)
        self.ends: SimpleQueue[CronofyError | None] = SimpleQueue()
        self.panel = Panel(self.screen, self.log, self.facts, lambda: self.ends.put(None), self.ends.put)
        calls = ForwarderCalls(_take_no_note, _take_no_note, _take_no_note, _take_no_note, _take_no_note)
        settings = ForwarderSettings((TARGET,), SenderSettings())
        self.forwarder = Forwarder(settings, folder / "history.db", calls, lambda: datetime.now(UTC))

    def clock_s(self) -> float:
        """Return the time, which the test turns."""
        return self.now_s

    def be_ready(self) -> None:
        """Become ready."""
        session: Any = SimpleNamespace(
            callback_url="https://example.com/r/1", port=4040, channel=SimpleNamespace(channel_id="chn_1")
        )
        self.notice.give(session, self.log, 0)

    def forward(self) -> Tally:
        """Have a forwarder."""
        tally = Tally([TARGET.url])
        self.facts.forwarding = Forwarding(self.forwarder, None, tally, lambda: None, ReportsInTurn(self.log.forwarded))
        return tally

    def press(self, *keys: str) -> None:
        """Press keys, each by itself, and then `q`; wait until all of them have done what they do."""
        for key in keys:
            self.terminal.press(key)
        self.panel.start()
        self.end()

    def end(self) -> None:
        """Press `q`, and wait until that has ended the run."""
        self.terminal.press("q")
        try:
            failure = self.ends.get(timeout=LIMIT_S)
        finally:
            assert self.panel.stop(LIMIT_S)
        assert failure is None, failure

    @property
    def drawn(self) -> str:
        """Everything that was drawn on the screen."""
        return self._memory.stdout.text

    @property
    def said(self) -> list[str]:
        """What the log says to people."""
        return self._memory.stderr.text.splitlines()


@pytest.fixture
def starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """A run that is not ready yet, and hears of Ctrl-C."""
    monkeypatch.setenv("COLUMNS", "160")
    live = Live(tmp_path)
    before = signal.signal(signal.SIGINT, lambda *_: live.ends.put(CronofyError("Ctrl-C")))
    with live.screen:
        yield live
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def live(starting: Live) -> Live:
    """A run that is ready, and has said so."""
    starting.be_ready()
    assert [line.split(".")[0] for line in starting.said] == [" Ready"]
    return starting


def test_the_end(live: Live) -> None:
    """`q` ends the run as Ctrl-C does; then the line is gone, and the terminal as it was."""
    live.press()

    assert " ● ready 0 s │ 0 signed" in live.drawn
    assert live.drawn.endswith("\r\x1b[J")
    assert live.terminal.done == ["left"]


def test_the_end_before_it_is_ready(starting: Live) -> None:
    """What is being started is broken off, as by Ctrl-C."""
    starting.terminal.press("q")
    starting.panel.start()
    end = starting.ends.get(timeout=LIMIT_S)
    assert starting.panel.stop(LIMIT_S)

    assert end is not None
    assert end.message == "Ctrl-C"
    assert " starting" in starting.drawn


def test_pausing(live: Live) -> None:
    """`p` keeps what arrives from being sent; log and line say so."""
    live.forward()
    live.press("p")

    assert live.forwarder.is_paused
    assert "‖ forwarding is paused" in live.drawn
    assert live.said[1:] == [" forwarding is paused: what arrives is recorded, answered and kept to be sent; p goes on"]


def test_going_on(live: Live) -> None:
    """Pressed a second time it lets forwarding go on."""
    live.forward()
    live.press("p", "p")

    assert not live.forwarder.is_paused
    assert live.said[2:] == [" forwarding goes on"]


def test_nothing_to_pause(live: Live) -> None:
    """Where nothing is forwarded `p` says so."""
    live.press("p")

    assert live.said[1:] == [" nothing is forwarded by this run, so there is nothing to pause"]


def test_help(live: Live) -> None:
    """`?` names each key with what it does, in columns."""
    live.press("?")

    assert live.said[1:] == HELP.splitlines()


@pytest.mark.parametrize(
    ("key", "said", "copied"),
    [
        ("r", " 7 was sent again", None),
        ("e", " 7 was edited", None),
        ("c", " the body of #7 is copied, where the terminal allows it (OSC 52)", b"the body"),
        ("C", " the curl command of #7 is copied, where the terminal allows it (OSC 52)", b"curl it"),
    ],
)
def test_something_is_done_with_the_last_one(live: Live, key: str, said: str, copied: bytes | None) -> None:
    """It needs no list: what came of it is said in the log."""
    live.press(key)

    assert live.said[1:] == [said]
    assert "\x1b[?1049h" not in live.drawn
    assert copied is None or b64encode(copied).decode() in live.drawn


@pytest.mark.parametrize(
    ("key", "shown"),
    [(Key.UP, "12:00:00"), (Key.DOWN, "12:00:00"), (Key.ENTER, "12:00:00"), ("/", "search"), ("f", "failed")],
)
def test_the_list(live: Live, key: str, shown: str) -> None:
    """It is shown on a screen of its own until it is left; what is said meanwhile is in the log afterwards."""
    live.press(key, Key.ESCAPE, Key.ESCAPE, "?")

    begun, ended = live.drawn.index("\x1b[?1049h"), live.drawn.index("\x1b[?1049l")
    assert shown in live.drawn[begun:ended]
    assert "● ready" not in live.drawn[begun:ended]
    assert "● ready" in live.drawn[ended:]
    assert live.said[1:] == HELP.splitlines()


def test_the_inspector(live: Live) -> None:
    """`i` opens its page at no delivery; that it cannot be opened is said, and without it how to get it."""
    opened: list[int] = []

    def open_page(number: int) -> None:
        opened.append(number)
        if len(opened) == 2:
            raise HistoryUnavailable("it is not there", hint="look for it")

    live.terminal.press("i")
    live.screen.inspect = open_page
    live.press("i")

    assert opened == [0, 0]
    assert live.said[1:] == ["error: it is not there", "hint: look for it"]


def test_no_inspector(live: Live) -> None:
    """A run that has none says how to have one."""
    live.press("i")

    assert live.said[1:] == [" start it with --inspect, or in another terminal: cronofy inspect"]


def test_stopping_the_program(live: Live) -> None:
    """Ctrl-Z takes the line away before the program stops; when it goes on, the line is there again."""
    stopped_at: list[str] = []
    live.terminal.stop_process = lambda: stopped_at.append(live.drawn)  # type: ignore[method-assign]
    live.press(Key.SUSPEND)

    assert [drawn.endswith("\r\x1b[J") for drawn in stopped_at] == [True]
    assert "● ready" in live.drawn[len(stopped_at[0]) :]


def test_in_the_background(live: Live) -> None:
    """The terminal is somebody else's then: no line is drawn, and one that was there is taken away."""
    live.screen.bottom.show("a line")
    drawn = len(live.drawn)
    live.terminal.is_in_background = True
    live.press()

    assert live.drawn[drawn:] == "\r\x1b[J"


def test_enter_behind_another_key(live: Live) -> None:
    """Only behind an answer it means nothing; behind anything else it opens the list."""
    live.press("?", Key.ENTER, Key.ESCAPE, Key.ESCAPE)

    assert "\x1b[?1049h" in live.drawn


def test_keys_that_mean_nothing(live: Live) -> None:
    """They are passed over."""
    live.press("x", Key.LEFT, Key.ESCAPE)

    assert (len(live.said), "\x1b[?1049h" in live.drawn) == (1, False)


def test_a_burst(live: Live) -> None:
    """What was counted in a burst is said once its second is over, though nothing more comes."""
    live.log.deliveries([make_delivery(number) for number in range(1, 31)])
    live.now_s += 1
    live.press()

    assert live.said[1:] == [" 30 more notifications, 30 signed; each of them: cronofy deliveries list"]


def test_a_fault(live: Live) -> None:
    """A part that fails ends the run with its name, and the terminal is as it was."""
    broken: Any = object()
    live.facts.forwarding = broken
    live.panel.start()
    failure = live.ends.get(timeout=LIMIT_S)
    assert live.panel.stop(LIMIT_S)

    assert failure is not None
    assert failure.message.startswith("the live view failed: AttributeError: ")
    assert live.terminal.done == ["left"]


def test_a_question(live: Live, wait_until: Callable[[Callable[[], bool]], None]) -> None:
    """While something is asked, keys are its answer; one Enter that is typed behind it means nothing else."""
    backlog = LateBacklog(TARGET, 212, START, 100)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(live.log.may_send, backlog, lambda: False)
        wait_until(lambda: live.log.question is not None)
        live.panel.start()
        live.terminal.press("?")
        live.terminal.press("y")
        assert answer.result(LIMIT_S)
    live.terminal.press(Key.ENTER)
    live.end()

    assert "? [y/N] 212 deliveries wait" in live.drawn
    assert "\x1b[?1049h" not in live.drawn
    assert len(live.said) == 1


def test_the_facts(live: Live) -> None:
    """The line has what the parts of a run say, and for how long its state is so."""
    tally = live.forward()
    live.facts.tunnel = "ngrok"
    assert live.facts.status().seconds == 0
    live.now_s += 75
    tally.receive([make_delivery(1), make_delivery(2, state=SignatureState.INVALID), make_delivery(3)])
    tally.count(forward(1, 500)._replace(is_last=True))
    live.press()

    assert " ● ready 1 min │ 2 signed  1 failed  0 waiting  1 not signed │ ngrok" in live.drawn


def test_states(live: Live) -> None:
    """It is not ready before it was said, lost with its reason afterwards, and ending when the end has begun."""
    states = [str(live.facts.status().state)]
    live.now_s += 5
    live.notice.recording(HistoryUnavailable("no room on the disk"))
    unrecorded = live.facts.status()
    live.now_s += 7
    live.notice.withdraw("the tunnel is gone")
    lost = live.facts.status()
    live.now_s += 2
    still = live.facts.status()
    live.facts.is_ending = True
    states += [str(each.state) for each in (unrecorded, lost, still, live.facts.status())]

    assert states == ["ready", "not recording", "not ready", "not ready", "ending"]
    assert (unrecorded.reason, lost.reason) == ("no room on the disk", "the tunnel is gone")
    assert (unrecorded.seconds, lost.seconds, still.seconds) == (0, 0, 2)


def test_a_trouble_is_marked(live: Live) -> None:
    """What a person has to see is red."""
    live.facts.status()
    live.notice.withdraw("the tunnel is gone")
    live.press()

    assert "\x1b[7;31m ! nothing arrives for 0 s, trying to recover │ the tunnel is gone" in live.drawn


def test_it_is_let_go_of(tmp_path: Path) -> None:
    """At the end of the run the line is gone and the terminal is closed."""
    live = Live(tmp_path)
    with live.screen:
        live.screen.bottom.show("a line")

    assert live.drawn.endswith("\r\x1b[J")
    assert live.terminal.done == ["closed"]


def test_without_utf_8(tmp_path: Path) -> None:
    """A terminal that has ASCII alone gets ASCII alone."""
    memory = MemoryOutput(OutputFormat.TABLE)
    memory.stdout.reconfigure(encoding="ascii")
    terminal: Any = Terminal()

    assert LiveScreen(MemoryOutput().output, terminal, Deliveries).has_unicode
    assert not LiveScreen(memory.output, terminal, Deliveries).has_unicode
