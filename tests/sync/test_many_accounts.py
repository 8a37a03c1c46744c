"""Copies of many accounts by one command: a real process against the simulator over HTTP, and a real PostgreSQL."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from cronofy_cli.adapters.postgres import is_postgres
from cronofy_cli.sync.documents import AccountCheckDocument, AccountSyncDocument
from tests.in_process import run_main
from tests.postgres_server import wait_until_left
from tests.sync.keeping import POSTGRES, postgres_rows
from tests.sync.team import CLIENT_SECRET, team

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.postgres_server import PostgresServer
    from tests.support import Cli, Result
    from tests.sync.team import Team

FOLDER = "copies"


@pytest.fixture
def few(cli: Cli) -> Iterator[Team]:
    """A simulated application with six accounts."""
    with team(cli, 6) as made:
        yield made


@pytest.fixture(params=[FOLDER, POSTGRES])
def place(request: pytest.FixtureRequest, database: Callable[[], str]) -> str:
    """What `--out` is given: a folder, and the address of a database."""
    return database() if request.param == POSTGRES else FOLDER


@pytest.fixture(autouse=True)
def _in_folder(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(cli.folder)


def sync(cli: Cli, place: str, *options: str, stdin: bytes = b"", terminal: bool = False) -> Result:
    """Run it with the list of accounts."""
    return run_main(
        cli, "sync", "--out", place, "--accounts", "accounts.ndjson", *options, stdin=stdin, terminal=terminal
    )


def by_sub(result: Result) -> dict[str, Any]:
    """Return the documents of accounts."""
    return {line["sub"]: line for line in map(json.loads, result.lines)}


def test_each_account_has_a_copy(few: Team, place: str) -> None:
    """One command makes a copy of each account, and later brings all up to date; each is a line, in any format."""
    first = sync(few.cli, place, "--ndjson")
    assert (first.exit_code, first.stderr) == (0, "")
    for line in first.lines:
        msgspec.json.decode(line, type=AccountSyncDocument)
    made = {sub: (line["first"], line["events"]) for sub, line in by_sub(first).items()}
    assert made == dict.fromkeys(few.subs, (True, 3))
    few.assert_true(place)
    few.add(few.subs[2])

    second = sync(few.cli, place, "--json")

    lines = {line["sub"]: line for line in second.json}
    assert [sub for sub in few.subs if lines[sub]["changed"]] == [few.subs[2]]
    assert lines[few.subs[2]]["counts"]["added"] == 1
    assert lines[few.subs[0]]["full_read"] is None
    few.assert_true(place)


def test_a_sentence_for_people(few: Team, place: str) -> None:
    """At a terminal there is one line that says what changed over all accounts; in a pipe a row for each."""
    shown = f"{FOLDER}/{{sub}}.db" if place == FOLDER else place
    assert sync(few.cli, place, terminal=True).lines == [f"6 accounts: 18 added; 18 events in {shown}"]
    few.add(few.subs[0])
    assert sync(few.cli, place, terminal=True).lines == [f"6 accounts: 1 added; 19 events in {shown}"]
    assert sync(few.cli, place, terminal=True).lines == [f"6 accounts: nothing changed; 19 events in {shown}"]

    rows = sorted(line.split("\t") for line in sync(few.cli, place).lines)

    assert rows[0] == [few.subs[0], "", "done", "4", "0", "0", "0", "0", "0", "0", ""]


def test_one_that_fails_does_not_stop_the_others(few: Team, place: str) -> None:
    """Accounts that were revoked, or that Cronofy fails for, are named with what to do; the others are done."""
    sync(few.cli, place)
    for sub in few.subs:
        few.add(sub)
    few.revoke(few.subs[1])
    few.write_list({"sub": "acc_unknown", "refresh_token": "not-a-token"})

    result = sync(few.cli, place, "--ndjson")

    lines = by_sub(result)
    assert {sub: line["error"]["code"] for sub, line in lines.items() if line["error"]} == {
        few.subs[1]: "not_signed_in",
        "acc_unknown": "not_signed_in",
    }
    assert (lines[few.subs[1]]["events"], lines[few.subs[1]]["counts"]) == (None, None)
    assert (result.exit_code, result.error["code"]) == (1, "accounts_failed")
    assert result.error["message"] == "2 of 7 accounts failed; the others are done"
    few.assert_true(place, [sub for sub in few.subs if sub != few.subs[1]])
    assert len(few.copied(place, few.subs[1])) == 3

    shown = sync(few.cli, place, terminal=True)
    assert shown.exit_code == 1
    assert shown.lines[-1].startswith("5 of 7 accounts: nothing changed; 20 events in ")
    assert f"error: {few.subs[1]}: Cronofy does not accept the refresh token of {few.subs[1]}" in shown.stderr


def test_a_token_of_another_account(few: Team) -> None:
    """Where the list has another account's token, nothing is mixed: neither of the copies is touched."""
    one, other = few.subs[:2]
    few.refresh_tokens = {one: few.refresh_tokens[other]}
    few.write_list()

    result = sync(few.cli, FOLDER, "--ndjson")

    message = by_sub(result)[one]["error"]["message"]
    assert (result.exit_code, message) == (1, f"the access token that Cronofy gave is that of {other}")
    assert not (few.cli.folder / FOLDER).exists()


