"""A team's history in PostgreSQL, from outside: every command works with it, and nothing that was answered is lost."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.simulator.world.settings import CLIENT_SECRET
from tests.adapters.tunnels.support import command_lines
from tests.in_process import run_main
from tests.outbound.app import running_app
from tests.ports import free_port
from tests.postgres_server import PASSWORD, READER, SECURED, database_of
from tests.scripts.listening import edit, listening, open_channels
from tests.scripts.test_kill import kept_bodies
from tests.sender import Burst, post

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.fakes.secret_service import SecretService
    from tests.postgres_server import PostgresServer
    from tests.support import Cli

NOTIFICATIONS = 2000
ANSWERS_BEFORE = 700
ANSWERS_WHILE_AWAY = 300


@pytest.fixture
def team(cli: Cli, postgres_url: str) -> Cli:
    """A command line whose history is in PostgreSQL."""
    cli.environment[Variable.HISTORY] = postgres_url
    return cli


def test_kill_9_of_the_server(
    team: Cli, postgres_server: PostgresServer, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """While PostgreSQL is away every notification is answered 503; once it is back all goes on by itself, and every one
    that was answered 2xx is kept, is forwarded, and is once in the history.
    """
    with running_app() as app, team.start("listen", str(app.port), "--data-center", "simulator") as running:
        ready = json.loads(running.wait_for('"kind":"ready"'))

        def interfere(answers: int) -> None:
            if answers == ANSWERS_BEFORE:
                postgres_server.kill()
            if answers == ANSWERS_BEFORE + ANSWERS_WHILE_AWAY:
                postgres_server.start()

        burst = Burst(ready["callback_url"], NOTIFICATIONS, connections=64, on_answer=interfere)
        burst.send()
        wait_until(lambda: post(ready["callback_url"], b'{"notification":{"type":"change"}}') == 200)
        wanted = burst.accepted
        wait_until(lambda: len(run_main(team, "deliveries", "list", "--status", "waiting").lines) == 0)
        running.stop()

    assert set(burst.answered.values()) == {200, 503}
    assert len(burst.answered) == NOTIFICATIONS
    assert wanted - kept_bodies(team) == set()
    assert "the history cannot be reached in PostgreSQL" in "\n".join([*running.lines, *running.errors])
    sent = [each.body for each in app.received]
    assert wanted - set(sent) == set()
    assert len(sent) == len(set(sent))


def test_everything_that_is_kept(team: Cli, simulator: SimulatorServer) -> None:
    """Deliveries with their forwards, events and tags are recorded, shown, searched, replayed, tagged, and pruned."""
    with running_app() as app, listening(team, str(app.port)) as run:
        edit(team, "add", "Sales call", "--calendar", "Work")
        run.wait_for("forward", 2)
        run.wait_for("events", 1)
        assert run.running.stop() == 130

        assert run_main(team, "deliveries", "tag", "last", "broken").exit_code == 0
        assert run_main(team, "deliveries", "replay", "@broken", "--to", f"http://localhost:{app.port}/").exit_code == 0
    shown = run_main(team, "deliveries", "show", "@broken", "--json").json
    assert shown["tags"] == ["broken"]
    assert "Sales call" in json.dumps(shown)
    assert [each["id"] for each in run_main(team, "deliveries", "list", "--search", "Sales call", "--json").json] == [2]
    assert run_main(team, "deliveries", "list", "--status", "200", "--json").json[-1]["id"] == 2
    assert run_main(team, "deliveries", "index").exit_code == 0
    assert run_main(team, "deliveries", "path").stdout == f"{team.environment[Variable.HISTORY]}\n"
    assert run_main(team, "deliveries", "prune", "--keep", "0", "--yes").stdout == "1 removed\n"
    assert not (team.data / "deliveries.db").exists()


def test_woken(team: Cli, simulator: SimulatorServer) -> None:
    """Who follows the history hears of what another program records, and `wait` ends with it."""
    with listening(team) as run, team.start("deliveries", "list", "--follow", "--ndjson") as following:
        following.wait_for('"verification"')
        with team.start("wait", "--no-listen", "--type", "change", "--after", "1", "--timeout", "60s") as waiting:
            edit(team, "add", "Lunch", "--calendar", "Work")
            assert waiting.end() == 0
        following.wait_for('"change"')
        following.stop()
        run.running.stop()


def test_inspected(team: Cli, simulator: SimulatorServer) -> None:
    """The inspector shows what is in the database and what comes."""
    with listening(team) as run, team.start("inspect", "--no-browser", "--json") as inspecting:
        url = json.loads(inspecting.wait_for('"url"'))["url"]
        parts = urlsplit(url)
        edit(team, "add", "Lunch", "--calendar", "Work")
        run.wait_for("delivery", 1)
        token = {"X-Cronofy-Token": parts.fragment.removeprefix("token=")}
        request = urllib.request.Request(f"{parts.scheme}://{parts.netloc}/api/list", headers=token)
        with closing(urllib.request.urlopen(request, timeout=30)) as answer:
            assert len(json.load(answer)["rows"]) == 2
        inspecting.stop()
        run.running.stop()


def test_moved_both_ways(cli: Cli, simulator: SimulatorServer, postgres_url: str, tmp_path: Path) -> None:
    """What is exported from a file is imported into PostgreSQL, and back into another file, with all that belongs to
    it; what is there already is not added again.
    """
    with running_app() as app, listening(cli, str(app.port)) as run:
        edit(cli, "add", "Lunch", "--calendar", "Work")
        run.wait_for("forward", 2)
        run.wait_for("events", 1)
        run.running.stop()
    run_main(cli, "deliveries", "tag", "last", "lunch")
    first = run_main(cli, "deliveries", "export").stdout
    team: dict[str, str] = {Variable.HISTORY: postgres_url}
    back: dict[str, str] = {Variable.HISTORY: str(tmp_path / "back.db")}

    def exported(place: dict[str, str]) -> list[dict[str, object]]:
        lines = run_main(cli, "deliveries", "export", environment=place).lines
        return [json.loads(line) for line in lines]

    for place, text in ((team, first), (back, None)):
        file = tmp_path / "deliveries.ndjson"
        file.write_text(text or run_main(cli, "deliveries", "export", environment=team).stdout)
        for number in (2, 0):
            done = run_main(cli, "deliveries", "import", str(file), environment=place)
            assert (done.exit_code, done.stdout[:2]) == (0, f"{number} ")

    assert len(exported(team)) == 2
    for one, other in zip(exported(team), exported(back), strict=True):
        for key in ("body", "headers", "forwards", "events", "tags", "received_at"):
            assert one[key] == other[key] == json.loads(first.splitlines()[exported(team).index(one)])[key], key


def granted_reader(server: PostgresServer, url: str) -> str:
    """Return the address for a role that may only read, with the rights that the documentation names."""
    database = database_of(url)
    server.execute(f"GRANT USAGE ON SCHEMA cronofy TO {READER}", database)
    server.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA cronofy TO {READER}", database)
    return server.url(database, READER)


READING = [
    ["deliveries", "list"],
    ["deliveries", "list", "--search", "Lunch"],
    ["deliveries", "show", "last"],
    ["deliveries", "export"],
    ["deliveries", "tag"],
    ["deliveries", "diff", "1", "2"],
    ["deliveries", "path"],
    ["verify", "--delivery", "last", "--data-center", "simulator"],
    ["wait", "--type", "verification", "--data-center", "simulator", "--since", "1h", "--timeout", "30s"],
]


def test_a_role_that_may_only_read(
    team: Cli, simulator: SimulatorServer, postgres_server: PostgresServer, postgres_url: str
) -> None:
    """It is enough for every command that reads; one that writes says that the role may not."""
    with listening(team) as run:
        edit(team, "add", "Lunch", "--calendar", "Work")
        run.wait_for("events", 1)
        run.running.stop()
    run_main(team, "deliveries", "tag", "last", "lunch")
    reader: dict[str, str] = {Variable.HISTORY: granted_reader(postgres_server, postgres_url)}

    for command in READING:
        done = run_main(team, *command, environment=reader)
        assert (done.exit_code, done.stderr) == (0, ""), command
        assert done.stdout
    doctor = run_main(team, "doctor", "--data-center", "simulator", environment=reader).stdout
    assert f"the role {READER} may only read" in doctor


WRITING = [
    ["deliveries", "tag", "last", "mine"],
    ["deliveries", "tag", "--remove", "lunch"],
    ["deliveries", "replay", "last", "--to", "{port}"],
    ["deliveries", "import", "deliveries.ndjson"],
    ["deliveries", "prune", "--keep", "0", "--yes"],
    ["listen", "{port}", "--data-center", "simulator"],
    ["listen", "--public-url", "http://127.0.0.1:9", "--port", "{free}", "--data-center", "simulator"],
]


def test_what_a_role_that_may_only_read_cannot_do(
    team: Cli, simulator: SimulatorServer, postgres_server: PostgresServer, postgres_url: str
) -> None:
    """Commands that write say so before they have done anything: nothing is sent, and no channel is made."""
    with listening(team) as run:
        run.running.stop()
    run_main(team, "deliveries", "tag", "last", "lunch")
    run_main(team, "deliveries", "export", "-o", str(team.folder / "deliveries.ndjson"))
    reader: dict[str, str] = {Variable.HISTORY: granted_reader(postgres_server, postgres_url)}

    with running_app() as app:
        for command in WRITING:
            done = team(*(part.format(port=app.port, free=free_port()) for part in command), environment=reader)
            assert done.exit_code == 1, (command, done)
            *_, error, hint = done.stderr.splitlines()
            assert error.startswith("error: your role may not do this with the history: "), command
            assert hint.startswith("hint: have the role of postgresql://reader@"), command
        assert app.received == []
    assert open_channels(team) == []
    assert run_main(team, "deliveries", "tag").stdout == "@lunch\t1\n"


def test_no_password_is_seen(
    team: Cli,
    simulator: SimulatorServer,
    postgres_server: PostgresServer,
    postgres_url: str,
    wait_until: Callable[[Callable[[], bool]], None],
) -> None:
    """The password is in no list of processes, no output and no log, and neither it nor a client secret is among what
    the server shows of its connections or has in its tables.
    """
    database = database_of(postgres_url)
    logged_before = len(postgres_server.log.read_bytes())
    team.environment[Variable.HISTORY] = postgres_server.url(database, SECURED, PASSWORD)
    with listening(team, "--inspect") as run:
        edit(team, "add", "Lunch", "--calendar", "Work")
        run.wait_for("events", 1)
        arguments = command_lines()
        activity = "SELECT application_name, query FROM pg_stat_activity WHERE usename = 'secured'"
        wait_until(lambda: len(postgres_server.execute(activity)) > 3)
        seen = postgres_server.execute(activity)
        run.running.stop()
    wrong: dict[str, str] = {Variable.HISTORY: postgres_server.url(database, SECURED, f"{PASSWORD}er")}
    failed = run_main(team, "deliveries", "list", environment=wrong)
    tables = postgres_server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'cronofy'", database)
    rows = [postgres_server.execute(f"SELECT * FROM cronofy.{name}", database) for (name,) in tables]

    log = postgres_server.log.read_bytes()[logged_before:].decode(errors="replace")
    assert failed.exit_code == 1
    assert {name for name, _ in seen} == {"cronofy"}
    everything = [
        arguments,
        *run.running.lines,
        *run.running.errors,
        failed.stdout + failed.stderr,
        log,
        str(seen),
        run_main(team, "doctor", "--data-center", "simulator").stdout,
        run_main(team, "config", "list", "--origin").stdout,
        run_main(team, "deliveries", "path").stdout,
    ]
    assert PASSWORD not in "".join(everything)
    assert CLIENT_SECRET not in f"{seen}{rows}{log}"


def test_away(team: Cli, postgres_server: PostgresServer) -> None:
    """A server that is not there is named, without a password, with a hint; nothing waits for it for long."""
    team.environment[Variable.HISTORY] = f"postgresql://me:{PASSWORD}@/team?host={postgres_server.folder}&port=1"

    for command in (["deliveries", "list"], ["listen", "--data-center", "simulator", "--timeout", "60s"]):
        done = team(*command)
        assert done.exit_code == 1, done
        assert "error: the history cannot be reached in PostgreSQL" in done.stderr
        assert "hint: check that the server of postgresql://me@/team?host=" in done.stderr
        assert PASSWORD not in done.stderr


def test_a_password_from_the_keyring(
    cli: Cli, simulator: SimulatorServer, service: SecretService, postgres_server: PostgresServer, postgres_url: str
) -> None:
    """A password that stands in the keyring alone is found there by the history and by copies."""
    address = postgres_server.url(database_of(postgres_url), SECURED)
    del cli.environment["PYTHON_KEYRING_BACKEND"]
    cli.environment |= service.environment
    keep = [sys.executable, "-m", "keyring", "set", "cronofy-cli", address]
    subprocess.run(keep, input=PASSWORD.encode(), env=cli.environment, check=True)

    synced = cli("sync", "--out", address, "--data-center", "simulator", "--json")
    listed = cli("deliveries", "list", environment={Variable.HISTORY: address})

    assert (synced.exit_code, listed.exit_code) == (0, 0), synced.stderr + listed.stderr
    assert synced.json["events"] > 0
