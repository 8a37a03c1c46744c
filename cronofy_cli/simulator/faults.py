"""Failures to order: API calls that answer with another status, late, or not at all.

They are kept in memory only, and each is used up by the calls that it meets; doing it to a call is `http`'s.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import NotFound
from cronofy_cli.simulator.messages import fields
from cronofy_cli.simulator.messages.fields import FieldErrors
from cronofy_cli.simulator.operations import API

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUSES: Final = range(400, 600)
MAX_DELAY_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the next calls of a kind. A delay goes before the rest; without one of those the call works."""

    method: str | None
    """None is any method."""
    path_prefix: str
    status: int | None
    delay_s: float
    drop: bool
    """The connection ends without an answer."""
    times: int
    number: int = 0
    """Of the order in this world, from 1."""

    @property
    def in_words(self) -> str:
        """What it does, shortly."""
        what = "no answer" if self.drop else "" if self.status is None else str(self.status)
        late = f"{self.delay_s:g} s late" if self.delay_s else ""
        calls = f"{self.method or 'any'} {self.path_prefix}"
        return f"{calls}: {', '.join(filter(None, (what, late)))}{f', {self.times} times' if self.times > 1 else ''}"

    def meets(self, method: str, path: str) -> bool:
        """Whether a call is of the kind."""
        return self.method in {None, method} and path.startswith(self.path_prefix)


class Faults:
    """The failures that are still to come."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._cleared = asyncio.Event()
        self._count = 0

    @property
    def waiting(self) -> tuple[Fault, ...]:
        """Those that have calls left, the oldest first."""
        return tuple(self._waiting)

    def add(self, fault: Fault) -> None:
        """Order a failure."""
        self._count += 1
        self._waiting.append(replace(fault, number=self._count))

    def remove(self, number: int) -> None:
        """Take back an order.

        Raises:
            NotFound: there is none with this number, or it is used up.
        """
        if not any(fault.number == number for fault in self._waiting):
            raise NotFound(f"there is no fault {number}")
        self._waiting = [fault for fault in self._waiting if fault.number != number]

    def clear(self) -> None:
        """Let every call work again, also those that a delay holds."""
        self._waiting.clear()
        self._cleared.set()
        self._cleared = asyncio.Event()

    async def hold(self, seconds: float) -> None:
        """Hold a call for a while, at most until every call is to work again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._cleared.wait()

    def take(self, method: str, path: str) -> Fault | None:
        """Return what is to happen to a call, and count it."""
        for index, fault in enumerate(self._waiting):
            if fault.meets(method, path):
                if fault.times > 1:
                    self._waiting[index] = replace(fault, times=fault.times - 1)
                else:
                    del self._waiting[index]
                return fault
        return None


def parse_fault(body: Mapping[str, object]) -> Fault:
    """Read a failure to order: `path_prefix`, and at least one of `status`, `delay_s` and `drop`.

    Raises:
        InvalidRequest: something is missing or not recognized.
    """
    errors = FieldErrors()
    method = fields.read_text(body.get("method"), "method", errors)
    fault = Fault(
        method=method.upper() if method else None,
        path_prefix=fields.read_required_text(body.get("path_prefix"), "path_prefix", errors),
        status=_whole(body.get("status"), "status", errors),
        delay_s=fields.read_number(body.get("delay_s"), "delay_s", errors) or 0.0,
        drop=fields.read_boolean(body.get("drop"), "drop", errors),
        times=_whole(body.get("times", 1), "times", errors) or 0,
    )
    if fault.status is not None and fault.status not in STATUSES:
        errors.not_recognized("status", "a status from 400 to 599")
    if not 0 <= fault.delay_s <= MAX_DELAY_S:
        errors.not_recognized("delay_s", "seconds, an hour at most")
    if fault.times < 1:
        errors.not_recognized("times", "a number of calls")
    if fault.status is None and not fault.drop and not fault.delay_s:
        errors.add("status", fields.REQUIRED)
    if fault.status is not None and fault.drop:
        errors.not_recognized("drop", "an alternative to status")
    errors.raise_if_any()
    _check_calls(fault, errors)
    return fault


def _check_calls(fault: Fault, errors: FieldErrors) -> None:
    """Refuse a failure that would never meet a call, such as one of a path with a slip in it.

    Raises:
        InvalidRequest: there is no such call.
    """
    methods = {one.method for one in API if _can_begin(one.path, fault.path_prefix)}
    if not methods:
        near = get_close_matches(fault.path_prefix, sorted({one.path for one in API}), 1)
        errors.not_recognized("path_prefix", f"the beginning of a call's path{''.join(f', such as {n}' for n in near)}")
    elif fault.method is not None and fault.method not in methods:
        errors.not_recognized("method", f"a method of calls of {fault.path_prefix}: {', '.join(sorted(methods))}")
    errors.raise_if_any()


def _can_begin(path: str, prefix: str) -> bool:
    """Whether a path, such as `/v1/channels/{channel_id}`, can begin so."""
    segments = path.split("/")
    *whole, last = prefix.split("/")
    if len(whole) >= len(segments):
        return False
    fits = (
        segment == given or (segment.startswith("{") and given) for segment, given in zip(segments, whole, strict=False)
    )
    return all(fits) and segments[len(whole)].startswith(("{", last))


def _whole(value: object, field: str, errors: FieldErrors) -> int | None:
    number = fields.read_number(value, field, errors)
    if number is not None and not number.is_integer():
        errors.not_recognized(field, "a whole number")
        return None
    return None if number is None else int(number)
