"""Running groups of checks side by side, each with a time limit, the results in the order of the groups.

A group that does not end is left behind on its daemon thread: a name look-up or a keyring call that hangs cannot be
broken off from outside, and must not keep the program from ending.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.checks import Check, CheckState
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

AT_ONCE: Final = 8
"""So many groups run at the same time; the others wait for their turn, which their limit does not count."""


@dataclass(frozen=True, slots=True)
class Group:
    """Checks that are done together."""

    name: str
    """The check that stands for all of them when they cannot be done."""
    run: Callable[[], Outcome]
    limit_s: float = 10
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a group found."""

    checks: tuple[Check, ...]
    follow_up: tuple[Group, ...] = ()
    """What can be checked only now that this is known; it is run after all groups."""


def run_groups(groups: Sequence[Group], *, at_once: int = AT_ONCE) -> Iterator[Check]:
    """Yield the checks of all groups in the order of the groups, as soon as that order allows, then the follow-ups."""
    follow_up: list[Group] = []
    for outcome in _run_in_order(groups, at_once):
        yield from outcome.checks
        follow_up += outcome.follow_up
    if follow_up:
        yield from run_groups(follow_up, at_once=at_once)


def _run_in_order(groups: Sequence[Group], at_once: int) -> Iterator[Outcome]:
    promised: list[Future[Outcome]] = [Future() for _ in groups]
    waiting: SimpleQueue[tuple[Group, Future[Outcome]]] = SimpleQueue()
    for pair in zip(groups, promised, strict=True):
        waiting.put(pair)
    for _ in range(min(at_once, len(groups))):
        Thread(target=_work, args=(waiting,), daemon=True).start()
    for future in promised:
        yield future.result()


def _work(waiting: SimpleQueue[tuple[Group, Future[Outcome]]]) -> None:
    while True:
        try:
            group, promised = waiting.get_nowait()
        except Empty:
            return
        found: Future[Outcome] = Future()
        running = Thread(target=_run, args=(group, found), daemon=True)
        running.start()
        running.join(group.limit_s)
        if not found.done():
            promised.set_result(Outcome((_overdue(group),)))
        elif error := found.exception():
            promised.set_exception(error)
        else:
            promised.set_result(found.result())


def _run(group: Group, found: Future[Outcome]) -> None:
    try:
        found.set_result(group.run())
    except CronofyError as error:
        found.set_result(Outcome((failed_by(error, group.name, subject=group.subject),)))
    except BaseException as error:  # noqa: BLE001 - the thread's border: a bug is raised again by the main thread
        found.set_exception(error)


def failed_by(error: CronofyError, name: str, *, subject: str = "") -> Check:
    """Return the check that failed with `error`."""
    return Check(
        name, CheckState.FAILED, error.message, subject=subject, cause=error.code, remedy=(error.hint or "").strip()
    )


def _overdue(group: Group) -> Check:
    return Check(
        group.name,
        CheckState.FAILED,
        f"it did not end within {group.limit_s:g} s",
        subject=group.subject,
        cause="time_limit",
        meaning="something that it waits for hangs: a name look-up, a connection or the keyring",
    )
