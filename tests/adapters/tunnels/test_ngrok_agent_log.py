"""What the lines of an ngrok agent's log mean, read by pyngrok as it reads them."""

from __future__ import annotations

import pytest
from pyngrok.log import NgrokLog

from cronofy_cli.adapters.tunnels.ngrok.agent_log import AgentLog
from cronofy_cli.adapters.tunnels.ngrok.redaction import Redactor

ESTABLISHED = 'lvl=info msg="client session established"'
LOST = 'lvl=warn msg="failed to reconnect session" err="2secret is late"'


def told(*lines: str) -> tuple[list[tuple[bool, str]], str]:
    """Return what is told of the session, and the last complaint."""
    heard: list[tuple[bool, str]] = []
    log = AgentLog(Redactor(["2secret"]), lambda is_connected, detail: heard.append((is_connected, detail)))
    for line in lines:
        log(NgrokLog(f"t=2026-11-29T10:00:00+0000 {line}"))
    return heard, log.last_error


@pytest.mark.parametrize(
    "message",
    [
        "failed to heartbeat, restarting session",
        "failed to reconnect session",
        "heartbeat timeout, terminating session",
        "session closed, starting reconnect loop",
    ],
)
def test_a_session_lost_and_back(message: str) -> None:
    """Each way in which a session is lost is told once, with the reason and without a secret, and so is its return."""
    lost = f'lvl=warn msg="{message}" err="2secret is late"'

    assert told(ESTABLISHED, lost, lost, ESTABLISHED, ESTABLISHED) == ([(False, "******** is late"), (True, "")], "")


def test_before_the_first_session() -> None:
    """While none has ever stood, none is lost, and the first one is not one that is back."""
    assert told(LOST, LOST, ESTABLISHED) == ([], "")


@pytest.mark.parametrize("level", ["eror", "crit"])
def test_the_last_complaint(level: str) -> None:
    """It is that of the last line that is an error and says why, without a secret, until there is a session."""
    complaint = f'lvl={level} msg="x" err="2secret is bad"'

    assert told(f'lvl={level} msg="x" err="first"', complaint) == ([], "******** is bad")
    for line in ('lvl=warn msg="x" err="other"', f'lvl={level} msg="x"', 'lvl=eror msg="x" err=nil', 'err="<nil>"'):
        assert told(complaint, line) == ([], "******** is bad")
    assert told(complaint, ESTABLISHED) == ([], "")


@pytest.mark.parametrize("line", ["", "no words", 'msg="unclosed', "lvl="])
def test_what_is_no_line(line: str) -> None:
    """What cannot be read says nothing, and does no harm."""
    assert told(ESTABLISHED, line) == ([], "")
