"""Running groups of checks side by side, each with a time limit, the results in the order of the groups.

A group that does not end is left behind on its daemon thread: a name look-up or a keyring call that hangs cannot be
stopped from outside, and must not keep the program from ending.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.background import BackgroundTask
from cronofy_cli.core.checks import Check, CheckState
from cronofy_cli.errors import CronofyError, TimeLimitReached

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

AT_ONCE: Final = 8
"""How many groups run at the same time; the others wait for their turn, which their limit does not count."""


@dataclass(frozen=True, slots=True)
class CheckGroup:
    """Checks that are done together."""

    name: str
    """The check that stands for all of them when they cannot be done."""
    run: Callable[[], GroupResult]
    limit_s: float = 10
    subject: str = ""


@dataclass(frozen=True, slots=True)
class GroupResult:
    """What a group found."""

    checks: tuple[Check, ...]
    follow_up: tuple[CheckGroup, ...] = ()
    """What can be checked only now that this is known; it is run after all groups."""


def run_groups(groups: Sequence[CheckGroup], *, at_once: int = AT_ONCE) -> Iterator[Check]:
    """Yield the checks of all groups in the order of the groups, as soon as that order allows, then the follow-ups."""
    follow_up: list[CheckGroup] = []
    for result in _run_in_order(groups, at_once):
        yield from result.checks
        follow_up += result.follow_up
    if follow_up:
        yield from run_groups(follow_up, at_once=at_once)


def failed_by(error: CronofyError, name: str, *, subject: str = "", meaning: str = "") -> Check:
    """Return the check that failed with `error`."""
    hint = (error.hint or "").strip()
    return Check(name, CheckState.FAILED, error.message, subject, error.code, meaning, hint)


def _run_in_order(groups: Sequence[CheckGroup], at_once: int) -> Iterator[GroupResult]:
    results: list[Future[GroupResult]] = [Future() for _ in groups]
    waiting: SimpleQueue[tuple[CheckGroup, Future[GroupResult]]] = SimpleQueue()
    for pair in zip(groups, results, strict=True):
        waiting.put(pair)
    for _ in range(min(at_once, len(groups))):
        Thread(target=_work, args=(waiting,), daemon=True).start()
    for future in results:
        yield future.result()


def _work(waiting: SimpleQueue[tuple[CheckGroup, Future[GroupResult]]]) -> None:
    while True:
        try:
            group, result = waiting.get_nowait()
        except Empty:
            return
        try:
            result.set_result(_run(group))
        except BaseException as error:  # noqa: BLE001 - the thread's border: a bug is raised again by the main thread
            result.set_exception(error)


def _run(group: CheckGroup) -> GroupResult:
    found = BackgroundTask(group.run, "it", group.limit_s).result()
    if not isinstance(found, CronofyError):
        return found
    is_late = isinstance(found, TimeLimitReached)
    meaning = "something that it waits for hangs: a name look-up, a connection or the keyring" if is_late else ""
    return GroupResult((failed_by(found, group.name, subject=group.subject, meaning=meaning),))
