"""The channel of a run: created for a callback URL, proven by its verification, closed at the end."""

from __future__ import annotations

import threading
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING

from cronofy_cli.adapters.api import endpoints
from cronofy_cli.core.command_line import own_command
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import (
    CronofyError,
    InvalidRequest,
    NotAllowed,
    NotFound,
    NotSignedIn,
    SignatureMismatch,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.notes import RunNotes
    from cronofy_cli.listen.reporter import Reporter


class ChannelCalls:
    """Creates and closes channels with a run's filters."""

    def __init__(self, api: ApiClient, *, calendar_ids: tuple[str, ...] = (), only_managed: bool = False) -> None:
        self._api = api
        self._calendar_ids = calendar_ids
        self._only_managed = only_managed

    def create(self, callback_url: str) -> Channel:
        """Create a channel that posts to `callback_url`."""
        return endpoints.create_channel(
            self._api,
            callback_url,
            calendar_ids=self._calendar_ids,
            only_managed=self._only_managed or None,
        )

    def close(self, channel_id: str) -> None:
        """Close a channel."""
        endpoints.close_channel(self._api, channel_id)

    def find(self, callback_url: str) -> Channel | None:
        """Return the open channel that posts to a callback URL with the run's filters."""
        wanted = (callback_url, self._calendar_ids, self._only_managed)
        found = (each for each in self.list_open() if _told_apart(each) == wanted)
        return next(found, None)

    def is_open(self, channel_id: str) -> bool:
        """Whether a channel is still open."""
        return any(channel.channel_id == channel_id for channel in self.list_open())

    def list_open(self) -> tuple[Channel, ...]:
        """Return the open channels of the account and application."""
        return endpoints.list_channels(self._api)


def _told_apart(channel: Channel) -> tuple[str, tuple[str, ...], bool]:
    return channel.callback_url, channel.calendar_ids, channel.only_managed


class VerificationWatch:
    """A sink that remembers the verifications that arrived.

    One can arrive before the call that creates the channel has returned, so it is known by its callback URL.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._arrived: dict[str, Delivery] = {}
        self._failure: CronofyError | None = None

    def __call__(self, deliveries: Sequence[Delivery]) -> None:
        """Take note of verifications."""
        for delivery in deliveries:
            notification = delivery.notification
            if notification.type == "verification" and notification.callback_url is not None:
                with self._condition:
                    self._arrived[notification.callback_url] = delivery
                    self._condition.notify_all()

    def forget(self, callback_url: str) -> None:
        """Wait for another verification of this callback URL, not for one that was here before."""
        with self._condition:
            self._arrived.pop(callback_url, None)

    def fail(self, error: CronofyError) -> None:
        """Nothing more will arrive: whoever waits need not go on."""
        with self._condition:
            self._failure = error
            self._condition.notify_all()

    def wait(self, callback_url: str, limit_s: float) -> Delivery | None:
        """Return the verification of the channel with this callback URL, or None when none came within the limit.

        Raises:
            CronofyError: the one that `fail` was called with.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._failure or callback_url in self._arrived, limit_s)
            if self._failure is not None:
                raise self._failure
            return self._arrived.get(callback_url)


