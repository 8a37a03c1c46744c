"""One run of `listen`, from nothing to ready and back: a listener, a channel that posts to it, and the proof that
notifications arrive. What is done with them is the sinks' matter.
"""

from __future__ import annotations

import secrets
import time
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, Self

from cronofy_cli.adapters.history.spill_queue import Backlog
from cronofy_cli.core.command_line import own_command
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import CronofyError, NotFound, SignatureMismatch, Unreachable
from cronofy_cli.listen.public_address import PublicAddress, served_paths
from cronofy_cli.listen.verification import VerificationWatch
from cronofy_cli.receiver.pipeline import Pipeline
from cronofy_cli.receiver.server import Listener

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.signature import ClientSecret, SignaturePolicy
    from cronofy_cli.receiver.recorder import AnswerDecider

DRAIN_LIMIT_S = 10.0
"""How long the end of a run waits for what has arrived to be printed."""

RECOVERY_PROBE_LIMIT_S = 3.0
"""How long one attempt to recover waits for an address that was up: the next attempt may know of another address."""


class Reporter(Protocol):
    """Who is told how a run goes."""

    def tick(self, name: str, detail: str) -> None:
        """A step is done."""

    def trouble(self, error: CronofyError) -> None:
        """Something failed, and the run goes on."""


class Channels(Protocol):
    """The part of Cronofy's API that a run needs."""

    def create(self, callback_url: str) -> Channel:
        """Create a channel that posts to `callback_url`."""

    def close(self, channel_id: str) -> None:
        """Close a channel."""

    def is_open(self, channel_id: str) -> bool:
        """Whether a channel is still open."""


class Notes(Protocol):
    """What is written down before it happens, so that a crash can be cleaned up after."""

    def note_callback_url(self, url: str) -> None:
        """A channel with this callback URL is about to be created."""

    def note_channel(self, channel_id: str) -> None:
        """It was created."""

    def note_closed(self, channel_id: str) -> None:
        """It was closed."""

    def note_kept(self, channel_id: str, callback_url: str) -> None:
        """It stays open after the run."""


class NoNotes:
    """Writes nothing down."""

    def note_callback_url(self, url: str) -> None:
        """Take no note."""

    def note_channel(self, channel_id: str) -> None:
        """Take no note."""

    def note_closed(self, channel_id: str) -> None:
        """Take no note."""

    def note_kept(self, channel_id: str, callback_url: str) -> None:
        """Take no note."""


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What a run is to do."""

    path: str
    """The one path that is served; see `new_callback_path`."""
    data_center: str
    client_secrets: tuple[ClientSecret, ...]
    policy: SignaturePolicy
    public_url: str | None = None
    """An address of the user's own; its path may stay in front of the served one."""
    port: int = 0
    probe_limit_s: float = 15.0
    verification_limit_s: float = 20.0
    keep_channel: bool = False
    """Whether the channel stays open at the end."""
    options: tuple[str, ...] = ()
    """Those that chose context and data center, for commands to be typed."""


def new_callback_path() -> str:
    """Return a path that nobody can guess: knowing it is what lets a sender in."""
    return f"/r/{secrets.token_urlsafe(16)}"


