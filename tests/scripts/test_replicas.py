"""Two listeners with one history in PostgreSQL, as processes of their own behind a proxy."""

from __future__ import annotations

import http.client
import json
import signal
import threading
import urllib.request
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from cronofy_cli.adapters.simulator.running import announce, running_simulators
from tests.in_process import run_main
from tests.outbound.app import running_app
from tests.ports import free_port
from tests.scripts.balancer import Backend, balancing
from tests.scripts.listening import open_channels
from tests.sender import Burst, numbered_body, post

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.outbound.app import App
    from tests.postgres_server import PostgresServer
    from tests.scripts.balancer import Balancer
    from tests.support import Cli, Running

    WaitUntil = Callable[[Callable[[], bool]], None]
    Database = Callable[[str], list[tuple[Any, ...]]]
    Record = Callable[[str, object], None]


@dataclass
class Team:
    """An application, a database and a proxy, to which listeners are started."""

    cli: Cli
    simulator: SimulatorServer
    history: str
    app: App
    balancer: Balancer

    @contextmanager
    def listener(self, number: int, *options: str) -> Iterator[Running]:
        """Start a listener on a machine of its own."""
        backend = self.balancer.backends[number]
        environment = {
            "CRONOFY_HISTORY": self.history,
            "CRONOFY_DATA_DIR": str(self.cli.folder / f"machine-{number}"),
        }
        [simulator] = running_simulators(self.cli.environment)
        announce(simulator, self.cli.environment | environment)
        arguments = (
            *("listen", "--data-center", "simulator", f"{self.app.port}/hook", "--forward-reconstructed"),
            *("--public-url", self.balancer.url, "--port", str(backend.port)),
            *("--health-port", str(backend.health_port)),
        )
        with self.cli.start(*arguments, *options, environment=environment) as running:
            yield running

    def kept(self) -> list[dict[str, Any]]:
        """Return all deliveries of the history, oldest first."""
        listed = run_main(self.cli, "deliveries", "list", "--limit", "100000", "--json", environment=self.environment)
        return sorted(listed.json, key=lambda each: each["id"])

    @property
    def environment(self) -> dict[str, str]:
        """What a developer sets to look at the history."""
        return {"CRONOFY_HISTORY": self.history}

    def url_of(self, number: int, ready: dict[str, Any]) -> str:
        """Return a listener's own address, without the proxy."""
        path = urlsplit(ready["callback_url"]).path
        return f"http://127.0.0.1:{self.balancer.backends[number].port}{path}"


@pytest.fixture
def team(cli: Cli, simulator: SimulatorServer, postgres_url: str) -> Iterator[Team]:
    """Everything but the listeners."""
    backends = [Backend(free_port(), free_port()) for _ in range(2)]
    with running_app() as app, balancing(*backends, port=free_port()) as balancer:
        yield Team(cli, simulator, postgres_url, app, balancer)


@pytest.fixture
def database(postgres_server: PostgresServer, postgres_url: str) -> Database:
    """Runs a statement in the history's database."""
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    return lambda sql: postgres_server.execute(sql, name)


def ready(running: Running) -> dict[str, Any]:
    """Return the line that says so, once it is there."""
    document: dict[str, Any] = json.loads(running.wait_for('"kind":"ready"'))
    return document


def changes(running: Running) -> int:
    """Return how many changes a listener has printed."""
    return sum('"kind":"delivery"' in line and '"type":"change"' in line for line in list(running.lines))


def told(database: Database) -> Counter[str]:
    """Return how often each event was told of, by deliveries that were received or reconstructed."""
    sql = (
        "SELECT convert_from(payload, 'UTF8') FROM cronofy.event_reads "
        "WHERE id IN (SELECT event_read_id FROM cronofy.delivery_events)"
    )
    return Counter(change["event_uid"] for (payload,) in database(sql) for change in json.loads(payload)["changes"])


