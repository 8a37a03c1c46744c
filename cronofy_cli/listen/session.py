"""What makes a run ready, and ready again: a listener, a public address that leads to it, a channel that posts there.

What is done with the notifications that arrive is the sinks' matter.
"""

from __future__ import annotations

import secrets
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.listen.channels import RunChannel
    from cronofy_cli.listen.door import WayIn
    from cronofy_cli.listen.reporter import Reporter
    from cronofy_cli.listen.tunnel import PublicAddress
    from cronofy_cli.receiver.pipeline import Pipeline
    from cronofy_cli.receiver.server import Listener

DRAIN_LIMIT_S = 10.0
"""How long the end of a run waits for what has arrived to be printed."""
PROBE_LIMIT_S = 15.0
RECOVERY_PROBE_LIMIT_S = 3.0
"""How long one attempt to recover waits for an address that was up: the next attempt may know of another address."""


def new_callback_path() -> str:
    """Return a path that cannot be guessed: knowing it is what lets a sender in."""
    return f"/r/{secrets.token_urlsafe(16)}"


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What is served, and whether its channel outlives it."""

    path: str
    keep_channel: bool = False
    host: str = "127.0.0.1"
    """Where it is served, for people."""
    probe_limit_s: float = PROBE_LIMIT_S
    uses_open_channel: bool = False
    """Whether one that posts there already, with the same filters, is used, and no verification waited for."""


class Session:
    """Have it closed at the end, then open it: an interrupt may come between the two."""

    def __init__(
        self,
        pipeline: Pipeline,
        listener: Listener | WayIn,
        address: PublicAddress,
        channel: RunChannel,
        reporter: Reporter,
        *,
        plan: SessionPlan,
        before_channel: Callable[[], None] | None = None,
        cut: Callable[[float], float] = float,
    ) -> None:
        """`before_channel` is called when everything else is ready.

        `cut` makes a time no longer than what is left to the run.
        """
        self._pipeline = pipeline
        self._listener = listener
        self._address = address
        self._channel = channel
        self._reporter = reporter
        self._path = plan.path
        self._host = plan.host
        self._keep_channel = plan.keep_channel
        self._uses_open_channel = plan.uses_open_channel
        self._before_channel = before_channel
        self._probe_limit_s = plan.probe_limit_s
        self._cut = cut
        self._stack = ExitStack()

    def open(self) -> None:
        """Make everything ready.

        Raises:
            CronofyError: it cannot be; `close` ends what was opened.
        """
        self._stack.callback(self._pipeline.stop, DRAIN_LIMIT_S)
        self._pipeline.start()
        self._stack.callback(self._listener.stop)
        self._listener.start()
        shown = f"{self._path[:8]}…"
        self._reporter.tick("listening", f"{self._host}:{self.port}, only {shown} is served, everything else gets 404")
        self._stack.callback(self._address.close)
        self._open_address(lambda seconds: time.sleep(self._cut(seconds)))
        if self._before_channel is not None:
            self._before_channel()
        self._stack.callback(self._channel.leave, keep=self._keep_channel)
        if not (self._uses_open_channel and self._channel.use_open(self.callback_url)):
            self._channel.create(self.callback_url, self.port)

    def close(self) -> None:
        """Close the channel and everything behind it, and have what arrived handled. Harmless in any state."""
        self._stack.close()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._listener.port

    @property
    def callback_url(self) -> str:
        """Where Cronofy posts to."""
        return self._address.callback_url

    @property
    def channel(self) -> Channel | None:
        """The channel that posts there now."""
        return self._channel.current

    def is_alive(self) -> bool:
        """Whether the tunnel exists."""
        return self._address.is_alive()

    def check_channel(self) -> None:
        """Make sure that the channel is open.

        Raises:
            CronofyError: it is not, or that cannot be found out.
        """
        self._channel.check()

    def recover(self, sleep: Callable[[float], object]) -> None:
        """Make it ready again: the tunnel, and if its address is another one or the channel is gone, the channel.

        Raises:
            CronofyError: it is not ready yet.
        """
        if self._address.is_alive() and self._address.url is not None:
            self._address.follow()
            self._address.prove(sleep, RECOVERY_PROBE_LIMIT_S)
        else:
            self._address.close()
            self._open_address(sleep)
        if not self._channel.is_right(self.callback_url):
            self._channel.create(self.callback_url, self.port)
        self._channel.close_former()

    def _open_address(self, sleep: Callable[[float], object]) -> None:
        url = self._address.open(self.port, sleep)
        if self._address.name != "none":
            took_ms = self._address.prove(sleep, self._cut(self._probe_limit_s))
            self._reporter.tick("tunnel", f"{url} -> 127.0.0.1:{self.port}, proven in {took_ms:.0f} ms")
