"""The listener of a process that leads at times: open while it does, and answering 503 while it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.receiver.server import ListenerCalls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from cronofy_cli.adapters.history import Moments
    from cronofy_cli.adapters.worker import OnFailed
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError
    from cronofy_cli.receiver.server import Listener


class Door:
    """Passes what the listener says to the run that leads now, or led last."""

    def __init__(self, on_failed: OnFailed, *, app_answers: bool) -> None:
        self._run: ListenerCalls | None = None
        self._listener: Listener | None = None
        self._leads: Callable[[], bool] = lambda: False
        self.calls = ListenerCalls(
            self._recorded,
            self._trouble,
            on_failed,
            self._decide if app_answers else None,
            self._targets_of,
            self._answered,
            self._recording,
            lambda: self.is_open,
        )
        """What to make the listener with."""

    def build(self, listener: Listener) -> None:
        """Have a listener that was made with `calls`."""
        self._listener = listener

    @property
    def is_built(self) -> bool:
        """Whether there is a listener."""
        return self._listener is not None

    @property
    def listener(self) -> Listener:
        """The listener."""
        assert self._listener is not None
        return self._listener

    @property
    def is_open(self) -> bool:
        """Whether what arrives is recorded."""
        return self._run is not None and self._leads()

    def way_in(self, calls: ListenerCalls, leads: Callable[[], bool]) -> WayIn:
        """Return what opens it for a run, as long as `leads`."""
        return WayIn(self, calls, leads)

    def open(self, calls: ListenerCalls, leads: Callable[[], bool]) -> None:
        """Record what arrives, for a run."""
        self._leads, self._run = leads, calls

    def close(self) -> None:
        """Answer 503 from now on. What was recorded up to now is still passed on."""
        self._leads = lambda: False

    def _recorded(self, deliveries: Sequence[Delivery]) -> None:
        if self._run is not None:
            self._run.recorded(deliveries)

    def _trouble(self, error: CronofyError) -> None:
        if self._run is not None:
            self._run.trouble(error)

    def _recording(self, error: CronofyError | None) -> None:
        if self._run is not None:
            self._run.recording(error)

    def _decide(self, delivery: Delivery, answer: Callable[[int | None], None]) -> None:
        if self._run is None or self._run.decide is None:
            answer(None)
        else:
            self._run.decide(delivery, answer)

    def _targets_of(self, delivery: Delivery) -> Iterable[str]:
        targets_of = None if self._run is None else self._run.targets_of
        return () if targets_of is None else targets_of(delivery)

    def _answered(self, moments: Moments) -> None:
        if self._run is not None:
            self._run.answered(moments)


class WayIn:
    """The listener as a run starts and stops it: the process's own goes on, and the run gets what arrives."""

    def __init__(self, door: Door, calls: ListenerCalls, leads: Callable[[], bool]) -> None:
        self._door = door
        self._calls = calls
        self._leads = leads

    @property
    def answered(self) -> Mapping[int, int]:
        """How many requests were answered with each status, by this process."""
        return self._door.listener.answered

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._door.listener.port

    def start(self) -> None:
        """Record what arrives."""
        self._door.open(self._calls, self._leads)

    def stop(self) -> None:
        """Record nothing more."""
        self._door.close()
