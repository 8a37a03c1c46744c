"""The parts of a run that make it ready, made but not started: its listener and its channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.listen.channels import ChannelCalls, RunChannel
from cronofy_cli.listen.tunnel import served_paths
from cronofy_cli.receiver.server import Listener, ListenerSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from cronofy_cli.listen.channels import VerificationWatch
    from cronofy_cli.listen.notes import RunNotes
    from cronofy_cli.listen.options import ListenOptions
    from cronofy_cli.listen.reporter import Reporter
    from cronofy_cli.listen.surroundings import Surroundings
    from cronofy_cli.receiver.server import ListenerCalls


@dataclass(frozen=True, slots=True)
class SessionParts:
    """Makes the parts for one account."""

    around: Surroundings
    options: ListenOptions
    reporter: Reporter

    def listener(self, path: str, calls: ListenerCalls) -> Listener:
        """Return what serves a path."""
        around, options = self.around, self.options
        settings = ListenerSettings(
            paths=served_paths(options.address.public_url, path),
            context=around.data_center,
            client_secrets=around.client_secrets,
            policy=options.policy,
            port=options.address.port,
            host=options.address.bind,
        )
        return Listener(settings, calls, around.open_history, around.clock)

    def channel(
        self,
        notes: RunNotes,
        watch: VerificationWatch,
        hold_signals: Callable[[], AbstractContextManager[object]],
    ) -> RunChannel:
        """Return the channel that is wanted; `watch` is one of the sinks of what arrives."""
        around, wanted = self.around, self.options.channel
        return RunChannel(
            ChannelCalls(around.api, calendar_ids=wanted.calendar_ids, only_managed=wanted.only_managed),
            notes,
            self.reporter,
            watch,
            options=around.chosen_options,
            hold_signals=hold_signals,
            cut=around.cut,
        )
