"""What Cronofy says of the account: whose the token is, its channels, and how far the clocks are apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from cronofy_cli.core.background import BackgroundTask
from cronofy_cli.core.times import parse_http_date

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.adapters.api.exchanges import Exchange
    from cronofy_cli.core.accounts.calendars import UserInfo
    from cronofy_cli.core.accounts.data_centers import DataCenter
    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.errors import CronofyError

T = TypeVar("T")
OpenClient = Callable[[Callable[["Exchange"], None]], "ApiClient"]
"""Makes a client that reports its exchanges. Whoever gave the function closes the clients."""
_HALF_A_SECOND: Final = timedelta(seconds=0.5)
"""A Date header has whole seconds, rounded down."""


@dataclass(frozen=True, slots=True)
class Place:
    """The data center that is configured, and what configured it."""

    data_center: DataCenter
    origin: str
    """Such as `--data-center` or a variable's name."""

    @property
    def sign_in_command(self) -> str:
        """What signs in there."""
        return f"cronofy auth login --data-center {self.data_center.name}"


class ExchangeObserver:
    """Remembers the last status of each path, and the clock difference at the last response with a date."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._statuses: dict[str, int | None] = {}
        self.ahead_s: float | None = None
        """By how much this machine's clock is ahead of Cronofy's; None as long as no response had a date."""

    def __call__(self, exchange: Exchange) -> None:
        """Take note of a response."""
        self._statuses[urlsplit(exchange.url).path] = exchange.status
        dates = (value for name, value in exchange.answer_headers if name.lower() == "date")
        sent = parse_http_date(next(dates, ""))
        if sent is not None:
            # The server wrote its date about half-way through the exchange.
            middle = self._clock() - timedelta(milliseconds=exchange.elapsed_ms / 2)
            self.ahead_s = (middle - sent - _HALF_A_SECOND).total_seconds()

    def status_of(self, path: str) -> int | None:
        """Return the status of the last response to a path, or to one that ends with it."""
        return next((status for known, status in self._statuses.items() if known.endswith(path)), None)


class AccountReader:
    """Asks with one token, each question in the background and within a limit."""

    def __init__(self, open_client: OpenClient, clock: Callable[[], datetime], limit_s: float) -> None:
        """`limit_s` includes retries."""
        self.observer = ExchangeObserver(clock)
        self._client = open_client(self.observer)
        self._limit_s = limit_s

    def ask(self, question: Callable[[ApiClient], T]) -> BackgroundTask[T]:
        """Begin to ask something."""
        return BackgroundTask(lambda: question(self._client), "Cronofy", self._limit_s)

    def userinfo(self) -> UserInfo | CronofyError:
        """Ask whose account it is. This comes first: it may renew the token, and says what time it is at Cronofy."""
        from cronofy_cli.adapters.api import endpoints

        return self.ask(endpoints.userinfo).result()

    def channels(self) -> BackgroundTask[tuple[Channel, ...]]:
        """Begin to ask which channels are open."""
        from cronofy_cli.adapters.api import endpoints

        return self.ask(endpoints.list_channels)