def test_exit_code_and_check(few: Team, place: str) -> None:
    """--exit-code tells whether any calendar changed; --check compares all copies, and tells whether any differs."""
    assert sync(few.cli, place, "--exit-code").exit_code == 1
    assert sync(few.cli, place, "--exit-code").exit_code == 0
    in_step = sync(few.cli, place, "--check", terminal=True)
    assert in_step.exit_code == 0
    assert in_step.lines[-1].startswith("6 accounts: in step; 18 events in ")
    few.clock.ahead += few.clock.ahead
    few.add(few.subs[3])

    differing = sync(few.cli, place, "--check", "--ndjson")

    for line in differing.lines:
        msgspec.json.decode(line, type=AccountCheckDocument)
    lines = by_sub(differing)
    assert (differing.exit_code, differing.stderr) == (1, "")
    assert [sub for sub in few.subs if not lines[sub]["in_step"]] == [few.subs[3]]
    assert lines[few.subs[3]]["counts"] == {"missing": 1, "extra": 0, "different": 0}


def test_those_first_that_waited_longest(few: Team, place: str) -> None:
    """Accounts without a copy come first, then those whose last run is the longest ago: a run that is always cut short
    still reaches all."""
    tokens = few.refresh_tokens
    for sub in (few.subs[4], few.subs[2]):
        few.refresh_tokens = {sub: tokens[sub]}
        few.write_list()
        sync(few.cli, place)
        few.clock.ahead += few.clock.ahead
    few.refresh_tokens = tokens
    few.write_list()

    lines = list(map(json.loads, sync(few.cli, place, "--ndjson", "--concurrency", "1").lines))

    assert [line["sub"] for line in lines[-2:]] == [few.subs[4], few.subs[2]]
    assert [line["first"] for line in lines] == [True] * 4 + [False] * 2


def test_the_list_from_stdin_and_files_of_lines(few: Team) -> None:
    """The list can come from another program, and each account's copy can be a file of lines."""
    result = run_main(few.cli, "sync", "--out", "copies/{sub}.ndjson", "--accounts", "-", stdin=few.file.read_bytes())

    assert (result.exit_code, result.stderr) == (0, "")
    for sub in few.subs:
        lines = (few.cli.folder / FOLDER / f"{sub}.ndjson").read_text().splitlines()
        assert {event["event_uid"]: event for event in map(json.loads, lines)} == few.truth(sub)


def test_refresh_tokens_that_change(cli: Cli) -> None:
    """Should Cronofy give another refresh token, it is kept: the next run succeeds with the same list."""
    with team(cli, 3, rotate_refresh_tokens=True) as few:
        first = sync(cli, FOLDER)
        second = sync(cli, FOLDER, "--verbose")

        kept = cli.data / "refresh-tokens.ndjson"
        assert (first.exit_code, second.exit_code) == (0, 0)
        assert f"refresh tokens: the new ones are in {kept}; put them into accounts.ndjson" in first.stderr
        tokens = [json.loads(line)["refresh_token"] for line in kept.read_text().splitlines()]
        told = first.stdout + first.stderr + second.stdout + second.stderr
        assert not [secret for secret in (*tokens, *few.refresh_tokens.values(), CLIENT_SECRET) if secret in told]

        cli("sync", "--out", FOLDER, "--accounts", "-", stdin=kept.read_bytes())
        few.assert_true(FOLDER)


def test_too_many_requests(few: Team, place: str) -> None:
    """Where Cronofy refuses requests for too many, whoever makes them, all wait, and no account fails."""
    few.fail(path_prefix="/oauth/token", times=1, status=429, headers={"Retry-After": "0"})
    few.fail(path_prefix="/v1/events", times=3, status=429, headers={"Retry-After": "1"})

    assert sync(few.cli, place).exit_code == 0
    few.assert_true(place)


