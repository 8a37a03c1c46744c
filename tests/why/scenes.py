"""A machine with a simulator, and what can stand at the end of its notifications' way."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.journal import Journal, JournalEntry, RunRecord
from cronofy_cli.adapters.simulator.running import RunningSimulator, announce
from cronofy_cli.adapters.tunnels.processes import AgentProcess
from cronofy_cli.core.notifications.channels import parse_channel
from cronofy_cli.core.signature import ClientSecret
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.listen.changes.catch_up import Reconstruction
from cronofy_cli.receiver.server import Listener, ListenerCalls, ListenerSettings
from cronofy_cli.simulator.world.seed import ACCOUNT_ID
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, SimulatorSettings
from tests.adapters.callback_probe.tls_servers import make_authorities
from tests.in_process import run_main
from tests.ports import free_port
from tests.receiver.receiving import running as running_listener
from tests.simulator.receiver import receiving
from tests.simulator.running import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from cronofy_cli.adapters.history import History
    from tests.adapters.callback_probe.tls_servers import Authorities
    from tests.simulator.receiver import Receiver
    from tests.simulator.running import Running
    from tests.support import Cli, Result

PATH = "/r/aUnguessablePath_22-ch"
GONE = AgentProcess(4194305, "0", "python")
"""A process that no system has."""
OURS = ClientSecret("simulator", CLIENT_SECRET)
DAY_S = 86400.0


class Scene:
    """What a test sets up, and the question in the end."""

    def __init__(self, cli: Cli, simulator: Running, stack: ExitStack, wait_until: Callable[..., None]) -> None:
        self.cli = cli
        self.simulator = simulator
        self.wait_until = wait_until
        self._stack = stack
        self.journal = Journal(cli.environment)
        self._listener: Listener | None = None

    def enter(self, manager: AbstractContextManager[Any]) -> Any:
        """Keep something until the test ends."""
        return self._stack.enter_context(manager)

    def cronofy(self, *arguments: str | Path, terminal: bool = False) -> Result:
        """Run a command."""
        return run_main(self.cli, *arguments, terminal=terminal)

    def why(self, *arguments: str) -> Response:
        """Ask, as a program does."""
        return Response(self.cronofy("why", "--json", *arguments))

    # Handlers.

    def handler(self, *statuses: int) -> Receiver:
        """Serve an application's handler; the last status is answered for ever."""
        receiver: Receiver = self.enter(receiving())
        receiver.statuses = [*statuses[:-1], *(statuses[-1:] * 50)]
        return receiver

    def authorities(self) -> Authorities:
        """Make authorities that this machine trusts, and no other."""
        authorities = make_authorities(self.cli.folder)
        self.cli.environment["SSL_CERT_FILE"] = str(authorities.root_file)
        # The simulator serves in the test's own process.
        self.enter(patch.dict(os.environ, {"SSL_CERT_FILE": str(authorities.root_file)}))
        return authorities

    def listener(self, secrets: Sequence[ClientSecret] = (OURS,), *, context: str = "simulator") -> str:
        """Run a listener of this tool that records here, and return its callback URL."""
        self._listener = listener = self.enter(_listening(self.cli, secrets, context))
        return f"http://127.0.0.1:{listener.port}{PATH}"

    def listened(self, secrets: Sequence[ClientSecret] = (OURS,)) -> str:
        """Run a listener with a channel of its own, wait for the verification, and return the channel's id."""
        url = self.listener(secrets)
        channel_id = self.channel(url)
        self.run_of(url, channel_id, is_live=True)
        self.await_attempts(1)
        return channel_id

    def listen_again(self, secrets: Sequence[ClientSecret]) -> None:
        """Have a listener in the place of the one that runs, on its port, with other secrets."""
        assert self._listener is not None
        port = self._listener.port
        self._listener.stop()
        self._listener = self.enter(_listening(self.cli, secrets, "simulator", port))

    # What is open and known.

    def channel(self, callback_url: str, **filters: object) -> str:
        """Open a channel as an application does, and return its id."""
        return str(self.simulator.open_channel(callback_url, **filters)["channel_id"])

    def run_of(self, callback_url: str, channel_id: str, *, is_live: bool, sub: str = ACCOUNT_ID) -> None:
        """Note in the journal that a listener opened a channel; it is this process, or one that is gone."""
        if is_live:
            entry = self.journal.begin("simulator", sub)
        else:
            entry = JournalEntry(self.cli.data / "runs", RunRecord("gone", GONE, "simulator", sub))
        entry.note_callback_url(callback_url)
        entry.note_channel(channel_id)

    def closed_address(self) -> str:
        """Return an address on which nothing listens."""
        return f"http://127.0.0.1:{free_port()}/hook"

    # What happens.

    def act(self, provider: str, act: str, **details: object) -> None:
        """Let something happen to a profile."""
        profiles = self.simulator.get("/v1/profiles")["profiles"]
        profile_id = next(each["profile_id"] for each in profiles if each["provider_name"] == provider)
        self.simulator.request("POST", f"/simulator/profiles/{profile_id}/{act}", json=details)

    def edit(self, event_uid: str, **details: object) -> None:
        """Change an event as its owner does."""
        self.simulator.request("PATCH", f"/simulator/events/{event_uid}", json=details)

    def make_up_notification(self, channel_id: str) -> None:
        """Keep a made-up `change` of the last hour, as `listen --forward-reconstructed` does."""
        document = next(
            each for each in self.simulator.get("/v1/channels")["channels"] if each["channel_id"] == channel_id
        )
        now = datetime.now(UTC)
        made_up = Reconstruction([OURS], "simulator", lambda: now).delivery(
            parse_channel(json.dumps(document).encode()), to_utc_seconds(now - timedelta(hours=1))
        )
        with open_history(self.cli.data / "deliveries.db") as history:
            history.record([made_up], are_reconstructed=True)

    def advance(self, seconds: float) -> None:
        """Turn the simulator's clock."""
        self.simulator.request("POST", "/simulator/clock", json={"advance_s": seconds})

    def remove_calendar(self, name: str) -> None:
        """Delete a calendar at its provider."""
        self.simulator.request("DELETE", f"/simulator/calendars/{self.simulator.calendar_id(name)}")

    def await_attempts(self, count: int) -> None:
        """Wait until so many deliveries were tried."""
        self.wait_until(lambda: len(self.simulator.get("/simulator/deliveries")["deliveries"]) >= count)

    def await_forwards(self, count: int) -> None:
        """Wait until so many forwards are in the history: a listener prints them before it keeps them."""
        with self.history() as history:
            self.wait_until(lambda: sum(len(history.forwards.of(each.id or 0)) for each in history.latest(10)) >= count)

    def saved(self, content: bytes) -> Path:
        """Return a file with this content."""
        path = self.cli.folder / "saved"
        path.write_bytes(content)
        return path

    def history(self) -> AbstractContextManager[History]:
        """Open the history of this machine, to read."""
        return open_history(self.cli.data / "deliveries.db", read_only=True)


