"""An agent of our own, started through pyngrok and guarded where pyngrok is not.

pyngrok's `startup_timeout` bounds nothing: it reads the agent's log line by line without a limit, so it works in a
thread of its own here, and the agent is ended when our limit is over, which ends the reading.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.tunnels.children import CAN_BECOME, END_LIMIT_S
from cronofy_cli.adapters.tunnels.interface import TunnelEvent, TunnelEventKind
from cronofy_cli.adapters.tunnels.ngrok.agent_log import AgentLog
from cronofy_cli.adapters.tunnels.ngrok.agent_process import PyngrokProcess
from cronofy_cli.adapters.tunnels.ngrok.codes import DIAGNOSE_HINT, explain_text
from cronofy_cli.adapters.tunnels.ngrok.configuration import write_private_configuration
from cronofy_cli.adapters.tunnels.ngrok.library import loopback_without_proxy, prepare_pyngrok
from cronofy_cli.adapters.tunnels.ngrok.local_api import Endpoint, EndpointWatch, LocalApi
from cronofy_cli.adapters.tunnels.ngrok.redaction import Redactor
from cronofy_cli.adapters.tunnels.ngrok.work_folder import WorkFolder
from cronofy_cli.adapters.tunnels.processes import identify_child
from cronofy_cli.errors import CronofyError, NotFound, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyngrok.conf import PyngrokConfig

    from cronofy_cli.adapters.tunnels.ngrok.agents import InstalledAgent
    from cronofy_cli.adapters.tunnels.ngrok.configuration import OwnConfiguration, Token

START_POLL_S: Final = 0.01
WATCH_POLL_S: Final = 0.2
LOOK_EVERY_S: Final = 0.5
REQUEST_LIMIT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class AgentPlan:
    """Which agent to start, and with what."""

    agent: InstalledAgent
    configuration: OwnConfiguration
    token: Token | None
    url: str | None
    """The public address to ask for; None leaves it to the account."""
    folder: Path
    limit_s: float


class OwnAgent:
    """One agent process and its one endpoint. A new one is made for each start.

    One thread, the keeper, starts the agent and stays as long as it: the kernel ends the agent with that thread.
    """

    def __init__(self, plan: AgentPlan, name: str, on_event: Callable[[TunnelEvent], None]) -> None:
        prepare_pyngrok()
        self._plan = plan
        self._name = name
        self._emit = on_event
        token = plan.token.value if plan.token else None
        self._redact = Redactor([token, *plan.configuration.secrets])
        self._events: queue.SimpleQueue[TunnelEvent | None] = queue.SimpleQueue()
        self._log = AgentLog(self._redact, self._on_session)
        self._work = WorkFolder(plan.folder)
        self._path = self._work.launcher(plan.agent.path)
        self._process = PyngrokProcess(self._path)
        self._keeper = threading.Thread(target=self._keep, name="keep ngrok", daemon=True)
        self._connected = threading.Event()
        self._closing = threading.Event()
        self._ended = threading.Event()
        self._failure: Exception | None = None
        self._api: LocalApi | None = None
        self._watch: EndpointWatch | None = None
        self._port = 0

    @property
    def public_url(self) -> str | None:
        """The endpoint's address."""
        return self._watch.public_url if self._watch is not None and self.is_alive() else None

    def open(self, port: int) -> str:
        """Start the agent and lead an address to `port`.

        Raises:
            CronofyError: the agent or ngrok refuses, or the limit is over.
        """
        self._port = port
        try:
            write_private_configuration(
                self._work.configuration, self._plan.agent, self._plan.configuration, self._plan.token
            )
            with self._work.errors_apart():
                self._keeper.start()
                self._await_connection()
            return self._address()
        except BaseException:  # an interrupt too must leave no agent
            self.close()
            raise

    def is_alive(self) -> bool:
        """Whether the agent runs with our endpoint."""
        return (
            self._watch is not None
            and not self._closing.is_set()
            and not self._ended.is_set()
            and self._process.is_running()
            and self._keeper.is_alive()
        )

    def close(self) -> None:
        """End the agent and remove its files."""
        self._closing.set()
        self._events.put(None)  # wakes the keeper
        self._process.find()
        self._process.end()
        if self._keeper.ident is not None and threading.current_thread() is not self._keeper:
            self._keeper.join(END_LIMIT_S)
        self._process.release()
        if self._api is not None:
            self._api.close()
        self._work.remove()

    def _await_connection(self) -> None:
        deadline = time.monotonic() + self._plan.limit_s
        announced = False
        while not self._connected.wait(START_POLL_S):
            if not announced and self._process.find():
                announced = True
                self._announce()
            if time.monotonic() > deadline:
                raise self._too_late()
        if not announced and self._process.find():
            self._announce()

    def _announce(self) -> None:
        pid = self._process.pid
        agent = identify_child(pid, self._plan.agent.path.name) if pid is not None else None
        if agent is not None:
            self._emit(TunnelEvent(TunnelEventKind.AGENT_STARTED, agent=agent))

    def _address(self) -> str:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise self._explain(failure)
        self._work.forget_token()
        assert self._watch is not None
        return self._watch.public_url

    def _too_late(self) -> CronofyError:
        if self._log.last_error:
            return explain_text(self._log.last_error, self._redact)
        return Unreachable(
            f"the ngrok agent was not ready within {self._plan.limit_s:.0f} s, and does not say why", hint=DIAGNOSE_HINT
        )

    def _explain(self, failure: Exception) -> CronofyError:
        """Put what pyngrok raised, or the agent's last words, into one of our errors.

        An HTTP error's code stands only in its body: pyngrok does not look for it there.
        """
        from pyngrok.exception import PyngrokError

        if isinstance(failure, CronofyError):
            return failure
        if isinstance(failure, PyngrokError):
            text = getattr(failure, "body", "") or getattr(failure, "ngrok_error", "") or self._log.last_error
            return explain_text(text or self._work.errors() or str(failure), self._redact)
        if isinstance(failure, OSError | HTTPException | ValueError):
            reason = getattr(failure, "strerror", None) or type(failure).__name__
            return Unreachable(f"the ngrok agent {self._plan.agent.path} cannot be used: {reason}", hint=DIAGNOSE_HINT)
        raise failure

    def _keep(self) -> None:
        try:
            self._connect()
        except Exception as error:  # noqa: BLE001 - a thread's border: open() raises it, or explains it
            self._failure = error
        self._connected.set()
        if self._failure is None:
            self._stay()

    def _connect(self) -> None:
        from pyngrok import ngrok

        options = {}
        has_endpoints = self._plan.agent.has_endpoints
        if self._plan.url:
            options = {"url": self._plan.url} if has_endpoints else {"domain": self._plan.url.partition("//")[2]}
        with loopback_without_proxy():
            # An address with a host, or the agent would try ::1 as well, where nothing listens.
            target = f"http://127.0.0.1:{self._port}"
            tunnel = ngrok.connect(
                target, name=self._name, pyngrok_config=self._pyngrok_config(), inspect=False, **options
            )
        self._process.find()
        self._api = LocalApi(tunnel.api_url or "", self._redact)
        kind = "endpoints" if has_endpoints else "tunnels"
        address = (tunnel.public_url or "").rstrip("/")
        self._watch = EndpointWatch(self._api, Endpoint(f"/api/{kind}/{self._name}", address), self._emit)

    def _pyngrok_config(self) -> PyngrokConfig:
        from pyngrok.conf import PyngrokConfig

        config = PyngrokConfig(
            ngrok_path=str(self._path),
            config_path=str(self._work.configuration),
            config_version="3" if self._plan.agent.has_endpoints else "2",
            startup_timeout=int(self._plan.limit_s) + 5,  # ours comes first
            request_timeout=REQUEST_LIMIT_S,
            monitor_thread=True,  # or the agent's full output pipe stops it
            log_event_callback=self._log,
            start_new_session=CAN_BECOME,  # Ctrl-C is for us: the channel is closed first
        )
        # The constructor took it from the environment, and pyngrok would put it on the command line.
        config.auth_token = None
        return config

    def _stay(self) -> None:
        """Tell what happens until the agent ends, or loses our endpoint."""
        assert self._watch is not None
        looked = time.monotonic()
        while not self._closing.is_set() and self._process.is_running():
            with contextlib.suppress(queue.Empty):
                if event := self._events.get(timeout=WATCH_POLL_S):
                    self._emit(event)
            if time.monotonic() - looked > LOOK_EVERY_S:
                looked = time.monotonic()
                if not self._has_endpoint(self._watch):
                    break
        self._ended.set()
        if not self._closing.is_set():
            self._emit(TunnelEvent(TunnelEventKind.AGENT_ENDED, self._last_words()))

    def _has_endpoint(self, watch: EndpointWatch) -> bool:
        try:
            watch.look()
        except NotFound:
            return False
        except CronofyError:
            return True  # busy, or just ending: the process tells
        return True

    def _last_words(self) -> str:
        exit_code = self._process.exit_code
        what = "no longer has the endpoint" if exit_code is None else f"ended with exit code {exit_code}"
        said = f": {self._log.last_error}" if self._log.last_error else ""
        return f"the ngrok agent {what}{said}"

    def _on_session(self, is_connected: bool, detail: str) -> None:
        kind = TunnelEventKind.SESSION_BACK if is_connected else TunnelEventKind.SESSION_LOST
        self._events.put(TunnelEvent(kind, detail))