def test_contexts(few: Team, place: str) -> None:
    """Contexts are accounts too: those that are named, or all that are signed in, whatever the environment says."""
    few.cli.environment["CRONOFY_NO_KEYRING"] = "1"
    for name, sub in zip(("one", "two", "three"), few.subs, strict=False):
        (few.cli.folder / "token").write_text(f"token-{sub}")
        signed_in = run_main(
            few.cli, "auth", "login", "--context", name, "--access-token-file", "token", "--insecure-storage"
        )
        assert signed_in.exit_code == 0, signed_in.stderr
    few.cli.environment |= {"CRONOFY_ACCESS_TOKEN": "another", "CRONOFY_DATA_CENTER": "us"}

    some = run_main(few.cli, "sync", "--out", place, "--contexts", "two,one", "--ndjson")
    every = run_main(few.cli, "sync", "--out", place, "--contexts", "all", "--ndjson")

    assert (some.exit_code, some.stderr) == (0, "")
    assert {line["context"]: line["sub"] for line in map(json.loads, some.lines)} == {
        "one": few.subs[0],
        "two": few.subs[1],
    }
    assert {line["context"]: line["first"] for line in map(json.loads, every.lines)} == {
        "one": False,
        "two": False,
        "three": True,
    }
    few.assert_true(place, few.subs[:3])


def test_a_context_whose_data_center_is_away(few: Team) -> None:
    """A context of a simulator that does not run fails, and the others are done."""
    few.cli.environment["CRONOFY_NO_KEYRING"] = "1"
    (few.cli.folder / "token").write_text(f"token-{few.subs[0]}")
    run_main(few.cli, "auth", "login", "--context", "one", "--access-token-file", "token", "--insecure-storage")
    settings = few.cli.folder / ".config/cronofy/config.toml"
    settings.write_text(f'{settings.read_text()}\n[contexts.gone]\ndata_center = "simulator"\n')

    result = run_main(few.cli, "sync", "--out", FOLDER, "--contexts", "gone,one", "--ndjson")

    lines = {line["context"]: line for line in map(json.loads, result.lines)}
    assert (result.exit_code, lines["gone"]["sub"], lines["gone"]["error"]["code"]) == (1, None, "unreachable")
    few.assert_true(FOLDER, few.subs[:1])


def test_contexts_of_one_account(few: Team) -> None:
    """Two contexts of the same account have one copy, and it is said."""
    few.cli.environment["CRONOFY_NO_KEYRING"] = "1"
    (few.cli.folder / "token").write_text(f"token-{few.subs[0]}")
    for name in ("one", "two"):
        run_main(few.cli, "auth", "login", "--context", name, "--access-token-file", "token", "--insecure-storage")

    result = run_main(few.cli, "sync", "--out", FOLDER, "--contexts", "all", "--ndjson")

    assert result.stderr == "note: context two is the account of context one: it is worked on once\n"
    assert len(result.lines) == 1


def test_ctrl_c(few: Team, place: str) -> None:
    """Ctrl-C ends it at once, with nothing half-written; the next run goes on."""
    few.fail(path_prefix="/v1/events", times=100, delay_s=30)
    with few.cli.start("sync", "--out", place, "--accounts", "accounts.ndjson", "--concurrency", "2") as run:
        few.wait_for_requests(lambda each: each.path == "/v1/userinfo", 2)
        assert run.stop(signal.SIGINT) == 130
        assert [line for line in run.errors if "Traceback" in line] == []
    few.http.delete("/simulator/faults")
    if is_postgres(place):
        wait_until_left(place)

    assert sync(few.cli, place).exit_code == 0
    few.assert_true(place)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--contexts", "one"], "--contexts cannot be combined with --accounts"),
        (["--out", "calendar.db"], "--out calendar.db is one file, and each account has a copy of its own"),
        (["--out", "postgresql://me:s3cret@db.example.com/x"], "--out: the address has a password"),
        (["--rate-limit", "50"], "--rate-limit '50' is not two numbers"),
        (["--rate-limit", "0,500"], "--rate-limit '0,500' is not two numbers"),
        (["--accounts", "nowhere.ndjson"], "nowhere.ndjson"),
        (["--accounts", "team.toml"], "line 1 of team.toml is not a JSON object"),
        (["--concurrency", "0"], "--concurrency"),
        (["--check", "--full"], "--check cannot be combined"),
    ],
)
def test_wrong_usage(options: list[str], words: str, few: Team) -> None:
    """What cannot be meant is refused before anything is asked: one sentence, a hint, exit code 2."""
    result = sync(few.cli, FOLDER, *options)

    assert result.exit_code == 2
    error, hint = result.stderr.splitlines()
    assert words in error
    assert hint.startswith("hint: ")
    assert "s3cret" not in result.stderr
    assert few.requests == []


