"""Advice for a post that failed: what forwarding says of the same failure."""

from __future__ import annotations

import pytest

from cronofy_cli.outbound.outcome import Outcome, Trouble
from cronofy_cli.outbound.target import parse_target
from cronofy_cli.outbound.trigger_advice import advice

TARGET = parse_target("http://app.example.com:3000/hook")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome(1, trouble=Trouble.UNKNOWN_NAME), "there is no host app.example.com"),
        (Outcome(1, trouble=Trouble.CONNECTION_REFUSED), "nothing listens on port 3000"),
        (Outcome(1, trouble=Trouble.CONNECT_TIMEOUT), "no firewall between"),
        (Outcome(1, trouble=Trouble.NO_ROUTE), "no firewall between"),
        (Outcome(1, trouble=Trouble.TLS, detail="self-signed certificate"), "add --insecure"),
        (Outcome(1, trouble=Trouble.TLS, detail="WRONG_VERSION_NUMBER"), "use http:// instead of https://"),
        (Outcome(1, trouble=Trouble.ANSWER_TIMEOUT), "answer first, then work"),
        (Outcome(1, trouble=Trouble.BROKEN_OFF), "did it crash or restart?"),
        (Outcome(1, trouble=Trouble.NOT_HTTP), "should it be https?"),
        (Outcome(1, 302, location="/login"), "use the address it leads to, /login"),
        (Outcome(1, 403), "behind a login"),
    ],
)
def test_every_failure(outcome: Outcome, words: str) -> None:
    """Each way of failing has its sentence, and none names an option that is not there."""
    sentence = advice(outcome, TARGET)

    assert sentence is not None
    assert words in sentence
    assert "--forward-timeout" not in sentence


@pytest.mark.parametrize("outcome", [Outcome(1, 204), Outcome(1, trouble=Trouble.NOT_DELIVERED)])
def test_nothing_to_advise(outcome: Outcome) -> None:
    """All is well, or nothing is known about the failure."""
    assert advice(outcome, TARGET) is None
