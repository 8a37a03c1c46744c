"""A listener among several for one address: standing by, leading, and a database that comes and goes meanwhile."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cronofy_cli.adapters.postgres import PostgresAddress
from cronofy_cli.core.health import Health
from cronofy_cli.core.print_style import PrintStyle
from cronofy_cli.errors import HistoryUnavailable, WorkerFailed
from cronofy_cli.listen.options import Address, ListenOptions
from cronofy_cli.listen.replica import POLL_S, Replica
from cronofy_cli.listen.stop import StopRequest
from tests.listen.patient import patient_client
from tests.open_files import open_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.errors import CronofyError
    from cronofy_cli.listen.replica import Lead
    from tests.postgres_server import PostgresServer

URL = "https://hooks.example.com"
LIMIT = 4000
"""Looks whether it can lead, 5 ms apart: another one's connection ends a moment after it was closed."""


class Enough(Exception):
    """Ends the waiting."""


class Process:
    """A replica, and what it says and serves."""

    def __init__(
        self, postgres_url: str, meanwhile: Callable[[int], None] = lambda _: None, *, health_port: int | None = None
    ) -> None:
        options = ListenOptions(PrintStyle.COMPACT, address=Address(public_url=URL), health_port=health_port)
        around: Any = SimpleNamespace(clock=lambda: datetime.now(UTC))
        self.stop = StopRequest()
        self.replica = Replica(PostgresAddress.parse(postgres_url), options, around, self.stop)
        self.said: list[str] = []
        self.troubles: list[str] = []
        self.served: list[str] = []
        self.pauses: list[float] = []
        self._meanwhile = meanwhile

    def lead(self) -> Lead:
        """Wait until it leads."""
        live: Any = SimpleNamespace(standing_by=self.said.append, trouble=self._trouble)
        parts: Any = SimpleNamespace(listener=self._listener)
        return self.replica.lead("https://api.cronofy.com", "acc_1", parts, live, self._trouble, self._sleep)

    def _trouble(self, error: CronofyError) -> None:
        self.troubles.append(error.message)

    def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        assert len(self.pauses) < LIMIT
        threading.Event().wait(0.005)
        self._meanwhile(len(self.pauses))

    def _listener(self, path: str, _calls: object) -> Any:
        self.served.append(path)
        return SimpleNamespace(
            start=lambda: self.served.append("start"), stop=lambda *_: self.served.append("stop"), port=1
        )


def test_one_after_the_other(postgres_url: str) -> None:
    """The second says once where it stands by, serves meanwhile, and leads when the first lets it; both by one path."""
    first = Process(postgres_url)
    with first.replica:
        lead = first.lead()

        def release_at_last(number: int) -> None:
            if number == 3:
                lead.release()

        second = Process(postgres_url, release_at_last)
        with second.replica:
            second.lead().release()
            assert second.served == [second.replica.path, "start"]
            second.lead().release()

    assert second.pauses[:3] == [POLL_S] * 3
    assert (first.said, second.said) == ([], [f"{URL}{first.replica.path}"])
    assert first.replica.path == second.replica.path
    assert second.served == [second.replica.path, "start", "stop"]
    assert second.troubles == []


def test_a_database_that_goes_and_comes(postgres_url: str, postgres_server: PostgresServer) -> None:
    """Away before anything is known of it, it is an error; later that is said once, and waited for."""

    def start_at_last(number: int) -> None:
        if number == 3:
            postgres_server.start()

    process = Process(postgres_url, start_at_last)
    postgres_server.stop()
    try:
        with pytest.raises(HistoryUnavailable):
            process.lead()
    finally:
        postgres_server.start()

    with process.replica:
        process.lead().release()
        postgres_server.stop()
        process.lead().release()

    [message] = process.troubles
    assert message.startswith("the history cannot be reached in PostgreSQL")
    assert process.pauses[:3] == [POLL_S] * 3


def test_one_that_is_interrupted(postgres_url: str) -> None:
    """Whoever ends while it stands by leaves no connection that might lead later."""

    def interrupt(_: int) -> None:
        raise Enough

    with Process(postgres_url).replica:
        lead = Process(postgres_url).lead()
        files = open_files()
        with pytest.raises(Enough) as caught:
            Process(postgres_url, interrupt).lead()
        assert open_files() <= files, caught.value
        lead.release()


def test_its_health(postgres_url: str) -> None:
    """It stands by until its door is open; once what it serves by is broken it is not ready, and the process ends."""
    process = Process(postgres_url)
    before = process.replica.health

    failure = WorkerFailed("the port is gone")
    process.replica._fail(failure)

    assert (before, process.replica.health) == (Health.STANDBY, Health.NOT_READY)
    with pytest.raises(WorkerFailed, match="the port is gone"):
        process.stop.wait(0)


def test_what_supervisors_ask() -> None:
    """One that stands by is alive and not to be sent anything; once a part has failed it is to be started again."""
    process = Process("postgresql://127.0.0.1:1/nobody", health_port=0)
    with process.replica:
        server = process.replica.health_server
        assert server is not None
        standing_by = [asked(server.url, path) for path in ("/healthz", "/livez")]
        process.replica._fail(WorkerFailed("the port is gone"))
        broken = [asked(server.url, path) for path in ("/healthz", "/livez")]
    with pytest.raises(httpx.ConnectError):
        asked(server.url, "/livez")

    assert standing_by == [(503, "standby"), (200, "")]
    assert broken == [(503, "not_ready"), (503, "")]


def asked(url: str, path: str) -> tuple[int, str]:
    """Return the status of a page, and how it says that it is."""
    with patient_client(url) as client:
        answer = client.get(url.replace("/healthz", path))
    return answer.status_code, answer.json()["health"] if answer.content else ""
