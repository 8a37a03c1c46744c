"""What the agent's log says about its session. pyngrok reads the lines; their words are those of agent version 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyngrok.log import NgrokLog

CONNECTED: Final = "client session established"
DISCONNECTED: Final = (
    "failed to heartbeat, restarting session",
    "failed to reconnect session",
    "heartbeat timeout, terminating session",
    "session closed, starting reconnect loop",
)


class AgentLog:
    """Reads the log line by line; tells `on_session` when the session that once stood is lost, and when it is back.

    pyngrok stops reading when its callback raises, and an agent whose output is not read stops: nothing here raises.
    """

    def __init__(self, redact: Callable[[str], str], on_session: Callable[[bool, str], None]) -> None:
        self._redact = redact
        self._on_session = on_session
        self._is_connected: bool | None = None
        self.last_error = ""
        """The agent's last complaint, redacted."""

    def __call__(self, log: NgrokLog) -> None:
        """Take a line into account."""
        error = self._redact(log.err) if log.err and log.err not in {"nil", "<nil>"} else ""
        if log.lvl in {"ERROR", "CRITICAL"} and error:
            self.last_error = error
        message = log.msg or ""
        if CONNECTED in message:
            was, self._is_connected = self._is_connected, True
            self.last_error = ""
            if was is False:
                self._on_session(True, "")
        elif self._is_connected and message.startswith(DISCONNECTED):
            self._is_connected = False
            self._on_session(False, error)
