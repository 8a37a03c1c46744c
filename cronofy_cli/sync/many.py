"""Doing the same with many accounts, some at a time: one that fails does not stop the others."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from concurrent.futures import Future

_PAUSE_S: Final = 0.2

ChoiceT = TypeVar("ChoiceT")
DoneT = TypeVar("DoneT")


class AccountsFailed(CronofyError):
    """Some of many accounts failed; the others did not."""

    code = "accounts_failed"


@dataclass(frozen=True, slots=True)
class AccountResult(Generic[ChoiceT, DoneT]):
    """What became of one account."""

    choice: ChoiceT
    done: DoneT | None
    """None if it failed."""
    error: CronofyError | None
    duration_ms: float


def for_each(
    choices: Sequence[ChoiceT],
    do: Callable[[ChoiceT], DoneT],
    *,
    concurrency: int,
    break_off: Callable[[], None],
) -> Generator[AccountResult[ChoiceT, DoneT]]:
    """Do something with each, on threads, in their order; yield what became of it as it ends.

    When it is closed before its end, or interrupted, `break_off` is called, which has to end what is under way.
    """

    def result_of(choice: ChoiceT) -> AccountResult[ChoiceT, DoneT]:
        begun_s = time.monotonic()

        def passed_ms() -> float:
            return round((time.monotonic() - begun_s) * 1000, 1)

        try:
            return AccountResult(choice, do(choice), None, passed_ms())
        except CronofyError as error:
            return AccountResult(choice, None, error, passed_ms())

    with ThreadPoolExecutor(concurrency, thread_name_prefix="account") as pool:
        waiting: list[Future[AccountResult[ChoiceT, DoneT]]] = []
        try:
            waiting += (pool.submit(result_of, choice) for choice in choices)
            for future in as_completed(waiting):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            # Again and again: one that was just about to begin something was not met the first time.
            break_off()
            begun = [future for future in waiting if not future.cancelled()]
            while wait(begun, timeout=_PAUSE_S).not_done:
                break_off()
            raise