class RunChannel:
    """The channel that a run has now, and those that it had before."""

    def __init__(
        self,
        calls: ChannelCalls,
        notes: RunNotes,
        reporter: Reporter,
        watch: VerificationWatch,
        *,
        options: tuple[str, ...] = (),
        verification_limit_s: float = 20.0,
        hold_signals: Callable[[], AbstractContextManager[object]] = nullcontext,
        cut: Callable[[float], float] = float,
    ) -> None:
        """`hold_signals` keeps an interrupt from coming between a channel's creation and the note of it.

        `cut` makes a time no longer than what is left to the run.
        `options` are those that chose context and data center, for commands to be typed.
        """
        self._calls = calls
        self._notes = notes
        self._reporter = reporter
        self._watch = watch
        self._options = options
        self._verification_limit_s = verification_limit_s
        self._hold_signals = hold_signals
        self._cut = cut
        self._opened: list[str] = []
        self._is_verified = False
        self.current: Channel | None = None

    def create(self, callback_url: str, port: int) -> None:
        """Create a channel, and wait for its verification.

        Raises:
            CronofyError: it cannot be created, or its verification did not come or is not signed as it should be.
        """
        started_s = time.monotonic()
        self._is_verified = False
        self._watch.forget(callback_url)
        with self._hold_signals():
            self._notes.note_callback_url(callback_url)
            self.current = self._created(callback_url)
            if self.current.channel_id not in self._opened:
                self._opened.append(self.current.channel_id)
            self._notes.note_channel(self.current.channel_id)
        calendars = " ".join(self.current.calendar_ids) or "all calendars"
        self._reporter.tick("channel", f"{self.current.channel_id}, {calendars}")
        self._await_verification(callback_url, port, started_s)
        self._is_verified = True

    def use_open(self, callback_url: str) -> bool:
        """Use the channel that posts there already, and return whether there is one.

        Raises:
            CronofyError: that cannot be found out.
        """
        self.current = self._calls.find(callback_url)
        if self.current is None:
            return False
        self._is_verified = True
        self._reporter.tick("channel", f"{self.current.channel_id}, open already")
        return True

    def is_right(self, callback_url: str) -> bool:
        """Whether the channel posts to this callback URL, and is open and verified."""
        return (
            self.current is not None
            and self._is_verified
            and self.current.callback_url == callback_url
            and self._calls.is_open(self.current.channel_id)
        )

    def check(self) -> None:
        """Make sure that the channel is open.

        Raises:
            CronofyError: it is not, or that cannot be found out.
        """
        assert self.current is not None
        if not self._calls.is_open(self.current.channel_id):
            raise NotFound(f"the channel {self.current.channel_id} is gone: Cronofy or another program closed it")

    def leave(self, *, keep: bool) -> None:
        """Close everything that was opened; with `keep`, the current channel stays."""
        if self.current is None:
            return
        self.close_former()
        if keep:
            self._notes.note_kept(self.current.channel_id, self.current.callback_url)
            self._reporter.tick("kept", f"{self.current.channel_id}; {self._to_close(self.current.channel_id)}")
        else:
            self._close(self.current.channel_id)

    def close_former(self) -> None:
        """Close what recoveries have replaced, also those that failed half-way."""
        current = self.current.channel_id if self.current is not None else None
        for channel_id in [each for each in self._opened if each != current]:
            self._close(channel_id)
            self._opened.remove(channel_id)

    def _created(self, callback_url: str) -> Channel:
        try:
            return self._calls.create(callback_url)
        except (NotSignedIn, NotAllowed, InvalidRequest):
            self._notes.note_refused()
            raise

    def _to_close(self, channel_id: str) -> str:
        return own_command(("channels", "close", channel_id), self._options)

    def _close(self, channel_id: str) -> None:
        by_hand = f"close the channel by hand: {self._to_close(channel_id)}"
        try:
            self._calls.close(channel_id)
        except NotFound:
            self._notes.note_closed(channel_id)
        except CronofyError as error:
            error.hint = by_hand
            self._reporter.trouble(error)
        except KeyboardInterrupt:
            self._reporter.trouble(CronofyError(f"interrupted before {channel_id} was closed", hint=by_hand))
            raise
        else:
            self._notes.note_closed(channel_id)
            self._reporter.tick("closed", channel_id)

    def _await_verification(self, callback_url: str, port: int, started_s: float) -> None:
        limit_s = self._cut(self._verification_limit_s)
        arrived = self._watch.wait(callback_url, limit_s)
        if arrived is None:
            raise Unreachable(
                f"no verification arrived within {limit_s:.0f} s",
                hint=f"check that {callback_url} leads to 127.0.0.1:{port} from the internet",
            )
        took_ms = (time.monotonic() - started_s) * 1000
        if arrived.verdict.state is SignatureState.VALID:
            self._reporter.tick("verification", f"arrived and verified after {took_ms:.0f} ms")
        elif arrived.verdict.state is SignatureState.UNKNOWN:
            self._reporter.tick("verification", f"arrived after {took_ms:.0f} ms; its signature was not checked")
        else:
            raise SignatureMismatch(
                "the verification arrived, but its signature does not match the client secret",
                hint="use the client secret of the application that the access token belongs to, or --signature warn",
            )
