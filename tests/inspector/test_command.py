"""`cronofy inspect`, as it is typed."""

from __future__ import annotations

import http.client
import json
import signal
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.commands.inspector import _locked
from cronofy_cli.output.documents.running import InspectorDocument
from tests.inspector.story import SECRET, Story

if TYPE_CHECKING:
    from tests.support import Cli


def asked(url: str, method: str, path: str, body: object = None) -> Any:
    """Return the JSON that the inspector at an address answers."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    headers = {"X-Cronofy-Token": parts.fragment.removeprefix("token="), "Content-Type": "application/json"}
    connection.request(method, f"/api/{path}", None if body is None else json.dumps(body), headers)
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return answer


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_ended(number: int, cli: Cli) -> None:
    """It prints the address with the token, shows what the history holds, and ends as a signal asks."""
    file = cli.data / "deliveries.db"
    open_history(file).close()
    Story(file).arrives()

    with cli.start("inspect", "--no-browser", "--json") as running:
        running.wait_until(lambda lines: len(lines) == 1)
        document = msgspec.json.decode(running.lines[0], type=InspectorDocument)
        assert asked(document.url, "GET", "list")["rows"][0]["id"] == 1
        assert asked(document.url, "GET", "state")["state"] == "history"
        assert running.stop(number) == 128 + number


def test_nothing_has_to_be_set_up(cli: Cli) -> None:
    """Without an account, and without a history, the page can be opened; what needs a client secret says so."""
    with cli.start("inspect", "--no-browser") as running:
        running.wait_until(lambda lines: len(lines) == 1)
        url = running.lines[0]
        assert asked(url, "GET", "list")["rows"] == []
        assert asked(url, "GET", "secrets") == []
        Story(cli.data / "deliveries.db").arrives()
        refused = asked(url, "POST", "deliveries/1/replay", {"to": "1/x", "body": "{}"})
        assert refused["code"] == "not_signed_in"
        assert running.stop() == 130


def test_a_client_secret_of_a_file(cli: Cli) -> None:
    """It is what changed bodies are signed with."""
    secret = cli.folder / "secret.txt"
    secret.write_text(SECRET)

    with cli.start("inspect", "--no-browser", "--client-secret-file", f"mine={secret}") as running:
        running.wait_until(lambda lines: len(lines) == 1)
        assert asked(running.lines[0], "GET", "secrets") == ["mine"]
        assert running.stop() == 130


def test_what_the_page_asks_of_a_command_is_asked_once_at_a_time() -> None:
    """A command's surroundings are made for one thread: another request waits until they are free."""
    lock, order = threading.Lock(), list[str]()

    def late() -> None:
        order.append("second")

    second = threading.Thread(target=_locked(lock, late))

    def first(word: str, *, end: str) -> str:
        second.start()
        # As much as it would need at most; who waits is not through by then.
        second.join(0.05)
        order.append(word)
        return end

    assert _locked(lock, first)("first", end="done") == "done"
    second.join(60)
    assert order == ["first", "second"]


def test_a_client_secret_file_that_is_not_there(cli: Cli) -> None:
    """It is said at the start: no page is served that could sign nothing."""
    result = cli("inspect", "--no-browser", "--client-secret-file", "nowhere.txt")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "'nowhere.txt' cannot be read" in result.stderr
