"""How a run gets its public address, and what an earlier run left behind is cleaned up."""

from __future__ import annotations

from queue import SimpleQueue
from typing import TYPE_CHECKING

from cronofy_cli.adapters.journal import Journal, sweep
from cronofy_cli.adapters.paths import data_folder
from cronofy_cli.adapters.tunnels.choose import TunnelChoice, TunnelOptions, choose_tunnel
from cronofy_cli.adapters.tunnels.interface import TunnelEvent, TunnelEventKind
from cronofy_cli.listener.address import PublicAddress

if TYPE_CHECKING:
    from cronofy_cli.adapters.journal import JournalEntry
    from cronofy_cli.commands.receiving import Wishes
    from cronofy_cli.context import AppContext
    from cronofy_cli.listener.channel_calls import ChannelCalls
    from cronofy_cli.listener.session import SessionPlan
    from cronofy_cli.output.live import LiveOutput


class AddressOpening:
    """Chooses the tunnel of a run, and takes note of what happens to it."""

    def __init__(self, context: AppContext, wishes: Wishes, entry: JournalEntry) -> None:
        self._context = context
        self._wishes = wishes
        self._entry = entry
        self.events: SimpleQueue[TunnelEvent] = SimpleQueue()
        """What the watchdog should know."""

    def address(self, plan: SessionPlan, query: str) -> PublicAddress:
        """Return the public address of the run, not open yet.

        Raises:
            WrongUsage: an option is missing.
            Unreachable: no tunnel can be opened on this machine.
        """
        must_be_public = not self._context.is_simulator and self._context.data_center.is_real
        tunnel = choose_tunnel(self._choice(must_be_public=must_be_public), self._options(), self._on_event)
        return PublicAddress(tunnel, plan.path, query=query, must_be_public=must_be_public)

    def _choice(self, *, must_be_public: bool) -> TunnelChoice:
        if self._wishes.public_url is not None:
            return TunnelChoice.URL
        if self._wishes.tunnel is TunnelChoice.AUTO and not must_be_public:
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
        if event.kind is TunnelEventKind.AGENT_STARTED and event.agent is not None:
            self._entry.note_agent(event.agent)
        else:
            self.events.put(event)


def sweep_left_overs(journal: Journal, context: AppContext, sub: str, calls: ChannelCalls, live: LiveOutput) -> None:
    """Close the channels and end the agents that runs of ours left behind when they were killed."""
    swept = sweep(journal, context.data_center.name, sub, calls.list_open, calls.close)
    for channel_id in swept.closed:
        live.tick("swept", f"{channel_id}, left behind by a run that was killed")
    for agent in swept.agents:
        live.tick("swept", f"the {agent.name} process {agent.pid}, left behind by a run that was killed")
