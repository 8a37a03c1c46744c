"""A simulated Cronofy of one test: its credentials, its owner's edits, its clock, and what it sent and was asked."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cronofy_cli.testing.calendars import account_of
from cronofy_cli.testing.control import SimulatorError
from cronofy_cli.testing.records import Delivery, Request, record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from cronofy_cli.testing.calendars import Account
    from cronofy_cli.testing.control import Control
    from cronofy_cli.testing.serving import Application

LIMIT_S = 30.0
"""Long enough for a busy machine: what comes is returned as soon as it is there."""
PAUSE_S = 0.005


class World:
    """One world. Nothing of it is known to any other; it ends with `close`, or as a context manager."""

    def __init__(self, document: Mapping[str, Any], simulator: Control) -> None:
        self.url: str = document["url"]
        """The base URL of the API, for the application: instead of https://api.cronofy.com."""
        self.client_id: str = document["client_id"]
        self.client_secret: str = document["client_secret"]
        self.access_token: str = document["access_token"]
        """Of the first application and account."""
        self.sub: str = document["sub"]
        """The first account's id."""
        self.world_id: str = document["world"]
        self._simulator = simulator
        self._control = simulator.at(urlsplit(self.url).path)
        self._resources = ExitStack()
        self._taken: set[int] = set()

    def __repr__(self) -> str:
        """Say where it is; no secrets."""
        return f"<World {self.url}>"

    def __enter__(self) -> World:
        """Use it."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        """End it."""
        self.close()

    def close(self) -> None:
        """End it, and the handlers that it serves."""
        with self._resources:
            self._simulator.call("DELETE", f"/simulator/worlds/{self.world_id}")

    @property
    def environment(self) -> dict[str, str]:
        """The variables in which `cronofy simulator exec` names a simulator."""
        return {
            "CRONOFY_API_URL": self.url,
            "CRONOFY_APP_URL": self.url,
            "CRONOFY_CLIENT_ID": self.client_id,
            "CRONOFY_CLIENT_SECRET": self.client_secret,
            "CRONOFY_ACCESS_TOKEN": self.access_token,
            "CRONOFY_SUB": self.sub,
            "CRONOFY_SIMULATOR_URL": f"{self.url}/simulator",
        }

    # Accounts and their calendars.

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Every account, as it is now."""
        return self._accounts(self._control.get("/simulator/credentials"))

    def account(self, name: str | None = None) -> Account:
        """Return an account by its address or sub, or the first one.

        Raises:
            SimulatorError: there is none.
        """
        for account in self.accounts:
            if name in {None, account.email, account.sub}:
                return account
        raise SimulatorError(f"there is no account '{name}'")

    # Notifications.

    def handler(self, target: str | Application, path: str = "/", *, account: str | None = None) -> Handler:
        """Open a channel for an account to an application's handler of notifications.

        An ASGI or WSGI application is served on a free port for as long as the world exists, and `path` is where its
        handler is. A URL is taken as it is.
        """
        url = target if isinstance(target, str) else self.serve(target) + path
        token = self.account(account).access_token
        channel = self._control.call("POST", "/v1/channels", {"callback_url": url}, token)["channel"]
        return Handler(url, channel["channel_id"], self)

    def serve(self, application: Application) -> str:
        """Serve an ASGI or WSGI application for as long as the world exists; return its address."""
        from cronofy_cli.testing.serving import Served

        return self._resources.enter_context(Served(application)).url

    def deliver(self, type: str, *, channel_id: str | None = None, **fields: object) -> None:  # noqa: A002 - Cronofy's word
        """Send a notification of any type, on one channel or all; `fields` are added to it."""
        channel = {} if channel_id is None else {"channel_id": channel_id}
        self._control.post("/simulator/push", {"type": type, "fields": fields, **channel})

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Every attempt to deliver a notification so far."""
        return self._deliveries()

    def wait_for_delivery(
        self,
        type: str | None = None,  # noqa: A002 - Cronofy's word
        *,
        channel_id: str | None = None,
        status: int | None = None,
        timeout_s: float = LIMIT_S,
    ) -> Delivery:
        """Return the oldest attempt that fits and was not returned before, as soon as there is one.

        Raises:
            AssertionError: there is none in time.
        """
        wanted = {"type": type, "channel_id": channel_id, "status": status}
        found = self._deliveries(**wanted)
        fresh = [one for one in found if one.number not in self._taken]
        if not fresh:
            found = self._deliveries(**wanted, count=len(found) + 1, wait_s=timeout_s)
            fresh = [one for one in found if one.number not in self._taken]
        if not fresh:
            raise AssertionError(
                _missing("delivery", wanted, timeout_s, [f"{d.type} {d.status}" for d in self.deliveries])
            )
        self._taken.add(fresh[0].number)
        return fresh[0]

    def settle(self, timeout_s: float = LIMIT_S) -> None:
        """Wait until nothing is left to be sent: after it, what was not delivered will not be.

        Raises:
            AssertionError: something is, still; a failed delivery is tried again for 24 hours, see `advance`.
        """
        deadline = time.monotonic() + timeout_s
        while waiting := self._control.get("/simulator/deliveries", after=10**8)["waiting"]:
            if time.monotonic() > deadline:
                raise AssertionError(f"notifications still to be sent after {timeout_s:g} s: {waiting}")
            time.sleep(PAUSE_S)

    # What the application asked.

    @property
    def requests(self) -> tuple[Request, ...]:
        """Every call of Cronofy's API so far."""
        return self._requests()

    def wait_for_request(
        self,
        path: str | None = None,
        *,
        method: str | None = None,
        status: int | None = None,
        count: int = 1,
        timeout_s: float = LIMIT_S,
    ) -> Request:
        """Return the `count`th call whose path begins so, as soon as it was made.

        Raises:
            AssertionError: it was not made in time.
        """
        wanted = {"path": path, "method": method, "status": status}
        found = self._requests(**wanted, count=count, wait_s=timeout_s)
        if len(found) < count:
            made = [f"{one.method} {one.path} {one.status}" for one in self.requests]
            raise AssertionError(_missing("call", wanted, timeout_s, made))
        return found[count - 1]

    def fail(
        self,
        path: str = "/",
        *,
        status: int | None = None,
        method: str | None = None,
        times: int = 1,
        delay_s: float | None = None,
        drop: bool = False,
    ) -> None:
        """Let the next calls whose path begins so fail with a status, come late, or end without an answer.

        Raises:
            SimulatorError: no call has such a path and method.
        """
        fault = {"path_prefix": path, "status": status, "method": method, "times": times, "delay_s": delay_s}
        given = {name: value for name, value in fault.items() if value is not None}
        self._control.post("/simulator/faults", given | ({"drop": True} if drop else {}))

    # Time, and the whole.

    @property
    def now(self) -> datetime:
        """What time it is in this world."""
        return datetime.fromisoformat(self._control.get("/simulator/clock")["now"])

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass; what becomes due is sent, and its answers waited for, one moment after the other."""
        passed = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        self._control.post("/simulator/clock", {"advance_s": passed.total_seconds()})

    def set_clock(self, now: datetime | None = None, *, stopped: bool = False) -> None:
        """Set the clock, and let it stand still or go."""
        time_ = {} if now is None else {"set_to": now.isoformat()}
        self._control.post("/simulator/clock", {"stopped": stopped, **time_})

    def reset(self) -> None:
        """Go back to the world as it was made: no channels, no log, no faults."""
        self._control.post("/simulator/reset", {})
        self._taken.clear()

    def keep(self, name: str = "kept") -> None:
        """Keep the present state, to be restored."""
        self._control.post("/simulator/snapshots", {"name": name})

    def restore(self, name: str = "kept") -> None:
        """Go back to a state that was kept; logs are empty then."""
        self._control.post(f"/simulator/snapshots/{name}/restore", {})
        self._taken.clear()

    def _accounts(self, document: Mapping[str, Any]) -> tuple[Account, ...]:
        application = str(document["applications"][0]["name"])
        return tuple(account_of(one, application, self._control) for one in document["accounts"])

    def _deliveries(self, **query: Any) -> tuple[Delivery, ...]:
        found = self._control.get("/simulator/deliveries", **query)["deliveries"]
        return tuple(record(Delivery, one) for one in found)

    def _requests(self, **query: Any) -> tuple[Request, ...]:
        return tuple(record(Request, one) for one in self._control.get("/simulator/requests", **query)["requests"])


@dataclass(frozen=True, slots=True)
class Handler:
    """An application's handler of notifications, with a channel open to it."""

    url: str
    channel_id: str
    _world: World = field(repr=False)

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """What was sent there."""
        return tuple(one for one in self._world.deliveries if one.channel_id == self.channel_id)

    def wait_for_delivery(
        self,
        type: str | None = None,  # noqa: A002 - Cronofy's word
        *,
        status: int | None = None,
        timeout_s: float = LIMIT_S,
    ) -> Delivery:
        """Return the oldest attempt that fits and was not returned before; see `World.wait_for_delivery`.

        Raises:
            AssertionError: there is none in time.
        """
        return self._world.wait_for_delivery(type, channel_id=self.channel_id, status=status, timeout_s=timeout_s)


def _missing(kind: str, wanted: Mapping[str, object], timeout_s: float, others: list[str]) -> str:
    conditions = ", ".join(f"{name} {value}" for name, value in wanted.items() if value is not None)
    known = ", ".join(others) if others else "none"
    return f"no {kind}{' with ' if conditions else ''}{conditions} in {timeout_s:g} s; there were: {known}"