class Session:
    """A run. On entering, it is ready; on leaving, its channel is closed and everything that arrived is handled."""

    def __init__(
        self,
        plan: SessionPlan,
        channels: Channels,
        open_history: Callable[[], History],
        reporter: Reporter,
        sinks: Sequence[Callable[[Sequence[Delivery]], None]],
        clock: Callable[[], datetime],
        hold_signals: Callable[[], AbstractContextManager[object]] = nullcontext,
        *,
        address: PublicAddress | None = None,
        notes: Notes | None = None,
        decide: AnswerDecider | None = None,
    ) -> None:
        """`hold_signals` keeps an interrupt from coming between a channel's creation and the note of it.

        Without an `address` it is the plan's own, or the listener's port itself.
        """
        self._plan = plan
        self._channels = channels
        self._reporter = reporter
        self._hold_signals = hold_signals
        self._address = address or _own_address(plan)
        self._notes = notes or NoNotes()
        self._watch = VerificationWatch()
        self._stack = ExitStack()
        self._listener, self._pipeline = _receiving(plan, open_history, reporter, [self._watch, *sinks], clock, decide)
        self._opened: list[str] = []
        self._is_verified = False
        self.channel: Channel | None = None

    def __enter__(self) -> Self:
        try:
            self._stack.callback(self._pipeline.stop, DRAIN_LIMIT_S)
            self._pipeline.start()
            self._listen()
            self._stack.callback(self._address.close)
            self._open_address(time.sleep)
            self._stack.callback(self._leave_channel)
            self._create_channel()
        except BaseException:  # an interrupt too must close what was opened
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._listener.port

    @property
    def callback_url(self) -> str:
        """Where Cronofy posts to."""
        return self._address.callback_url

    def is_alive(self) -> bool:
        """Whether the tunnel exists."""
        return self._address.is_alive()

    def check_channel(self) -> None:
        """Make sure that the channel is open.

        Raises:
            CronofyError: it is not, or that cannot be found out.
        """
        assert self.channel is not None
        if not self._channels.is_open(self.channel.channel_id):
            raise NotFound(f"the channel {self.channel.channel_id} is gone: Cronofy or somebody else closed it")

    def recover(self, sleep: Callable[[float], object]) -> None:
        """Make the run ready again: the tunnel, and if its address is another one or the channel is gone, the channel.

        Raises:
            CronofyError: it is not ready yet.
        """
        if self._address.is_alive() and self._address.url is not None:
            self._address.follow()
            self._address.prove(sleep, RECOVERY_PROBE_LIMIT_S)
        else:
            self._address.close()
            self._open_address(sleep)
        if not self._channel_is_right():
            self._create_channel()
        self._close_former_channels()

    def _channel_is_right(self) -> bool:
        channel = self.channel
        return (
            channel is not None
            and self._is_verified
            and channel.callback_url == self.callback_url
            and self._channels.is_open(channel.channel_id)
        )

    def _listen(self) -> None:
        self._stack.callback(self._listener.stop)
        self._listener.start()
        shown = f"{self._plan.path[:8]}…"
        self._reporter.tick(
            "listening", f"127.0.0.1:{self._listener.port}, only {shown} is served, everything else is 404"
        )

    def _open_address(self, sleep: Callable[[float], object]) -> None:
        url = self._address.open(self._listener.port, sleep)
        if self._address.name != "none":
            took_ms = self._address.prove(sleep, self._plan.probe_limit_s)
            self._reporter.tick("tunnel", f"{url} -> 127.0.0.1:{self._listener.port}, proven in {took_ms:.0f} ms")

    def _create_channel(self) -> None:
        started = time.monotonic()
        self._is_verified = False
        self._watch.forget(self.callback_url)
        with self._hold_signals():
            self._notes.note_callback_url(self.callback_url)
            self.channel = self._channels.create(self.callback_url)
            if self.channel.channel_id not in self._opened:
                self._opened.append(self.channel.channel_id)
            self._notes.note_channel(self.channel.channel_id)
        calendars = " ".join(self.channel.calendar_ids) or "all calendars"
        self._reporter.tick("channel", f"{self.channel.channel_id}, {calendars}")
        self._await_verification(started)
        self._is_verified = True

    def _leave_channel(self) -> None:
        if self.channel is None:
            return
        self._close_former_channels()
        if self._plan.keep_channel:
            self._notes.note_kept(self.channel.channel_id, self.channel.callback_url)
            self._reporter.tick("kept", f"{self.channel.channel_id}; {self._to_close(self.channel.channel_id)}")
        else:
            self._close_channel(self.channel.channel_id)

    def _close_former_channels(self) -> None:
        """Close what recoveries have replaced, also those that failed half-way."""
        current = self.channel.channel_id if self.channel is not None else None
        for channel_id in [each for each in self._opened if each != current]:
            self._close_channel(channel_id)
            self._opened.remove(channel_id)

    def _to_close(self, channel_id: str) -> str:
        return own_command(("channels", "close", channel_id), self._plan.options)

    def _close_channel(self, channel_id: str) -> None:
        by_hand = f"close the channel by hand: {self._to_close(channel_id)}"
        try:
            self._channels.close(channel_id)
        except NotFound:
            self._notes.note_closed(channel_id)
        except CronofyError as error:
            error.hint = by_hand
            self._reporter.trouble(error)
        except KeyboardInterrupt:
            self._reporter.trouble(CronofyError(f"left before {channel_id} was closed", hint=by_hand))
            raise
        else:
            self._notes.note_closed(channel_id)
            self._reporter.tick("closed", channel_id)

    def _await_verification(self, started: float) -> None:
        arrived = self._watch.wait(self.callback_url, self._plan.verification_limit_s)
        if arrived is None:
            raise Unreachable(
                f"no verification arrived within {self._plan.verification_limit_s:.0f} s",
                hint=f"check that {self.callback_url} leads to 127.0.0.1:{self._listener.port} from the internet",
            )
        took_ms = (time.monotonic() - started) * 1000
        if arrived.verdict.state is SignatureState.VALID:
            self._reporter.tick("verification", f"arrived and verified after {took_ms:.0f} ms")
        elif arrived.verdict.state is SignatureState.UNKNOWN:
            self._reporter.tick("verification", f"arrived after {took_ms:.0f} ms; its signature was not checked")
        else:
            raise SignatureMismatch(
                "the verification arrived, but its signature does not match the client secret",
                hint="use the client secret of the application that the access token belongs to, or --signature warn",
            )


def _receiving(
    plan: SessionPlan,
    open_history: Callable[[], History],
    reporter: Reporter,
    sinks: Sequence[Callable[[Sequence[Delivery]], None]],
    clock: Callable[[], datetime],
    decide: AnswerDecider | None,
) -> tuple[Listener, Pipeline]:
    history = open_history()
    backlog = Backlog(partial(_read_back, history))
    listener = Listener(
        paths=served_paths(plan.public_url, plan.path),
        port=plan.port,
        history=open_history(),
        client_secrets=lambda: plan.client_secrets,
        policy=plan.policy,
        context=plan.data_center,
        clock=clock,
        on_recorded=backlog.put,
        on_trouble=reporter.trouble,
        decide=decide,
    )
    return listener, Pipeline(backlog, [partial(_settle, history), *sinks], on_trouble=reporter.trouble)


def _settle(history: History, deliveries: Sequence[Delivery]) -> None:
    """Go before all sinks: what they keep of a delivery refers to it where it can be found."""
    history.settle(deliveries[-1].id or 0)


def _read_back(history: History, first_id: int, last_id: int) -> Iterator[Sequence[Delivery]]:
    history.settle(last_id)
    return history.between(first_id, last_id)


def _own_address(plan: SessionPlan) -> PublicAddress:
    from cronofy_cli.adapters.tunnels.none import NoTunnel
    from cronofy_cli.adapters.tunnels.own_url import OwnUrl

    tunnel = NoTunnel() if plan.public_url is None else OwnUrl(plan.public_url)
    return PublicAddress(tunnel, plan.path, query="", must_be_public=False)