class Response:
    """What `why --json` said."""

    def __init__(self, result: Result) -> None:
        self.exit_code = result.exit_code
        self.document: dict[str, Any] = json.loads(result.stdout)
        self.stderr = result.stderr

    @property
    def codes(self) -> list[str]:
        """The codes of the causes, in their order."""
        return [cause["code"] for cause in self.document["causes"]]

    @property
    def first(self) -> dict[str, Any]:
        """The likeliest cause."""
        cause: dict[str, Any] = self.document["causes"][0]
        return cause

    def finding(self, what: str) -> str:
        """What was found where something was looked at."""
        return next(str(each["finding"]) for each in self.document["checked"] if each["what"] == what)

    @property
    def unseen(self) -> list[str]:
        """What could not be looked at."""
        return [each["what"] for each in self.document["not_checked"]]


@contextmanager
def scene_of(cli: Cli, wait_until: Callable[..., None], **choices: Any) -> Iterator[Scene]:
    """Set a scene up: a simulator that is every command's data center."""
    settings = SimulatorSettings(port=0, coalesce_window_s=0.02, **choices)
    with ExitStack() as stack:
        simulator = stack.enter_context(running(settings))
        announce(
            RunningSimulator(simulator.url, CLIENT_ID, settings.client_secrets, ACCESS_TOKEN, os.getpid()),
            cli.environment,
        )
        cli.environment |= {"CRONOFY_DATA_CENTER": "simulator", "CRONOFY_NO_KEYRING": "1"}
        yield Scene(cli, simulator, stack, wait_until)


@contextmanager
def _listening(cli: Cli, secrets: Sequence[ClientSecret], context: str, port: int = 0) -> Iterator[Listener]:
    listener = Listener(
        ListenerSettings((PATH,), context, tuple(secrets), port=port),
        ListenerCalls(_take_no_note, _take_no_note, _take_no_note),
        lambda: open_history(cli.data / "deliveries.db"),
        lambda: datetime.now(UTC),
    )
    with running_listener(listener):
        yield listener


def _take_no_note(_what: object) -> None:
    """What is recorded is read from the history."""
