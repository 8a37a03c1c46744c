"""Several listeners for one public address and one history in PostgreSQL: one leads, the others stand by.

A process is a replica from its first moment to its last. While it stands by, its ports are served: `/healthz` says so,
and notifications get 503, which has Cronofy send them again. Whenever it leads, it has a run of `listen`, which ends
with the lead. A proxy in front asks `/healthz`, which is 200 as soon as the leader records what arrives: its
channel is proven through that proxy.
"""

from __future__ import annotations

import selectors
import time
from contextlib import ExitStack
from math import inf
from typing import TYPE_CHECKING, Final, Self

from cronofy_cli.adapters.leadership import ANSWER_LIMIT_S, SERVER_LIMIT_S, Leadership, SharedUrl
from cronofy_cli.adapters.tunnels.own_url import own_address
from cronofy_cli.adapters.worker import Worker
from cronofy_cli.core.health import Health
from cronofy_cli.errors import CronofyError, HistoryUnavailable
from cronofy_cli.listen.door import Door
from cronofy_cli.listen.forwarding.options import parse_targets
from cronofy_cli.listen.health import pages, server_for
from cronofy_cli.listen.metrics import RunMetrics
from cronofy_cli.listen.session import new_callback_path
from cronofy_cli.listen.watchdog import clock_since_boot

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.postgres import PostgresAddress
    from cronofy_cli.listen.options import ListenOptions
    from cronofy_cli.listen.session_parts import SessionParts
    from cronofy_cli.listen.stop import StopRequest
    from cronofy_cli.listen.surroundings import Surroundings
    from cronofy_cli.listen.view import LiveOutput

POLL_S: Final = 0.5
"""How often one that stands by looks whether it can lead."""
BEAT_S: Final = 1.0
"""How often the leader asks whether it still is. The end of its connection it notices at once."""
LEASE_S: Final = BEAT_S + 2 * ANSWER_LIMIT_S
"""How long it counts as leader after such an answer: PostgreSQL lets another one lead only later."""
_TICK_S: Final = 0.1
STOP_LIMIT_S: Final = 2 * ANSWER_LIMIT_S

assert LEASE_S < SERVER_LIMIT_S


class LeadLost(CronofyError):
    """This process does not lead any more: its run ends, and it stands by."""


class Lead(Worker):
    """Leads, and looks whether that is still so. It fails with LeadLost."""

    def __init__(self, leadership: Leadership, on_lost: Callable[[CronofyError], None]) -> None:
        super().__init__("leading", on_lost)
        self._leadership = leadership
        self._now_s = clock_since_boot() or time.monotonic
        self._until_s = self._now_s() + LEASE_S

    def holds(self) -> bool:
        """Whether this process leads for certain. Cheap."""
        return self._now_s() < self._until_s

    def stop(self, limit_s: float = STOP_LIMIT_S) -> bool:
        """Let another one lead."""
        return super().stop(limit_s)

    def release(self) -> None:
        """Let another one lead, also if this was never started. For the end, after `stop`."""
        self._until_s = -inf
        self._leadership.close()

    def _open(self, stack: ExitStack) -> None:
        stack.callback(self._leadership.close)
        self._selector = stack.enter_context(selectors.DefaultSelector())
        self._selector.register(self._leadership, selectors.EVENT_READ)

    def _work(self) -> None:
        try:
            while not self._ending.is_set():
                self._rest()
                asked_s = self._now_s()
                self._ask()
                self._until_s = asked_s + LEASE_S
        finally:
            self._until_s = -inf

    def _rest(self) -> None:
        """Wait a beat, or until the server says something unasked."""
        end_s = time.monotonic() + BEAT_S
        while not self._ending.is_set() and time.monotonic() < end_s:
            if self._selector.select(_TICK_S):
                return

    def _ask(self) -> None:
        try:
            if self._leadership.leads():
                return
        except HistoryUnavailable as error:
            raise LeadLost(f"this listener does not lead any more: {error.message}", hint=error.hint) from error
        raise LeadLost("this listener does not lead any more")


class Replica:
    """This process among those that share an address. Enter it before its first run, leave it after the last one."""

    def __init__(
        self, address: PostgresAddress, options: ListenOptions, around: Surroundings, stop: StopRequest
    ) -> None:
        """`stop` hears of what ends the process.

        Raises:
            WrongUsage: the public address is not one.
        """
        self._address = address
        self._public_url = own_address(options.address.public_url or "")
        self._stop = stop
        self._stack = ExitStack()
        self._is_broken = False
        self.metrics = RunMetrics(parse_targets(options.forwarding), around.clock)
        self.door = Door(self._fail, app_answers=options.app_answers)
        served = pages(lambda: self.health, lambda: not self._is_broken, self.metrics.text)
        self.health_server = server_for(options, served, self._fail)
        self.path = ""
        """The path that all listeners of the address serve, once it is known."""

    def __enter__(self) -> Self:
        if self.health_server is not None:
            self._stack.callback(self.health_server.stop)
            self.health_server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def health(self) -> Health:
        """Whether notifications are to be sent here."""
        if self._is_broken:
            return Health.NOT_READY
        return Health.READY if self.door.is_open else Health.STANDBY

    def lead(
        self,
        api_url: str,
        sub: str,
        parts: SessionParts,
        live: LiveOutput,
        on_lost: Callable[[CronofyError], None],
        sleep: Callable[[float], object],
    ) -> Lead:
        """Wait until this process leads, and return what does so, not started yet; have it stopped at the end.

        Raises:
            HistoryUnavailable: the database cannot be used, and never could be.
            CronofyError: the one that `sleep` raises.
        """
        url = SharedUrl(api_url, sub, self._public_url)
        trouble: str | None = None
        while True:
            try:
                return self._once_free(url, parts, live, on_lost, sleep)
            except HistoryUnavailable as error:
                if not self.path:
                    raise
                if error.message != trouble:
                    live.trouble(error)
                trouble = error.message
                sleep(POLL_S)

    def _once_free(
        self,
        url: SharedUrl,
        parts: SessionParts,
        live: LiveOutput,
        on_lost: Callable[[CronofyError], None],
        sleep: Callable[[float], object],
    ) -> Lead:
        leadership = Leadership.open(self._address, url)
        try:
            path = leadership.path(new_callback_path)
            self._serve(parts, path)
            self.path = path
            if not leadership.try_to_lead():
                live.standing_by(f"{self._public_url}{self.path}")
                while not leadership.try_to_lead():
                    sleep(POLL_S)
            return Lead(leadership, on_lost)
        except BaseException:  # an interrupt too must not leave a connection that may lead
            leadership.close()
            raise

    def _serve(self, parts: SessionParts, path: str) -> None:
        """Answer notifications, from the first time on that the path is known."""
        if not self.door.is_built:
            listener = parts.listener(path, self.door.calls)
            self._stack.callback(listener.stop)
            self.door.build(listener)
            listener.start()

    def _fail(self, error: CronofyError) -> None:
        self._is_broken = True
        self._stop.fail(error)
