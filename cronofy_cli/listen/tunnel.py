"""How a run gets its public address, and what an earlier run left behind is cleaned up."""

from __future__ import annotations

from queue import SimpleQueue
from typing import TYPE_CHECKING, Self

from cronofy_cli.adapters.journal import sweep
from cronofy_cli.adapters.paths import data_folder
from cronofy_cli.adapters.tunnels.choose import choose_tunnel
from cronofy_cli.adapters.tunnels.interface import TunnelEventKind, TunnelOptions
from cronofy_cli.core.tunnels import TunnelChoice
from cronofy_cli.errors import CronofyError
from cronofy_cli.listen.public_address import PublicAddress

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.journal import Journal
    from cronofy_cli.adapters.tunnels.interface import TunnelEvent
    from cronofy_cli.adapters.tunnels.processes import AgentProcess
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.listen.channels import ChannelCalls
    from cronofy_cli.listen.run import Wishes
    from cronofy_cli.listen.view import LiveOutput


class AddressOpening:
    """Chooses the tunnel of a run, before anything else is done, and takes note of what happens to it."""

    def __init__(self, context: AppContext, wishes: Wishes) -> None:
        """Choose it.

        Raises:
            WrongUsage: an option is missing.
            Unreachable: no tunnel can be opened on this machine.
        """
        self._context = context
        self._wishes = wishes
        self._note_agent: Callable[[AgentProcess], None] | None = None
        self.events: SimpleQueue[TunnelEvent] = SimpleQueue()
        """What the watchdog should know."""
        self._must_be_public = not context.is_simulator and context.data_center.is_real
        self._tunnel = choose_tunnel(self._choice(), self._options(), self._on_event)

    def address(self, path: str, query: str, note_agent: Callable[[AgentProcess], None]) -> PublicAddress:
        """Return the public address of the run, not open yet. `note_agent` hears of processes that are started."""
        self._note_agent = note_agent
        return PublicAddress(self._tunnel, path, query=query, must_be_public=self._must_be_public)

    def _choice(self) -> TunnelChoice:
        if self._wishes.public_url is not None:
            return TunnelChoice.URL
        if self._wishes.tunnel is TunnelChoice.AUTO and not self._must_be_public:
            # A simulator delivers to this machine itself.
            return TunnelChoice.NONE
        return self._wishes.tunnel

    def _options(self) -> TunnelOptions:
        from cronofy_cli.adapters.tunnels.ngrok.token import read_token

        environment = self._context.environment
        return TunnelOptions(
            environment=environment,
            data_folder=data_folder(environment),
            ngrok_token=lambda: read_token(environment),
            domain=self._wishes.domain,
            public_url=self._wishes.public_url,
            ssh_host=self._wishes.ssh_host,
        )

    def _on_event(self, event: TunnelEvent) -> None:
        if event.kind is TunnelEventKind.AGENT_STARTED:
            if event.agent is not None and self._note_agent is not None:
                self._note_agent(event.agent)
        else:
            self.events.put(event)


class RunNotes:
    """What a run writes into the journal. An agent's note comes from the tunnel's thread, so it never raises."""

    def __init__(
        self, journal: Journal, data_center: str, sub: str, on_trouble: Callable[[CronofyError], None]
    ) -> None:
        self._journal = journal
        self._data_center = data_center
        self._sub = sub
        self._on_trouble = on_trouble
        self._entry = journal.begin(data_center, sub)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """The run is over."""
        self._entry.end()

    def note_callback_url(self, url: str) -> None:
        """A channel with this callback URL is about to be created."""
        self._entry.note_callback_url(url)

    def note_channel(self, channel_id: str) -> None:
        """It was created."""
        self._entry.note_channel(channel_id)

    def note_closed(self, channel_id: str) -> None:
        """It was closed."""
        self._entry.note_closed(channel_id)

    def note_kept(self, channel_id: str, callback_url: str) -> None:
        """It stays open after the run, as if it had been created by hand."""
        self._journal.note_created(self._data_center, self._sub, channel_id, callback_url)
        self._entry.note_closed(channel_id)

    def note_agent(self, agent: AgentProcess) -> None:
        """A process was started for the tunnel."""
        try:
            self._entry.note_agent(agent)
        except CronofyError as error:
            self._on_trouble(error)


def sweep_left_overs(journal: Journal, context: AppContext, sub: str, calls: ChannelCalls, live: LiveOutput) -> None:
    """Close the channels and end the agents that runs of ours left behind when they were killed."""
    try:
        swept = sweep(journal, context.data_center.name, sub, calls.list_open, calls.close)
    except CronofyError as error:
        # A new run is not kept from starting; the next one tries again.
        live.trouble(error)
        return
    for channel_id in swept.closed:
        live.tick("swept", f"{channel_id}, left behind by a run that was killed")
    for agent in swept.agents:
        live.tick("swept", f"the {agent.name} process {agent.pid}, left behind by a run that was killed")
