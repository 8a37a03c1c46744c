"""The status line and the keys of a run, on a thread of their own: no answer to Cronofy ever waits for the terminal."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Final, NamedTuple

from cronofy_cli.adapters.worker import Worker
from cronofy_cli.core.keys import Key
from cronofy_cli.errors import CronofyError
from cronofy_cli.listen.live.status import TROUBLED, State, status_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cronofy_cli.adapters.worker import OnFailed
    from cronofy_cli.listen.live.facts import RunFacts
    from cronofy_cli.listen.live.log import LiveLog
    from cronofy_cli.listen.live.screen import LiveScreen

_TICK_S: Final = 0.2
STOP_LIMIT_S: Final = 2.0


class KeyHelp(NamedTuple):
    """A key, and what it does."""

    keys: tuple[str, ...]
    label: str
    help: str


SELECT: Final = KeyHelp((Key.UP, Key.DOWN, Key.ENTER), "↑ Enter", "select a delivery: details, search, replay")
SEARCH: Final = KeyHelp(("/",), "/", "search")
FAILED: Final = KeyHelp(("f",), "f", "only the failed ones")
REPLAY: Final = KeyHelp(("r",), "r", "send the last one again")
EDIT: Final = KeyHelp(("e",), "e", "edit the last one's body, sign it again and send it")
COPY: Final = KeyHelp(("c",), "c", "copy the last one's body")
CURL: Final = KeyHelp(("C",), "C", "copy the last one as a curl command")
INSPECT: Final = KeyHelp(("i",), "i", "open the inspector in the browser")
PAUSE: Final = KeyHelp(("p",), "p", "pause and resume forwarding; what arrives meanwhile waits")
HELP: Final = KeyHelp(("?",), "?", "these keys")
END: Final = KeyHelp(("q",), "q", "end, as Ctrl-C does")
KEYS: Final = (SELECT, SEARCH, FAILED, REPLAY, EDIT, COPY, CURL, INSPECT, PAUSE, HELP, END)

_IN_BROWSER: Final = {
    SEARCH: ("/",),
    FAILED: ("f",),
    SELECT: (),
    REPLAY: ("r",),
    EDIT: ("e",),
    COPY: ("c",),
    CURL: ("C",),
}
"""What the browser does, and the keys that are pressed in it at once."""


class Panel(Worker):
    """Draws the status of a run, and does what its keys say."""

    def __init__(
        self,
        screen: LiveScreen,
        log: LiveLog,
        facts: RunFacts,
        end: Callable[[], None],
        on_failed: OnFailed,
    ) -> None:
        """`end` ends the run in order."""
        super().__init__("the live view", on_failed)
        self._screen = screen
        self._log = log
        self._facts = facts
        self._end = end
        self._has_answered = False
        """Whether the last key answered a question. Many a one types Enter behind it."""

    def _wake(self) -> None:
        self._screen.tty.wake()

    def _work(self) -> None:
        try:
            while not self._ending.is_set():
                self._screen.tty.enter()
                self._draw()
                for key in self._screen.tty.keys(_TICK_S):
                    self._press(key)
                self._log.tell_counted()
        finally:
            self._screen.bottom.show("")
            self._screen.tty.leave()

    def _draw(self) -> None:
        if not self._screen.tty.is_entered:  # in the background the terminal is somebody else's
            self._screen.bottom.show("")
            return
        status = self._facts.status()
        columns, _ = self._screen.tty.size
        line = status_line(status, columns, has_unicode=self._screen.has_unicode)
        self._screen.bottom.show(line, alert=status.state in TROUBLED)

    def _press(self, key: str) -> None:
        question = self._log.question
        if question is not None:
            question.press(key)
            self._has_answered = question.is_answered.is_set()
            return
        is_end_of_answer = self._has_answered and key == Key.ENTER
        self._has_answered = False
        if is_end_of_answer:
            return
        if key == Key.SUSPEND:
            self._suspend()
            return
        pressed = next((each for each in KEYS if key in each.keys), None)
        if pressed in _IN_BROWSER:
            self._browse(_IN_BROWSER[pressed], stays=pressed in {SELECT, SEARCH, FAILED})
        elif pressed is PAUSE:
            self._pause()
        elif pressed is INSPECT:
            self._inspect()
        elif pressed is HELP:
            self._log.remark("\n".join(f"   {each.label.ljust(8)}  {each.help}" for each in KEYS))
        elif pressed is END:
            self._quit()

    def _browse(self, keys: Sequence[str], *, stays: bool) -> None:
        """Open the browser; without `stays` do one thing to the last delivery, and say in the log what came of it."""
        browser = self._screen.browser()
        self._screen.bottom.hold()
        said = ""
        try:
            if stays:
                browser.run(self._ending.is_set, *keys)
            else:
                said = browser.do_last(keys[0])
        finally:
            self._screen.bottom.release()
        if said:
            self._log.remark(f" {said}")

    def _pause(self) -> None:
        forwarding = self._facts.forwarding
        forwarder = None if forwarding is None else forwarding.forwarder
        if forwarder is None:
            self._log.remark(" nothing is forwarded by this run, so there is nothing to pause")
        elif forwarder.is_paused:
            forwarder.resume()
            self._log.remark(" forwarding goes on")
        else:
            forwarder.pause()
            self._log.remark(" forwarding is paused: what arrives is recorded, answered and kept to be sent; p goes on")

    def _inspect(self) -> None:
        if self._screen.inspect is None:
            self._log.remark(" start it with --inspect, or in another terminal: cronofy inspect")
            return
        try:
            self._screen.inspect(0)
        except CronofyError as error:
            self._log.trouble(error)

    def _quit(self) -> None:
        if self._facts.status().state is State.STARTING:
            os.kill(os.getpid(), signal.SIGINT)
        else:
            self._end()

    def _suspend(self) -> None:
        self._screen.bottom.show("")
        self._screen.tty.stop_process()
