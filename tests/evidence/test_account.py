"""What an exchange with Cronofy shows besides its content."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.api.exchanges import Exchange
from cronofy_cli.core.accounts.calendars import UserInfo
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.errors import NotSignedIn, TimeLimitReached
from cronofy_cli.evidence.account import AccountReader, ExchangeObserver, Place
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.simulator.server import SimulatorServer

SENT = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def seen(date: str | None, here: datetime, duration_ms: float = 0) -> ExchangeObserver:
    """Return what is remembered of a response with that date."""
    headers = (("Content-Type", "application/json"),) if date is None else (("dATE", date),)
    observer = ExchangeObserver(lambda: here)
    observer(Exchange("GET", "https://api.cronofy.com/v1/userinfo?x=1", (), b"", duration_ms, 401, headers))
    return observer


def test_the_difference_is_that_of_the_middle_of_the_exchange() -> None:
    """A response that took four seconds was dated two seconds ago; a date's second is half over on average."""
    observer = seen("Sun, 22 Nov 2026 12:00:00 GMT", SENT + timedelta(seconds=42.5), duration_ms=4000)

    assert observer.ahead_s == pytest.approx(40)


@pytest.mark.parametrize("date", [None, "", "yesterday", "Sun, 99 Nov 2026 12:00:00 GMT"])
def test_without_a_date_nothing_is_known(date: str | None) -> None:
    """A response without a readable date says nothing of the clock."""
    assert seen(date, SENT).ahead_s is None


def test_the_status_of_a_path() -> None:
    """The last status of a path is known, whatever host, prefix and query it was asked with."""
    observer = seen(None, SENT)
    observer(Exchange("GET", "http://127.0.0.1:8765/cronofy/v1/channels", (), b"", 1, 503, ()))
    observer(Exchange("GET", "http://127.0.0.1:8765/cronofy/v1/channels", (), b"", 1, 402, ()))

    assert [observer.status_of(path) for path in ("/v1/userinfo", "/v1/channels", "/v1/events")] == [401, 402, None]


@pytest.fixture
def reader(simulator: SimulatorServer) -> Iterator[Callable[..., AccountReader]]:
    """Makes what asks the simulator."""
    with ExitStack() as stack:

        def made(token: str = ACCESS_TOKEN, limit_s: float = 60.0) -> AccountReader:
            return AccountReader(
                lambda observe: stack.enter_context(
                    ApiClient(data_center_at(simulator.url, name="simulator"), token, observe=observe)
                ),
                lambda: datetime.now(UTC),
                limit_s,
            )

        yield made


def test_what_is_asked(reader: Callable[..., AccountReader]) -> None:
    """Whose account it is and which channels are open are known, and what the responses show beside that."""
    asking = reader()

    account, channels = asking.userinfo(), asking.channels().result()

    assert isinstance(account, UserInfo)
    assert channels == ()
    assert [asking.observer.status_of(path) for path in ("/v1/userinfo", "/v1/channels")] == [200, 200]
    assert asking.observer.ahead_s is not None


def test_what_cannot_be_asked(reader: Callable[..., AccountReader]) -> None:
    """Why something is not known is the answer then, and no error."""
    asking = reader("wrong")

    assert isinstance(asking.userinfo(), NotSignedIn)
    assert isinstance(asking.channels().result(), NotSignedIn)
    assert asking.observer.status_of("/v1/userinfo") == 401


def test_a_question_that_is_not_answered(reader: Callable[..., AccountReader]) -> None:
    """It is waited for within the limit, and Cronofy is named."""
    is_over = threading.Event()
    asked = reader(limit_s=0.1).ask(lambda _: is_over.wait(60))

    found = asked.result()
    is_over.set()

    assert isinstance(found, TimeLimitReached)
    assert found.message == "Cronofy did not respond within 0.1 s"


def test_signing_in_there() -> None:
    """The command names the data center, whatever configured it."""
    place = Place(data_center_at("http://127.0.0.1:8765", name="simulator"), "CRONOFY_DATA_CENTER")

    assert place.sign_in_command == "cronofy auth login --data-center simulator"
