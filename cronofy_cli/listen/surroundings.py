"""What a run of `listen`, `wait` or `demo` is given to work with by its command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.adapters.history import open_history

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.adapters.deadline import Deadline
    from cronofy_cli.adapters.event_cache import EventCache
    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.history_place import HistoryPlace
    from cronofy_cli.core.accounts.foreign_secrets import ForeignSecrets
    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.listen.live.screen import LiveScreen
    from cronofy_cli.output.streams import Output


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run is given to work with."""

    api: ApiClient
    data_center: str
    """As the history and the journal call it."""
    must_be_public: bool
    """Whether Cronofy reaches only addresses that are open to the internet."""
    environment: Mapping[str, str]
    history: HistoryPlace
    """Where the deliveries are."""
    output: Output
    client_secrets: tuple[ClientSecret, ...]
    published_secret: str | None
    """The client secret that every simulator has unless it was given one: an application has to know it."""
    find_other_secrets: Callable[[], ForeignSecrets]
    """Finds client secrets that are not in use here, but may have signed."""
    calendar_names: Callable[[], Mapping[str, str]]
    """Asks for the names of the account's calendars, by id."""
    open_event_cache: Callable[[str], EventCache]
    """Opens the cache of an account's events, by its `sub`."""
    chosen_options: tuple[str, ...]
    """Those that chose context and data center, for commands to be typed."""
    clock: Callable[[], datetime]
    screen: LiveScreen | None = None
    """The status line and the keys, where a person watches."""
    deadline: Deadline | None = None
    """By when the run has to be over; closing the channel comes after it."""

    def cut(self, limit_s: float) -> float:
        """Return a limit that is no longer than the time that is left."""
        return limit_s if self.deadline is None else self.deadline.cut(limit_s)

    def open_history(self) -> History:
        """Open the store of deliveries, for one thread."""
        return open_history(self.history)

    def newest_delivery_id(self) -> int:
        """Return the number of the newest delivery that is recorded; 0 if there is none."""
        with self.open_history() as history:
            return history.newest_id()

    def open_history_for_results(self) -> History:
        """Open it for one thread that writes what need not survive a power cut."""
        return open_history(self.history, survives_power_cut=False)
