"""`--verbose`: requests and answers, readable, harmless and without secrets."""

from __future__ import annotations

import pytest

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.api.exchanges import Exchange
from cronofy_cli.adapters.api.retries import Retry
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.errors import CronofyError
from cronofy_cli.output.errors import error_for_people
from cronofy_cli.output.exchanges import SHOWN_BODY, exchange_printer, retry_printer
from tests.fakes.scripted_server import scripted_server
from tests.output.outputs import MemoryOutput

TOKEN = "tok_NeverToBeShown"


def test_an_exchange() -> None:
    """Request and answer with headers and bodies, made harmless, on stderr."""
    memory = MemoryOutput()

    exchange_printer(memory.output)(
        Exchange(
            method="POST",
            url="https://api.cronofy.com/v1/channels",
            request_headers=(("Authorization", "Bearer ***"),),
            request_body=b'{"callback_url":"x"}',
            elapsed_ms=12.4,
            status=200,
            answer_headers=(("X-Odd", "\x1b[2J"),),
            answer_body=b'{\n"channel":\x1b{}}',
        )
    )

    assert memory.stdout.text == ""
    assert memory.stderr.text.splitlines() == [
        "> POST https://api.cronofy.com/v1/channels",
        "> Authorization: Bearer ***",
        '> {"callback_url":"x"}',
        "< 200  12 ms",
        "< X-Odd: [2J",
        '< { "channel":{}}',
    ]


def test_a_failure_and_a_long_body() -> None:
    """Without an answer the reason stands in its place; a long body is cut."""
    memory = MemoryOutput()

    exchange_printer(memory.output)(
        Exchange("GET", "https://api.cronofy.com/", (), b"x" * 5000, 1.0, failure="connection refused")
    )

    lines = memory.stderr.text.splitlines()
    assert len(lines[1]) == SHOWN_BODY + len("> ")
    assert lines[1].endswith("…")
    assert lines[2] == "< connection refused  1 ms"


def test_a_retry_is_told() -> None:
    """People are told why it takes longer."""
    memory = MemoryOutput()

    retry_printer(memory.output)(Retry("GET", "https://api.cronofy.com/v1/channels", "503", 0.52, 2, 4))

    assert memory.stderr.text == ("GET https://api.cronofy.com/v1/channels: 503; trying again in 0.5 s (2 of 4)\n")


@pytest.mark.parametrize("status", [200, 401, 422])
def test_the_token_is_never_shown(status: int) -> None:
    """Wherever the token appears, in our request or repeated by the server, it is masked."""
    memory = MemoryOutput()
    with scripted_server() as server:
        server.answer(
            status,
            body=f'{{"access_token":"{TOKEN}","said":"Bearer {TOKEN}"}}'.encode(),
            headers={"X-Echo": "yes", "Set-Cookie": "session=secret"},
        )
        told = ""
        with ApiClient(data_center_at(server.url), TOKEN, observe=exchange_printer(memory.output)) as client:
            try:
                client.request("POST", f"/v1/oauth?access_token={TOKEN}", json={"client_secret": "CRN_secret"})
            except CronofyError as error:
                told = error_for_people(error, color=False)

    shown = memory.stderr.text + told
    assert "Bearer ***" in shown
    assert TOKEN not in shown
    assert "CRN_secret" not in shown
    assert "session=secret" not in shown
