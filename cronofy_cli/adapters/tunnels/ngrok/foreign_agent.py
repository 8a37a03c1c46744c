"""An agent that somebody else runs on this machine: it is given one endpoint of ours, and otherwise left alone.

It is never ended. A second agent beside it could exceed what the account's plan allows.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.tunnels.children import END_LIMIT_S
from cronofy_cli.adapters.tunnels.interface import TunnelEvent, TunnelEventKind
from cronofy_cli.adapters.tunnels.ngrok.local_api import EndpointWatch, LocalApi
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.tunnels.ngrok.local_api import Endpoint

LOOK_EVERY_S: Final = 0.5


def find_foreign_agent(port: int, redact: Callable[[str], str]) -> LocalApi | None:
    """Return the API of an agent that already runs with its local API on `port`. The caller closes it."""
    api = LocalApi(f"http://127.0.0.1:{port}", redact)
    if api.is_agent():
        return api
    api.close()
    return None


class ForeignAgent:
    """One endpoint of ours in somebody else's agent. A new one is made for each start."""

    def __init__(self, api: LocalApi, name: str, url: str | None, on_event: Callable[[TunnelEvent], None]) -> None:
        self._api = api
        self._name = name
        self._url = url
        self._emit = on_event
        self._closing = threading.Event()
        self._ended = threading.Event()
        self._endpoint: Endpoint | None = None
        self._watch: EndpointWatch | None = None
        self._keeper = threading.Thread(target=self._stay, name="watch ngrok", daemon=True)

    @property
    def public_url(self) -> str | None:
        """The endpoint's address."""
        return self._watch.public_url if self._watch is not None and self.is_alive() else None

    def open(self, port: int) -> str:
        """Add an endpoint that leads to `port`.

        Raises:
            CronofyError: the agent or ngrok refuses.
        """
        try:
            self._endpoint = self._api.add(self._name, port, self._url)
        except BaseException as error:  # an interrupt too must not leave the connection open
            self.close()
            if isinstance(error, CronofyError):
                asked = "the ngrok agent that already runs was asked: stop it to have one of our own"
                error.hint = f"{error.hint}; {asked}"
            raise
        self._watch = EndpointWatch(self._api, self._endpoint, self._emit)
        self._keeper.start()
        return self._endpoint.public_url

    def is_alive(self) -> bool:
        """Whether the agent still has our endpoint."""
        return self._watch is not None and not self._closing.is_set() and not self._ended.is_set()

    def close(self) -> None:
        """Close our endpoint."""
        if self._closing.is_set():
            return
        self._closing.set()
        if self._keeper.ident is not None and threading.current_thread() is not self._keeper:
            self._keeper.join(END_LIMIT_S)
        if self._endpoint is not None and not self._ended.is_set():
            with contextlib.suppress(CronofyError):  # it has ended meanwhile, and the endpoint with it
                self._api.remove(self._endpoint.uri)
        self._api.close()

    def _stay(self) -> None:
        assert self._watch is not None
        is_connected = True
        while not self._closing.wait(LOOK_EVERY_S):
            try:
                self._watch.look()
                was_connected, is_connected = is_connected, self._api.is_connected()
            except CronofyError as error:
                self._ended.set()
                self._emit(TunnelEvent(TunnelEventKind.AGENT_ENDED, error.message))
                return
            if was_connected != is_connected:
                kind = TunnelEventKind.SESSION_BACK if is_connected else TunnelEventKind.SESSION_LOST
                self._emit(TunnelEvent(kind, "the agent that already ran says so"))
