"""ngrok's error codes as our errors, and tokens out of every text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.adapters.tunnels.ngrok.codes import explain_code, explain_text
from cronofy_cli.adapters.tunnels.ngrok.redaction import Redactor
from cronofy_cli.errors import NotAllowed, NotSignedIn, Unreachable
from tests.fakes.ngrok_setup import TOKEN
from tests.golden_errors import compare_errors

if TYPE_CHECKING:
    from cronofy_cli.errors import CronofyError

GOLDEN = Path(__file__).parent / "golden"

CODES = [
    (4018, NotSignedIn, "cronofy tunnel token"),
    (105, NotSignedIn, "cronofy tunnel token"),
    (106, NotSignedIn, "cronofy tunnel token"),
    (107, NotSignedIn, "cronofy tunnel token"),
    (108, NotAllowed, "dashboard.ngrok.com/agents"),
    (121, Unreachable, "ngrok update"),
    (313, NotAllowed, "leave --domain out"),
    (314, NotAllowed, "leave --domain out"),
    (319, NotAllowed, "dashboard.ngrok.com/domains"),
    (320, NotAllowed, "--domain"),
    (334, Unreachable, "stop that one"),
    (725, NotAllowed, "upgrade"),
    (726, NotAllowed, "upgrade"),
    (727, NotAllowed, "upgrade"),
    (3200, Unreachable, "cronofy listen"),
    (8012, Unreachable, "cronofy listen"),
]


@pytest.mark.parametrize(("number", "kind", "hint"), CODES)
def test_known_codes(number: int, kind: type[CronofyError], hint: str) -> None:
    """Each code that a user can meet has a sentence, a step that mends it, and ngrok's own page."""
    error = explain_code(f"ERR_NGROK_{number}")

    assert type(error) is kind
    assert hint in (error.hint or "")
    assert error.docs == f"https://ngrok.com/docs/errors/err_ngrok_{number}"


def test_words() -> None:
    """What is said of each code is kept word for word."""
    codes = [f"ERR_NGROK_{number}" for number, *_ in CODES]
    compare_errors("ngrok-codes.txt", [(code, explain_code(code)) for code in (*codes, "ERR_NGROK_99999")], GOLDEN)


def test_an_unknown_code_keeps_its_first_line() -> None:
    """A code that is not known here is told in ngrok's words, unwrapped from the agent's JSON, on one line."""
    body = json.dumps(
        {"error_code": 103, "details": {"err": "The moon is\x1b[2J in the way.\nMore.\r\n\r\nERR_NGROK_999\r\n"}}
    )
    error = explain_text(body, Redactor([]))

    assert error.message == "ngrok refused, ERR_NGROK_999: The moon is[2J in the way."
    assert error.docs == "https://ngrok.com/docs/errors/err_ngrok_999"


@pytest.mark.parametrize(
    "said",
    [
        "failed to dial ngrok server: dial tcp: i/o timeout",
        "lookup connect.ngrok-agent.com: no such host",
        "connect: network is unreachable",
        "connect.ngrok-agent.com has no records",
        "tls: failed to verify certificate: x509: certificate signed by unknown authority",
        "Dial TCP 198.51.100.7:443",
        "session is not yet been established",
    ],
)
def test_offline(said: str) -> None:
    """An agent that cannot reach its service is told so, and not as a failure of its own."""
    error = explain_text(f"ERROR: {said}\nmore", Redactor([]))

    assert error.message == f"the ngrok agent cannot reach ngrok: {said}"
    assert error.hint == (
        "check this machine's connection and proxy with: ngrok diagnose; or choose --tunnel cloudflared"
    )


@pytest.mark.parametrize(
    "prefix",
    ["authentication failed: ", "failed to start tunnel: ", "The ngrok process errored on start: ERROR:  ", ""],
)
def test_wrapped_words(prefix: str) -> None:
    """What ngrok and pyngrok say before the reason is left out of it."""
    assert explain_text(f"{prefix}it rains", Redactor([])).message == "the ngrok agent failed: it rains"


def test_nothing_was_said() -> None:
    """An agent that said nothing is told so."""
    assert explain_text(" \n", Redactor([])).message == "the ngrok agent failed: it said nothing"


@given(st.text(), st.text(alphabet=st.characters(exclude_characters="*"), min_size=4), st.text())
def test_a_known_secret_is_hidden(before: str, secret: str, after: str) -> None:
    """Wherever a secret stands in a text, it is not in what is shown."""
    assert secret not in Redactor([secret, None])(f"{before}{secret}{after}")


@pytest.mark.parametrize("text", ["Your authtoken: {}", '"authtoken": "{}"', "authtoken={} x", "auth_token: {}"])
def test_what_ngrok_names_a_token_is_hidden(text: str) -> None:
    """A token that is not known here is hidden where ngrok says that it is one."""
    assert TOKEN not in Redactor([])(text.format(TOKEN))


def test_one_secret_inside_another() -> None:
    """Of two secrets, one of which holds the other, nothing is left."""
    assert Redactor(["abcd", "abcdefgh"])("xabcdefghx") == "x********x"
