"""The browser of deliveries at a terminal, on its alternate screen as in a pager: what was there before comes back."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final, Protocol

from cronofy_cli.errors import CronofyError
from cronofy_cli.output.terminal.browser_picture import folded, picture
from cronofy_cli.output.terminal.browser_state import Asked, Browser, Mode, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cronofy_cli.adapters.tty import Tty
    from cronofy_cli.output.terminal.browser_state import Filter, Row

PAGE: Final = 200
"""Rows that are read at once."""
_LOOK_S: Final = 0.5
"""How often is looked for new deliveries."""
_ALTERNATE: Final = "\x1b[?1049h\x1b[?25l"
_BACK: Final = "\x1b[?25h\x1b[?1049l"


class Source(Protocol):
    """Where the deliveries are. Each call may raise CronofyError, which is shown."""

    def newest(self, wanted: Filter, search: str, limit: int) -> Sequence[Row]:
        """Return the newest rows, oldest first."""

    def before(self, number: int, wanted: Filter, search: str, limit: int) -> Sequence[Row]:
        """Return the rows before one, oldest first."""

    def after(self, number: int, wanted: Filter, search: str) -> Sequence[Row]:
        """Return what has come after one."""

    def row(self, number: int) -> Row:
        """Return one row as it is now."""

    def details(self, number: int) -> str:
        """Return all that is known of one, safe to show."""

    def foreign_hosts(self, number: int) -> Sequence[str]:
        """Return the other machines that it would be sent to again."""

    def replay(self, number: int) -> str:
        """Send it again, and return what came of it."""

    def edit(self, number: int) -> str:
        """Have its body edited, sign it again, send it, and return what came of it."""

    def body(self, number: int) -> bytes:
        """Return its body."""

    def curl(self, number: int) -> bytes:
        """Return a command that sends it."""


class BrowserScreen:
    """Runs a browser until it is left."""

    def __init__(
        self,
        tty: Tty,
        draw: Callable[[str], None],
        source: Source,
        *,
        color: bool,
        inspect: Callable[[int], None] | None = None,
    ) -> None:
        """`draw` writes to the terminal at once; `inspect` opens a delivery in the inspector."""
        self._tty = tty
        self._draw = draw
        self._source = source
        self._color = color
        self._inspect = inspect
        self._browser = Browser(can_inspect=inspect is not None)
        self._shown: list[str] = []
        """The lines that are on the screen."""
        self._size = (0, 0)
        self._details = ""
        """The text of the delivery that is shown in full."""
        self._is_shown = False
        """Whether the alternate screen is there."""

    def run(self, is_over: Callable[[], bool], *keys: str) -> None:
        """Show the deliveries until the browser is left, or something else ends it. `keys` are pressed first."""
        self._is_shown = True
        self._open()
        try:
            self._do(Request(Asked.LOAD))
            goes_on = all(self._press(key) for key in keys)
            while goes_on and not is_over():
                self._show()
                pressed = self._tty.keys(_LOOK_S)
                goes_on = all(self._press(key) for key in pressed)
                if not pressed:
                    self._guarded(self._look_for_new)
        finally:
            self._close()

    def do_last(self, key: str) -> str:
        """Do to the newest delivery what a key says, without showing the list, and return what came of it."""
        self._do(Request(Asked.LOAD))
        if not self._browser.rows:
            return self._browser.message or "no deliveries yet"
        self._press(key)
        if self._browser.question is not None:
            return f"#{self._browser.number} goes to another machine: press ↑ to choose it there, then r"
        return self._browser.message

    def _open(self) -> None:
        self._tty.enter()
        if self._is_shown:
            self._draw(_ALTERNATE)
            self._shown = []

    def _close(self) -> None:
        if self._is_shown:
            self._draw(_BACK)

    def _press(self, key: str) -> bool:
        """Take a key, and return whether to go on."""
        request = self._browser.press(key)
        if request is not None and request.what is Asked.LEAVE:
            return False
        if request is not None:
            self._do(request)
        return True

    def _do(self, request: Request) -> None:
        self._guarded(lambda: self._carry_out(request))

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except CronofyError as error:
            self._browser.message = f"{error.message}; {error.hint}" if error.hint else error.message

    def _carry_out(self, request: Request) -> None:
        browser, number = self._browser, request.number
        match request.what:
            case Asked.LOAD:
                found = self._source.newest(browser.filter, browser.search, PAGE)
                browser.load(found, has_older=len(found) == PAGE)
            case Asked.OLDER if browser.rows:
                found = self._source.before(browser.rows[0].number, browser.filter, browser.search, PAGE)
                browser.put_before(found, has_older=len(found) == PAGE)
            case Asked.DETAILS:
                self._details = self._source.details(number)
                browser.show_details(folded(self._details, self._tty.size[0]))
            case Asked.REPLAY | Asked.EDIT:
                self._send(request)
            case Asked.COPY_BODY:
                self._copy(self._source.body(number), request)
            case Asked.COPY_CURL:
                self._copy(self._source.curl(number), request)
            case Asked.INSPECT if self._inspect is not None:
                self._inspect(number)
            case Asked.SUSPEND:
                self._suspend()

    def _send(self, request: Request) -> None:
        browser, number = self._browser, request.number
        hosts = self._source.foreign_hosts(number)
        if hosts and not request.is_agreed:
            browser.ask(f"Send #{number} to {', '.join(hosts)}, which is not this machine?", request)
            return
        browser.message = f"sending #{number} …"
        self._show()
        if request.what is Asked.EDIT:
            self._close()
            self._tty.leave()
            try:
                said = self._source.edit(number)
            finally:
                self._open()
        else:
            said = self._source.replay(number)
        browser.renew(self._source.row(number))
        if browser.mode is Mode.DETAILS:
            self._carry_out(Request(Asked.DETAILS, number))
        browser.message = said

    def _copy(self, content: bytes, request: Request) -> None:
        self._draw(f"\x1b]52;c;{base64.b64encode(content).decode()}\x07")
        what = "body" if request.what is Asked.COPY_BODY else "curl command"
        self._browser.message = f"the {what} of #{request.number} is copied, where the terminal allows it (OSC 52)"

    def _suspend(self) -> None:
        self._close()
        self._tty.stop_process()
        self._open()

    def _look_for_new(self) -> None:
        browser = self._browser
        if browser.rows:
            browser.put_after(self._source.after(browser.rows[-1].number, browser.filter, browser.search))
        else:
            self._carry_out(Request(Asked.LOAD))

    def _show(self) -> None:
        """Draw the lines that differ from those on the screen."""
        if not self._is_shown:
            return
        size = self._tty.size
        if size[0] != self._size[0] and self._browser.details:
            self._browser.details = folded(self._details, size[0])
            self._browser.turn(0)
        lines = picture(self._browser, *size, color=self._color)
        is_new = size != self._size or not self._shown
        parts = [
            f"\x1b[{number};1H\x1b[2K{line}"
            for number, line in enumerate(lines, 1)
            if is_new or line != self._shown[number - 1]
        ]
        if parts:
            self._draw("".join(["\x1b[2J"] * is_new + parts))
        self._size, self._shown = size, lines