@dataclass
class Owner:
    """Somebody who adds event after event, until told to stop."""

    cli: Cli
    uids: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def adding(self) -> Iterator[Owner]:
        """Add them while the block runs."""
        thread = threading.Thread(target=self._add, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.stop.set()
            thread.join()

    def _add(self) -> None:
        [simulator] = running_simulators(self.cli.environment)
        while not self.stop.wait(0.05):
            body = json.dumps({"summary": f"Event {len(self.uids)}"}).encode()
            request = urllib.request.Request(f"{simulator.url}/simulator/events", body)
            request.add_header("Content-Type", "application/json")
            with urllib.request.urlopen(request) as answer:
                self.uids.append(json.load(answer)["event"]["event_uid"])


def check_history(team: Team, database: Database, uids: list[str], *, sent_twice: int = 0) -> None:
    """Each event was told of once; what Cronofy got a 2xx for is there once; each delivery has one recorded 2xx.

    What came in the moment in which the listeners ended may be still to be forwarded instead. At most `sent_twice`
    deliveries may have come to the application without a recorded result, and then again.
    """
    assert {told(database)[uid] for uid in uids} == {1}
    kept = team.kept()
    made_up = {number for (number,) in database("SELECT delivery_id FROM cronofy.reconstructed")}
    received = Counter(each["body"] for each in kept if each["id"] not in made_up)
    attempts = run_main(team.cli, "simulator", "deliveries", "--json").json
    accepted = Counter(each["body"] for each in attempts if each["status"] == 200)
    unknown = sum(each["status"] is None for each in attempts)
    assert accepted - received == Counter()
    # What was recorded when its listener died, before it was answered, is sent again.
    assert (received - accepted).total() <= unknown
    taken = [number for (number,) in database("SELECT delivery_id FROM cronofy.forwards WHERE succeeded = 1")]
    owed = [number for (number,) in database("SELECT delivery_id FROM cronofy.owed")]
    assert Counter(taken + owed) == Counter(each["id"] for each in kept)
    assert len(taken) <= len(team.app.received) <= len(kept) + sent_twice
    assert [len(ready) for _, ready in team.balancer.changes if len(ready) > 1] == []


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 143)])
def test_the_leader_ends(
    number: int, exit_code: int, team: Team, database: Database, wait_until: WaitUntil, record_property: Record
) -> None:
    """In a stream of edits the second takes its place, with the same channel; nothing is lost, nothing done twice."""
    owner = Owner(team.cli)
    with ExitStack() as stack:
        leader = stack.enter_context(team.listener(0))
        first = ready(leader)
        second = stack.enter_context(team.listener(1))
        standby = json.loads(second.wait_for('"kind":"standby"'))
        wait_until(lambda: team.balancer.backends[0] in team.balancer.ready)
        assert post(team.url_of(1, first), b"{}") == 503
        with owner.adding():
            wait_until(lambda: changes(leader) >= 2)
            assert leader.stop(number) == exit_code
            took_over = ready(second)
            wait_until(lambda: changes(second) >= 2)
        wait_until(lambda: set(told(database)) >= set(owner.uids))
        wait_until(lambda: not database("SELECT 1 FROM cronofy.owed"))
        assert second.stop() == 130
        record_property("seconds without a listener", team.balancer.longest_gap_s)

    assert standby["callback_url"] == first["callback_url"] == took_over["callback_url"]
    assert (
        [each["channel_id"] for each in open_channels(team.cli)] == [first["channel_id"]] == [took_over["channel_id"]]
    )
    check_history(team, database, owner.uids, sent_twice=int(number == signal.SIGKILL))


def test_what_the_leader_had_not_forwarded(team: Team, database: Database, wait_until: WaitUntil) -> None:
    """The next leader forwards what came to its address and was not taken yet in order, each once, nothing else."""
    bodies = [numbered_body(number) for number in range(8)]
    with team.listener(0) as leader:
        url = ready(leader)["callback_url"]
        with team.listener(1) as second:
            second.wait_for('"kind":"standby"')
            wait_until(lambda: not database("SELECT 1 FROM cronofy.owed"))
            before = len(team.app.received)
            team.app.awake.clear()
            assert [post(url, body) for body in bodies] == [200] * len(bodies)
            [(elsewhere,)] = database(
                "UPDATE cronofy.deliveries SET target = '/elsewhere?'::bytea || target "
                "WHERE id = (SELECT max(id) - 3 FROM cronofy.deliveries) RETURNING id"
            )
            assert leader.stop(signal.SIGKILL) == -signal.SIGKILL
            ready(second)
            team.app.awake.set()
            wait_until(lambda: database("SELECT delivery_id FROM cronofy.owed") == [(elsewhere,)])
            assert second.stop() == 130

    del bodies[4]
    came = [each.body for each in team.app.received[before:]]
    # The first was on its way, and the application may read it once it is awake.
    assert came in (bodies, [bodies[0], *bodies])
    taken = database("SELECT delivery_id FROM cronofy.forwards WHERE succeeded = 1")
    assert set(Counter(taken).values()) == {1}


