"""What the inspector is given by its command: what it may use, and whom it asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.adapters.event_cache import events_around
from cronofy_cli.adapters.history import open_history

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date, datetime

    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.history_place import HistoryPlace
    from cronofy_cli.core.accounts.foreign_secrets import ForeignSecrets
    from cronofy_cli.core.signature import ClientSecret


@dataclass(frozen=True, slots=True)
class Around:
    """Everything that is not the inspector's own. The functions may be called on any thread."""

    history: HistoryPlace
    environment: Mapping[str, str]
    data_center: str
    account: str
    """Whose it is, for people; empty when nothing is signed in."""
    tzid: str
    now: Callable[[], datetime]
    """Now, in the zone of who looks."""
    client_secrets: Callable[[], Sequence[ClientSecret]]
    """Those to sign with.

    Raises:
        CronofyError: there are none.
    """
    other_secrets: Callable[[Sequence[ClientSecret]], ForeignSecrets]
    """Those that may have signed besides."""
    why: Callable[[str], bytes]
    """The answer of `why` about a channel, as JSON.

    Raises:
        CronofyError: it cannot be asked.
    """

    def reading(self) -> History:
        """Open the history to read from it. What a burst has left is the listener's to move.

        Raises:
            HistoryUnavailable: it cannot be opened.
        """
        return open_history(self.history, read_only=True, settles=False)

    def events_around(self, event_uids: Collection[str], first: date, last: date, data_center: str) -> list[bytes]:
        """Return the events of a time as they were last seen, of the account that has one of `event_uids`."""
        return events_around(event_uids, first, last, data_center, self.environment)

    def writing(self) -> History:
        """Open the history to write what the user does.

        Raises:
            HistoryUnavailable: it cannot be opened.
        """
        return open_history(self.history)
