"""Accounts of a user's own list: their access tokens, and refresh tokens that Cronofy changes."""

from __future__ import annotations

import json
import stat
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from cronofy_cli.adapters.oauth.tokens import TokenEndpoint
from cronofy_cli.adapters.paths import write_private
from cronofy_cli.adapters.settings.locks import file_lock
from cronofy_cli.auth.kept_refresh_tokens import KeptRefreshToken, KeptRefreshTokens
from cronofy_cli.auth.listed_tokens import ListedTokens
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.core.accounts.oauth import Application
from cronofy_cli.errors import CronofyError, NotSignedIn
from tests.fakes.scripted_server import scripted_server
from tests.held_locks import wait_behind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes.scripted_server import ScriptedServer

SUB = "acc_1"


@pytest.fixture
def cronofy() -> Iterator[ScriptedServer]:
    """A server whose script must be played exactly."""
    with scripted_server() as server:
        yield server


@pytest.fixture
def kept(tmp_path: Path) -> KeptRefreshTokens:
    """The file of changed refresh tokens."""
    return KeptRefreshTokens({"CRONOFY_DATA_DIR": str(tmp_path)}, lambda _: None)


class Clock:
    """A time that is set."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now_s


def tokens_at(
    server: ScriptedServer, kept: KeptRefreshTokens, refresh_token: str = "ref_1", clock: Clock | None = None
) -> ListedTokens:
    """Return the tokens of an account."""
    endpoint = TokenEndpoint(data_center_at(server.url), Application("id", "secret"), again="cronofy auth login")
    return ListedTokens(SUB, refresh_token, endpoint, kept, clock or Clock())


def sent(server: ScriptedServer) -> list[str]:
    """Return the refresh tokens that were sent."""
    return [json.loads(request.body)["refresh_token"] for request in server.requests]


def test_a_token_is_asked_for_when_it_is_needed(cronofy: ScriptedServer, kept: KeptRefreshTokens) -> None:
    """The first use asks for a token, which is used until shortly before its end, and then another is asked for."""
    clock = Clock()
    tokens = tokens_at(cronofy, kept, clock=clock)
    cronofy.answer(json={"access_token": "tok_1", "expires_in": 3600})
    assert (tokens.current(), tokens.current()) == ("tok_1", "tok_1")
    clock.now_s += 3569
    assert tokens.current() == "tok_1"
    clock.now_s += 1
    cronofy.answer(json={"access_token": "tok_2", "expires_in": 3600, "refresh_token": "ref_1"})

    assert tokens.current() == "tok_2"
    assert not kept.path.exists()


def test_a_token_that_ends_soon(cronofy: ScriptedServer, kept: KeptRefreshTokens) -> None:
    """One that lasts no longer than it counts as new is not asked for again with every use."""
    clock = Clock()
    tokens = tokens_at(cronofy, kept, clock=clock)
    cronofy.answer(json={"access_token": "tok_1", "expires_in": 10})
    assert tokens.current() == "tok_1"
    clock.now_s += 29
    assert tokens.current() == "tok_1"
    clock.now_s += 1
    cronofy.answer(json={"access_token": "tok_2", "expires_in": 10})

    assert tokens.current() == "tok_2"


def test_two_threads(cronofy: ScriptedServer, kept: KeptRefreshTokens) -> None:
    """Threads that need a token at once ask for one, and share it."""
    may_answer = threading.Event()
    tokens = tokens_at(cronofy, kept)
    cronofy.answer(json={"access_token": "tok_1"}, held_until=may_answer)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(tokens.current)
        cronofy.wait_for_requests(1)
        second = pool.submit(tokens.current)
        wait([second], timeout=0.05)
        may_answer.set()

    assert (first.result(), second.result()) == ("tok_1", "tok_1")


def test_another_process_renews(
    cronofy: ScriptedServer, kept: KeptRefreshTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who wants to renew waits for another process that does so, and sends what that one got."""
    cronofy.answer(json={"access_token": "tok"})
    wait_behind(kept.lock(SUB), tokens_at(cronofy, kept).current, lambda: kept.keep(SUB, "ref_1", "ref_2"), monkeypatch)

    assert sent(cronofy) == ["ref_2"]


