"""What a run writes into the journal before it happens, and cleaning up what an earlier run has left there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from cronofy_cli.adapters.journal import sweep
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cronofy_cli.adapters.journal import Journal
    from cronofy_cli.adapters.tunnels.processes import AgentProcess
    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.listen.reporter import Reporter


class RunNotes:
    """The run's record, from entering to leaving."""

    def __init__(
        self,
        journal: Journal,
        data_center: str,
        sub: str,
        reporter: Reporter,
        *,
        api_url: str = "",
        targets: tuple[str, ...] = (),
        started_at: str = "",
    ) -> None:
        """`api_url` and `targets` are what other runs of the same account are compared by."""
        self._journal = journal
        self._data_center = data_center
        self._sub = sub
        self._reporter = reporter
        self._api_url = api_url
        self._targets = targets
        self._started_at = started_at

    @property
    def run_id(self) -> str:
        """Which record it is."""
        return self._entry.run_id

    def __enter__(self) -> Self:
        self._entry = self._journal.begin(
            self._data_center, self._sub, api_url=self._api_url, targets=self._targets, started_at=self._started_at
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._entry.end()

    def note_callback_url(self, url: str) -> None:
        """A channel with this callback URL is about to be created."""
        self._entry.note_callback_url(url)

    def note_channel(self, channel_id: str) -> None:
        """It was created."""
        self._entry.note_channel(channel_id)

    def note_refused(self) -> None:
        """It was not created."""
        self._entry.note_refused()

    def note_closed(self, channel_id: str) -> None:
        """It was closed."""
        self._entry.note_closed(channel_id)

    def note_kept(self, channel_id: str, callback_url: str) -> None:
        """It stays open after the run, as if it had been created by hand."""
        self._journal.note_created(self._data_center, self._sub, channel_id, callback_url)
        self._entry.note_closed(channel_id)

    def note_agent(self, agent: AgentProcess) -> None:
        """A process was started for the tunnel. Called on the tunnel's thread, so it never raises."""
        try:
            self._entry.note_agent(agent)
        except CronofyError as error:
            self._reporter.trouble(error)


class KeptNotes(RunNotes):
    """Those of a run whose channel outlives it, in use by others: there is nothing to clean up."""

    def note_callback_url(self, url: str) -> None:
        """The channel stays."""

    def note_channel(self, channel_id: str) -> None:
        """The channel stays."""

    def note_refused(self) -> None:
        """There is none."""

    def note_closed(self, channel_id: str) -> None:
        """It is not in the record."""

    def note_kept(self, channel_id: str, callback_url: str) -> None:
        """It belongs to no run of this machine."""


def sweep_left_overs(
    journal: Journal,
    data_center: str,
    sub: str,
    reporter: Reporter,
    *,
    list_channels: Callable[[], Iterable[Channel]],
    close_channel: Callable[[str], None],
) -> None:
    """Close the channels and end the agents that runs of ours left behind when they were killed."""
    try:
        swept = sweep(journal, data_center, sub, list_channels, close_channel)
    except CronofyError as error:
        # A new run is not kept from starting; the next one tries again.
        reporter.trouble(error)
        return
    for channel_id in swept.closed:
        reporter.tick("swept", f"{channel_id}, left behind by a run that was killed")
    for agent in swept.agents:
        reporter.tick("swept", f"the {agent.name} process {agent.pid}, left behind by a run that was killed")