def test_the_leader_is_killed_in_a_burst(team: Team, database: Database, wait_until: WaitUntil) -> None:
    """Of 2,000 notifications over 64 connections, all that were answered 2xx are there, and forwarded once each."""
    with team.listener(0, "--max-in-flight", "8") as leader:
        url = ready(leader)["callback_url"]
        with team.listener(1, "--max-in-flight", "8") as second:
            second.wait_for('"kind":"standby"')

            def kill_in_the_midst(_: int) -> None:
                if burst.taken >= 700:
                    leader.process.send_signal(signal.SIGKILL)

            burst = Burst(url, 2000, connections=64, on_answer=kill_in_the_midst)
            burst.send()
            ready(second)
            wait_until(lambda: team.balancer.ready == team.balancer.backends[1:])
            again = Burst(url, 200, connections=8, on_answer=lambda _: None)
            again.send()
            wait_until(lambda: not database("SELECT 1 FROM cronofy.owed"))
            assert second.stop() == 130

    answered_before = {numbered_body(number).decode() for number, status in burst.answered.items() if status == 200}
    assert (700 <= len(answered_before) < 2000, set(again.answered.values())) == (True, {200})
    kept = Counter(each["body"] for each in team.kept())
    assert answered_before - set(kept) == set()
    taken = Counter(number for (number,) in database("SELECT delivery_id FROM cronofy.forwards WHERE succeeded = 1"))
    assert (len(taken), set(taken.values())) == (kept.total(), {1})


def test_the_leader_is_cut_off(team: Team, database: Database, wait_until: WaitUntil) -> None:
    """Without its connection it leads no longer, whichever of the two does next; edits are told once all the same."""
    owner = Owner(team.cli)
    with ExitStack() as stack:
        leader = stack.enter_context(team.listener(0))
        ready(leader)
        second = stack.enter_context(team.listener(1))
        second.wait_for('"kind":"standby"')
        with owner.adding():
            wait_until(lambda: changes(leader) >= 2)
            database("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
            leader.wait_for("this listener does not lead any more")
            before = changes(leader) + changes(second)
            wait_until(lambda: changes(leader) + changes(second) >= before + 2)
        wait_until(lambda: set(told(database)) >= set(owner.uids))
        wait_until(lambda: not database("SELECT 1 FROM cronofy.owed"))
        assert [each.stop() for each in (leader, second)] == [130, 130]

    assert len(open_channels(team.cli)) == 1
    check_history(team, database, owner.uids, sent_twice=1)


def test_the_database_is_killed(
    team: Team, database: Database, postgres_server: PostgresServer, wait_until: WaitUntil
) -> None:
    """While it is away notifications get 503, and nothing else; then one of the two leads again by itself."""
    statuses: list[int] = []
    with ExitStack() as stack:
        listeners = [stack.enter_context(team.listener(number)) for number in (0, 1)]
        wait_until(lambda: any("ready" in line for each in listeners for line in each.lines))
        [leader] = [each for each in listeners if any('"kind":"ready"' in line for line in each.lines)]
        url = team.url_of(listeners.index(leader), ready(leader))
        statuses.append(post(url, numbered_body(0)))
        postgres_server.kill()
        statuses += [post(url, numbered_body(number)) for number in range(1, 20)]
        postgres_server.start()
        wait_until(lambda: bool(team.balancer.ready))
        wait_until(lambda: answered(team, numbered_body(20)) == 200)
        assert [each.stop() for each in listeners] == [130, 130]

    assert statuses[0] == 200
    assert set(statuses[1:]) == {503}
    bodies = [each["body"] for each in team.kept()]
    assert numbered_body(0).decode() in bodies
    assert numbered_body(20).decode() in bodies


def answered(team: Team, body: bytes) -> int | None:
    """Return the answer to a notification through the proxy; None if there is none."""
    [channel] = open_channels(team.cli)
    try:
        return post(channel["callback_url"], body)
    except (OSError, http.client.HTTPException):
        return None


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_standby_ends(number: int, exit_code: int, team: Team, database: Database, wait_until: WaitUntil) -> None:
    """It leaves nothing behind, and the leader goes on."""
    connections = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with team.listener(0) as leader:
        url = ready(leader)["callback_url"]
        with team.listener(1) as second:
            second.wait_for(" Standing by: ")
            assert second.stop(number) == exit_code
        assert post(url, numbered_body(1)) == 200
        assert leader.stop() == 130
    wait_until(lambda: not database(connections))

    assert second.errors[-1].startswith(" Standing by")
    assert list((team.cli.folder / "machine-1" / "runs").glob("*.json")) == []
    assert len(open_channels(team.cli)) == 1


def test_a_time_limit_on_standby(team: Team) -> None:
    """--timeout ends one that stands by too, and says what it has waited for."""
    awaited = "the end of the listener that leads did not come within the time limit of"
    with team.listener(0) as leader:
        ready(leader)
        said = errors_at_limit(team, 2)
        if not any(awaited in line for line in said):  # the start alone has taken as long
            said = errors_at_limit(team, 45)
        assert leader.stop() == 130

    assert awaited in said[-2]


def errors_at_limit(team: Team, limit_s: int) -> list[str]:
    """Return what the second listener says that ends at a time limit."""
    with team.listener(1, "--timeout", f"{limit_s}s") as second:
        assert second.end(limit_s + 60) == 124
    return second.errors