def test_contexts_have_their_own_choices(few: Team) -> None:
    """Options that choose one account do not go with contexts, and a context has to be there."""
    usual = ("sync", "--out", FOLDER, "--contexts")
    named = run_main(few.cli, *usual, "all", "--data-center", "uk")
    assert (named.exit_code, "cannot be combined with --data-center" in named.stderr) == (2, True)
    assert "--contexts names no context" in run_main(few.cli, *usual, ",").stderr
    assert run_main(few.cli, *usual, "nobody").exit_code == 1
    nobody = run_main(few.cli, *usual, "all")
    assert (nobody.exit_code, nobody.stderr.splitlines()[0]) == (4, "error: no context is signed in to an account")


def test_without_an_application(few: Team) -> None:
    """Refresh tokens are worth nothing without their application: it is said which setting is missing."""
    del few.cli.environment["CRONOFY_CLIENT_SECRET"]

    result = sync(few.cli, FOLDER)

    assert result.exit_code == 4
    assert "its client id or client secret is missing" in result.stderr
    assert "hint: set CRONOFY_CLIENT_ID and CRONOFY_CLIENT_SECRET" in result.stderr


def test_200_accounts_killed_and_resumed(cli: Cli, postgres_url: str) -> None:
    """200 accounts in PostgreSQL within the rate limit that the simulator enforces, killed amid them: what was done is
    whole, the next run goes on, and then all copies are true."""
    limits = {"enforce_rate_limit": True, "calls_per_second": 60, "calls_per_minute": 6000}
    options = ("--accounts", "accounts.ndjson", "--rate-limit", "60,6000")
    with team(cli, 200, **limits) as many:
        with cli.start("sync", "--out", postgres_url, *options) as run:
            many.wait_for_requests(lambda each: each.path == "/v1/events", 100)
            run.process.kill()
            run.end()
        wait_until_left(postgres_url)
        done = [sub for (sub,) in postgres_rows(postgres_url, "SELECT account FROM sync_state")]
        many.assert_true(postgres_url, done)
        assert 0 < len(done) < 200
        assert postgres_rows(postgres_url, "SELECT count(DISTINCT account) FROM events") == [(len(done),)]

        result = cli("sync", "--out", postgres_url, *options, "--ndjson")

        lines = by_sub(result)
        assert (result.exit_code, result.stderr) == (0, "")
        assert {sub for sub, line in lines.items() if not line["first"]} == set(done)
        many.assert_true(postgres_url)
        assert [each for each in many.requests if each.status == 429] == []
        assert many.most_at_once(1) <= 60


def test_two_programs_share_the_rate_limit(cli: Cli, postgres_url: str) -> None:
    """Two programs that keep copies in one database stay together within the limit, and neither starves."""
    limits = {"enforce_rate_limit": True, "calls_per_second": 25, "calls_per_minute": 6000}
    with team(cli, 60, **limits) as many:
        lines = many.file.read_text().splitlines(keepends=True)
        for name, part in (("a", lines[:30]), ("b", lines[30:])):
            (cli.folder / f"{name}.ndjson").write_text("".join(part))
        usual = ("sync", "--out", postgres_url, "--rate-limit", "25,6000", "--accounts")
        with cli.start(*usual, "a.ndjson") as one, cli.start(*usual, "b.ndjson") as other:
            assert (one.end(), other.end()) == (0, 0)

        many.assert_true(postgres_url)
        assert [each for each in many.requests if each.status == 429] == []
        assert many.most_at_once(1) <= 25


def test_no_secret_in_the_database(few: Team, postgres_server: PostgresServer, postgres_url: str) -> None:
    """Neither tokens nor client secrets are sent to the database, in no query and no name."""
    sync(few.cli, postgres_url)

    said = postgres_server.log.read_text()

    assert few.subs[0] in said
    secrets = (*few.refresh_tokens.values(), CLIENT_SECRET)
    assert [secret for secret in secrets if secret in said] == []


def test_a_database_that_is_away(few: Team) -> None:
    """Where the database cannot be reached it is said once, before anything is asked of Cronofy."""
    result = sync(few.cli, "postgresql://postgres@127.0.0.1:1/team", "--json")

    assert (result.exit_code, result.error["code"]) == (1, "copy_unavailable")
    assert few.requests == []
