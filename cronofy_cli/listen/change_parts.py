"""The parts of a run that read changes, made but not started."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from cronofy_cli.listen.changes.baseline import Baseline
from cronofy_cli.listen.changes.catch_up import CatchUp, Reconstruction
from cronofy_cli.listen.changes.change_detector import ChangeDetector
from cronofy_cli.listen.changes.read_request import everything_query
from cronofy_cli.listen.changes.reader import ChangeReader, event_pages, read_pages
from cronofy_cli.listen.changes.recorder import ChangeRecorder
from cronofy_cli.listen.earlier_runs import last_good, reported_events

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cronofy_cli.adapters.history import TargetsOf
    from cronofy_cli.adapters.worker import OnFailed
    from cronofy_cli.core.accounts.calendars import UserInfo
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.listen.changes.read_request import ChangeRead
    from cronofy_cli.listen.options import ListenOptions
    from cronofy_cli.listen.reporter import Reporter
    from cronofy_cli.listen.surroundings import Surroundings

FALLBACK_TZID = "Etc/UTC"


@dataclass(frozen=True, slots=True)
class ChangeParts:
    """Makes the parts for one account."""

    around: Surroundings
    options: ListenOptions
    account: UserInfo
    reporter: Reporter
    on_failed: OnFailed
    is_shared: bool
    """Whether others receive for the account too: what they have reported is known, what was missed is recorded."""

    @property
    def tzid(self) -> str:
        """The account's time zone."""
        return self.account.zoneinfo or FALLBACK_TZID

    def reader(
        self,
        show: Callable[[ChangeRead], None],
        calendar_names: Mapping[str, str],
        hand_on: Sequence[Callable[[Sequence[Delivery]], None]],
        targets_of: TargetsOf,
    ) -> ChangeReader:
        """Return what reads the events behind changes, and has `show` print them.

        `hand_on` and `targets_of` forward what was missed, if that is asked for.
        """
        around, trouble = self.around, self.reporter.trouble
        return ChangeReader(
            partial(read_pages, around.api, self.tzid),
            ChangeDetector(partial(around.open_event_cache, self.account.sub), trouble),
            ChangeRecorder(
                around.open_history,
                show,
                trouble,
                hand_on if self.options.forward_reconstructed else (),
                calendar_names,
                targets_of,
                clock=around.clock,
                keeps_missed=self.is_shared,
            ),
            self.reporter,
            self.on_failed,
            options=around.chosen_options,
        )

    def baseline(self, since: str | None) -> Baseline:
        """Return what reads the events that are there before the channel is: later changes are compared with them."""
        around, channel = self.around, self.options.channel
        query = everything_query(channel.calendar_ids, channel.only_managed, self.tzid)
        return Baseline(
            partial(event_pages, around.api, query),
            partial(around.open_event_cache, self.account.sub),
            self.reporter.remark,
            self.on_failed,
            changed_before=since or last_good(around, self.account.sub),
            reported=partial(reported_events, around, self.account.sub) if self.is_shared else None,
        )

    def catch_up(self, reader: ChangeReader) -> CatchUp:
        """Return what has the reader read what may have been missed."""
        around = self.around
        made_up = Reconstruction(around.client_secrets, around.data_center, around.clock)
        return CatchUp(reader, made_up.delivery, self.options.chosen.wants)
