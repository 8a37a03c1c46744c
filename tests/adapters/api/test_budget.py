"""Turns for requests: who shares them, who waits, and what a server's refusal does to all."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.api.budget import ProcessBudget
from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.api.retries import RetryPolicy
from cronofy_cli.adapters.oauth.tokens import TokenEndpoint
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.core.accounts.oauth import Application
from cronofy_cli.core.api.rate_limits import RateLimit
from cronofy_cli.errors import RateLimited, RequestFailed
from tests.adapters.api.conftest import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.scripted_server import ScriptedServer

ONE_AT_A_TIME = (RateLimit(1, 0.0),)


@dataclass
class NotedBudget:
    """Notes what is asked of it, and lets nothing wait."""

    turns: int = 0
    pauses_s: list[float] = field(default_factory=list)

    @contextmanager
    def turn(self, stop: threading.Event) -> Iterator[None]:
        """Count a turn."""
        assert not stop.is_set()
        self.turns += 1
        yield

    def slow_down(self, delay_s: float) -> None:
        """Note a pause."""
        self.pauses_s.append(delay_s)

    def stop(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


def test_threads_share_it() -> None:
    """A thread waits for its turn until that of another has ended."""
    budget, order = ProcessBudget(ONE_AT_A_TIME), []

    def second() -> None:
        with budget.turn(threading.Event()):
            order.append("second")

    thread = threading.Thread(target=second)
    with budget.turn(threading.Event()):
        thread.start()
        order.append("first")
    thread.join()

    assert order == ["first", "second"]


def test_what_waits_is_ended() -> None:
    """A turn that does not come is no longer waited for when that was asked, and then nothing is sent."""
    budget, errors = ProcessBudget(ONE_AT_A_TIME), []

    def second() -> None:
        try:
            with budget.turn(threading.Event()):
                pytest.fail("a request was sent")
        except RequestFailed as error:
            errors.append(error.message)

    thread = threading.Thread(target=second)
    with budget.turn(threading.Event()):
        thread.start()
        budget.stop()
        thread.join()

    assert errors == ["the request was not sent: the command was ended"]


def test_a_request_that_is_broken_off_waits_no_longer() -> None:
    """Where the request itself was ended, nothing is waited for, and the turns of others stay theirs."""
    budget, stop = ProcessBudget(ONE_AT_A_TIME), threading.Event()
    stop.set()

    with budget.turn(threading.Event()), budget.turn(stop):
        pass
    with budget.turn(threading.Event()):
        pass


def test_each_attempt_has_its_turn(cronofy: ScriptedServer) -> None:
    """A request that is sent again has another turn, and a 429 lets everybody wait as long as it says."""
    cronofy.answer(429, headers={"Retry-After": "7"})
    cronofy.answer(503)
    cronofy.answer(json={})
    budget = NotedBudget()

    with ApiClient(data_center_at(cronofy.url), TOKEN, sleep=lambda _: None, budget=budget) as client:
        client.request("GET", "/v1/channels")

    assert (budget.turns, budget.pauses_s) == (3, [7.0])


def test_a_429_that_is_the_last(cronofy: ScriptedServer) -> None:
    """Also where a request is given up, everybody waits before the next one."""
    cronofy.answer(429)
    budget = NotedBudget()
    policy = RetryPolicy(attempts=1)

    with (
        ApiClient(data_center_at(cronofy.url), TOKEN, retry_policy=policy, budget=budget) as client,
        pytest.raises(RateLimited),
    ):
        client.request("GET", "/v1/channels")

    assert budget.pauses_s == [10.0]


def test_a_refresh_that_was_refused_for_too_many_is_sent_again(cronofy: ScriptedServer) -> None:
    """A refresh has its turn, and is sent again after a 429, since nothing was done with it; anything else is not."""
    cronofy.answer(429, headers={"Retry-After": "20"})
    cronofy.answer(429)
    cronofy.answer(json={"access_token": "tok_new"})
    budget = NotedBudget()
    endpoint = TokenEndpoint(
        data_center_at(cronofy.url), Application("id", "secret"), again="cronofy auth login", budget=budget
    )

    assert endpoint.refresh("ref").access_token == "tok_new"
    assert (budget.turns, budget.pauses_s) == (3, [20.0, 10.0])


def test_a_refresh_that_is_refused_for_too_many_again_and_again(cronofy: ScriptedServer) -> None:
    """After six attempts the refusal is the error."""
    for _ in range(6):
        cronofy.answer(429)
    budget = NotedBudget()
    endpoint = TokenEndpoint(
        data_center_at(cronofy.url), Application("id", "secret"), again="cronofy auth login", budget=budget
    )

    with pytest.raises(RateLimited):
        endpoint.refresh("ref")

    assert budget.turns == 6