def test_another_process_keeps_one(tmp_path: Path, kept: KeptRefreshTokens, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes that keep tokens at once keep both."""
    other = KeptRefreshToken("acc_2", "ref_b2", ("no hash",), "2026-11-29T08:00:00Z")
    wait_behind(
        file_lock(tmp_path / "locks" / "refresh-tokens.lock", 60.0),
        lambda: kept.keep(SUB, "ref_1", "ref_2"),
        lambda: write_private(kept.path, msgspec.json.encode(other) + b"\n"),
        monkeypatch,
    )

    assert [json.loads(line)["refresh_token"] for line in kept.path.read_text().splitlines()] == ["ref_b2", "ref_2"]


def test_a_token_that_changes_all_the_time(kept: KeptRefreshTokens) -> None:
    """The file does not grow with every change: the list's own token and the last hundred lead to the newest."""
    for number in range(103):
        kept.keep(SUB, f"ref_{number}", f"ref_{number + 1}")

    assert [kept.latest(f"ref_{number}") for number in (0, 3, 102)] == ["ref_103"] * 3
    assert [kept.latest(f"ref_{number}") for number in (1, 2)] == ["ref_1", "ref_2"]


def test_a_token_that_is_refused(cronofy: ScriptedServer, kept: KeptRefreshTokens) -> None:
    """A refused token is renewed, unless it is new: then another would not help."""
    clock = Clock()
    tokens = tokens_at(cronofy, kept, clock=clock)
    cronofy.answer(json={"access_token": "tok_1"})
    assert tokens.renewed(tokens.current()) is None
    clock.now_s += 29
    assert tokens.renewed("tok_1") is None
    clock.now_s += 1
    cronofy.answer(json={"access_token": "tok_2"})

    assert tokens.renewed("tok_1") == "tok_2"
    assert tokens.renewed("tok_1") == "tok_2"


def test_a_refresh_token_that_is_refused(cronofy: ScriptedServer, kept: KeptRefreshTokens) -> None:
    """It is told whose it is, and what to do; the token itself is not shown."""
    cronofy.answer(400, json={"error": "invalid_grant"})

    with pytest.raises(NotSignedIn, match="does not accept the refresh token of acc_1") as caught:
        tokens_at(cronofy, kept, "ref_secret").current()

    assert "authorize the application again" in str(caught.value.hint)
    assert "ref_secret" not in f"{caught.value.message} {caught.value.hint}"


def test_a_refresh_token_that_changes_is_kept(cronofy: ScriptedServer, kept: KeptRefreshTokens) -> None:
    """A refresh token that came back in place of another is found by whichever a list still has, however often."""
    for old, new in (("ref_1", "ref_2"), ("ref_1", "ref_3"), ("ref_2", "ref_4"), ("ref_4", "ref_5")):
        cronofy.answer(json={"access_token": "tok", "refresh_token": new})
        tokens_at(cronofy, kept, old).current()

    assert sent(cronofy) == ["ref_1", "ref_2", "ref_3", "ref_4"]
    (line,) = [json.loads(line) for line in kept.path.read_text().splitlines()]
    assert (line["sub"], line["refresh_token"]) == (SUB, "ref_5")
    assert all(old not in kept.path.read_text() for old in ("ref_1", "ref_2", "ref_3", "ref_4"))
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600


def test_those_of_several_accounts(cronofy: ScriptedServer, kept: KeptRefreshTokens) -> None:
    """Each account's changed token stays when another's changes."""
    for old, new in (("ref_a", "ref_a2"), ("ref_b", "ref_b2")):
        cronofy.answer(json={"access_token": "tok", "refresh_token": new})
        tokens_at(cronofy, kept, old).current()

    assert [kept.latest(each) for each in ("ref_a", "ref_b", "ref_c")] == ["ref_a2", "ref_b2", "ref_c"]


def test_it_is_said_where_they_are(cronofy: ScriptedServer, tmp_path: Path) -> None:
    """Whoever uses it is told that a token has changed, and where the new one is."""
    told: list[Any] = []
    kept = KeptRefreshTokens({"CRONOFY_DATA_DIR": str(tmp_path)}, told.append)
    cronofy.answer(json={"access_token": "tok", "refresh_token": "ref_2"})

    tokens_at(cronofy, kept).current()

    assert told == [tmp_path / "refresh-tokens.ndjson"]


def test_a_file_that_cannot_be_read(kept: KeptRefreshTokens) -> None:
    """A file that something else has written is not taken for an empty one, and nothing of it is shown."""
    kept.path.parent.mkdir(parents=True, exist_ok=True)
    kept.path.write_text('{"refresh_token": "ref_secret"\n')

    with pytest.raises(CronofyError, match="cannot be read") as caught:
        kept.latest("ref_1")

    assert "ref_secret" not in f"{caught.value.message} {caught.value.hint}"
    assert caught.value.__cause__ is None
