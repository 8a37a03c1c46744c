"""Showing what another run of `listen` receives, without receiving oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.callback_paths import known_paths
from cronofy_cli.adapters.history import follow
from cronofy_cli.errors import ExitCode
from cronofy_cli.listen.selection import Selection

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.run import ListenRun
    from cronofy_cli.listen.stop import StopRequest

LOOKS_PER_CHECK: Final = 20
"""How often the history is looked at until it is checked whether the other run still goes on."""


def view_other(run: ListenRun, stop: StopRequest, limit_s: float | None) -> int:
    """Show what the other run receives, as `run` would show it, and return the exit code.

    Raises:
        HistoryUnavailable: the store cannot be read.
    """
    return _Viewer(run, stop).show(limit_s)


class _Viewer:
    def __init__(self, run: ListenRun, stop: StopRequest) -> None:
        around, options = run.surroundings, run.options
        self._run = run
        self._stop = stop
        self._data_center = around.data_center
        self._paths = known_paths(around.data_center, run.account.sub, around.environment)
        own_path = self._paths[0] if self._paths else ""
        self._selection = Selection(options.chosen, options.count, own_path, [run.live.deliveries], stop.ask)
        self._ending: int = ExitCode.TIME_LIMIT

    def show(self, limit_s: float | None) -> int:
        from time import monotonic

        until_s = None if limit_s is None else monotonic() + limit_s
        self._run.live.remark(" Following what the other run receives. Ctrl-C ends only this view.")
        with self._run.surroundings.open_history() as history:
            looks = 0
            for batch in follow(history, history.newest_id(), self._pause):
                self._selection([delivery for delivery in batch if self._is_of_account(delivery)])
                if self._ending != ExitCode.TIME_LIMIT or (until_s is not None and monotonic() >= until_s):
                    return self._ending
                looks += not batch
                if looks % LOOKS_PER_CHECK == 0 and not self._run.others.live():
                    self._run.live.remark(" the other run has ended: nothing arrives any more")
                    return ExitCode.UNREACHABLE
        return self._ending

    def _pause(self, seconds: float) -> None:
        self._ending = self._stop.wait(seconds)

    def _is_of_account(self, delivery: Delivery) -> bool:
        target = delivery.request.target
        return delivery.context == self._data_center and any(path in target for path in self._paths)
