"""What came from a file: shown as such, never taken for received, complete, and bounded."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.paths import history_file
from cronofy_cli.core.signature import HEADER, sign
from cronofy_cli.output.exports import read_ndjson
from tests.adapters.history.samples import forward
from tests.samples import CHANGE, make_delivery

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.conftest import Record, Run
    from tests.support import Cli

SECRET = "CRN_test_secret"
EVENTS = b'{"events":[{"event_uid":"evt_1","summary":"Dentist"}]}'


def forged(**changes: object) -> bytes:
    """Return a line that claims to be a verified notification."""
    line = {
        "received_at": "2026-11-22T12:00:00.123Z",
        "signature": {"state": "valid", "secret": "main"},
        "response_status": 200,
        "data_center": "us",
        "method": "POST",
        "target": "/r/x",
        "headers": [[HEADER, "AAAA"]],
        "body": CHANGE.decode(),
    }
    return json.dumps(line | changes).encode() + b"\n"


def test_a_claim_is_shown_as_a_claim(run: Run) -> None:
    """A forged line counts as unchecked, and list, show and JSON say that it was imported and what it claims."""
    run("deliveries", "import", "-", stdin=forged())

    [line] = run("deliveries", "list").lines
    shown = run("deliveries", "show", "1")
    document = run("deliveries", "show", "1", "--json").json
    assert "unknown, imported" in line
    assert "imported from a file" in shown.stdout
    assert "the file says of its signature: valid" in shown.stdout
    assert "✓ signed" not in shown.stdout
    assert (document["signature"], document["claimed_signature"]) == ({"state": "unknown", "secret": None}, "valid")
    assert document["imported_at"] >= "2026-"
    assert run("deliveries", "list", "--signature", "valid").lines == []


def test_a_signature_is_checked_here(run: Run, cli: Cli) -> None:
    """With the client secret that signed it an imported delivery is valid; it is imported nevertheless."""
    cli.environment["CRONOFY_CLIENT_SECRET"] = SECRET
    signed = forged(headers=[[HEADER, sign(CHANGE, [SECRET])]], signature={"state": "unsigned", "secret": None})

    run("deliveries", "import", "-", stdin=signed)

    document = run("deliveries", "show", "1", "--json").json
    assert (document["signature"]["state"], document["claimed_signature"]) == ("valid", "unsigned")


@pytest.mark.parametrize("signature", [sign(CHANGE, [SECRET]), "AAAA"])
def test_it_is_no_arrival(run: Run, cli: Cli, signature: str) -> None:
    """`wait` goes on waiting, whatever its signature, and `last` is the last one received."""
    cli.environment["CRONOFY_CLIENT_SECRET"] = SECRET
    run("deliveries", "import", "-", stdin=forged(headers=[[HEADER, signature]]))

    waited = run("wait", "--no-listen", "--any-signature", "--since", "2020-01-01T00:00:00Z", "--timeout", "100ms")
    assert waited.exit_code == 124
    assert "was imported, and not received here" in waited.stderr
    assert "nothing has been received yet" in run("deliveries", "show", "last").stderr
    assert run("deliveries", "show", "1").exit_code == 0


def test_importing_twice_adds_nothing(record: Record, run: Run) -> None:
    """What is there already, received or imported, is left out, and the answer says how many that were."""
    record(make_delivery(body=CHANGE))
    lines = run("deliveries", "export").stdout.encode() + forged() + forged()

    assert run("deliveries", "import", "-", stdin=lines).stdout == "1 imported, 2 already there\n"
    assert run("deliveries", "import", "-", "--json", stdin=lines).json == {"imported": 0, "already_there": 3}
    assert len(run("deliveries", "list").lines) == 2


def test_an_export_carries_what_is_kept_beside(record: Record, run: Run, cli: Cli) -> None:
    """A colleague's import has the forwards, the tags and the events behind the change."""
    record(make_delivery(body=CHANGE))
    with open_history(history_file(cli.environment)) as history:
        history.forwards.record([forward(1, 500), forward(1, None, number=2)])
        history.attach_events([1], EVENTS)
        history.tags.put("odd", 1)
    exported = run("deliveries", "export").stdout.encode()
    before = run("deliveries", "show", "1", "--json").json
    assert all(before[key] for key in ("events", "tags", "forwards"))
    (cli.data / "deliveries.db").unlink()

    run("deliveries", "import", "-", stdin=exported)

    after = run("deliveries", "show", "@odd", "--json").json
    assert [after[key] for key in ("events", "tags", "forwards")] == [
        before[key] for key in ("events", "tags", "forwards")
    ]
    assert run("deliveries", "list", "--search", "Dentist").lines != []


def test_an_import_that_breaks_off(record: Record, run: Run, cli: Cli) -> None:
    """A delivery is imported with all that is beside it or not at all, so the next import adds everything."""
    record(make_delivery(body=CHANGE))
    run("deliveries", "tag", "1", "odd")
    exported = run("deliveries", "export").stdout.encode()
    (cli.data / "deliveries.db").unlink()
    run("deliveries", "import", "-", stdin=b"")
    with closing(sqlite3.connect(cli.data / "deliveries.db")) as connection:
        connection.execute("CREATE TRIGGER broken BEFORE INSERT ON tags BEGIN SELECT RAISE(ABORT, 'broken'); END")

    assert run("deliveries", "import", "-", stdin=exported).exit_code == 1
    assert run("deliveries", "list").lines == []
    with closing(sqlite3.connect(cli.data / "deliveries.db")) as connection:
        connection.execute("DROP TRIGGER broken")
    assert run("deliveries", "import", "-", stdin=exported).stdout == "1 imported\n"
    assert run("deliveries", "show", "@odd").exit_code == 0


def test_importing_again_adds_tags(record: Record, run: Run) -> None:
    """A tag that is in the file and was lost here comes back with the next import."""
    record(make_delivery(body=CHANGE))
    run("deliveries", "tag", "1", "odd")
    exported = run("deliveries", "export").stdout.encode()
    run("deliveries", "tag", "--remove", "odd")

    again = run("deliveries", "import", "-", stdin=exported)

    assert (again.stdout, again.stderr) == ("0 imported, 1 already there\n", "")
    assert run("deliveries", "tag").lines == ["@odd\t1"]


def test_what_was_sent_late_by_hand(record: Record, run: Run, cli: Cli) -> None:
    """A replay to where the delivery was to be forwarded is its result after an import too; another one is not."""
    record(make_delivery(body=CHANGE))
    with open_history(history_file(cli.environment)) as history:
        history.forwards.record([forward(1, 500)])
        history.forwards.record(
            [forward(1, 200)._replace(is_replay=True), forward(1, 404, target="http://x/")._replace(is_replay=True)]
        )
    exported = run("deliveries", "export").stdout.encode()
    before = run("deliveries", "list", "--json").json[0]["app"]
    (cli.data / "deliveries.db").unlink()
    lines = [json.loads(line) for line in exported.splitlines()]
    # As if nothing had been sent before the replay.
    lines[0]["forwards"] = lines[0]["forwards"][1:]

    run("deliveries", "import", "-", stdin=json.dumps(lines[0]).encode())

    assert [each["status"] for each in before] == [200]
    assert run("deliveries", "list", "--json").json[0]["app"] == before


def test_a_tag_of_the_file_takes_none_from_here(record: Record, run: Run, cli: Cli) -> None:
    """A tag that is in use here stays where it is, and a warning says so."""
    record(make_delivery(body=CHANGE))
    run("deliveries", "tag", "1", "good")

    imported = run("deliveries", "import", "-", stdin=forged(tags=["good", "new"]))

    assert "@good stays" in imported.stderr
    assert [line.split("\t") for line in run("deliveries", "tag").lines] == [["@good", "1"], ["@new", "2"]]


def test_it_is_not_sent_where_the_file_says(run: Run) -> None:
    """A file may name any target: an imported delivery is replayed only to one that is named, never as a failed one."""
    line = {
        "target": "http://example.test/steal",
        "attempt": 1,
        "started_at": "2026-11-22T12:00:00Z",
        "duration_ms": 1.5,
        "address": None,
        "status": None,
        "failure": "new_failure",
        "reason": "x",
        "response_head": "",
        "response_body": "",
        "response_body_is_cut": False,
    }
    run("deliveries", "import", "-", stdin=forged(forwards=[line]))

    assert "add --to" in run("deliveries", "replay", "1", "--yes").stderr
    assert "no delivery matches" in run("deliveries", "replay", "--failed", "--yes").stderr


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 300_000,
        forged(body="[" * 300_000).replace(b'"tags"', b"") + b'{"events":' + b"[" * 300_000,
        b'{"headers":' + b"[" * 300_000 + b"}",
    ],
)
def test_nesting_has_a_limit(run: Run, content: bytes) -> None:
    """What is nested too deeply is an error with the line's number, and nothing of the file is imported."""
    result = run("deliveries", "import", "-", stdin=content)

    assert (result.exit_code, "Traceback" in result.stderr) == (2, False)
    assert "is not an exported delivery" in result.stderr


def test_a_line_has_a_limit(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line without an end is refused before it fills the memory."""
    monkeypatch.setattr(read_ndjson, "LONGEST_LINE", 1024 * 1024)

    result = run("deliveries", "import", "/dev/zero")

    assert (result.exit_code, "line 1 is longer than 1 MiB" in result.stderr) == (2, True)


@pytest.mark.parametrize("command", [("sign", "-", "--client-secret-file", "/dev/zero"), ("sign", "/dev/zero")])
def test_a_file_has_a_limit(run: Run, cli: Cli, command: tuple[str, ...]) -> None:
    """A file without an end is refused wherever one is read."""
    cli.environment["CRONOFY_CLIENT_SECRET"] = SECRET
    result = run(*command, stdin=CHANGE)

    assert (result.exit_code, "is larger than" in result.stderr) == (2, True)


def test_redacted_fixtures_can_be_signed_again(record: Record, run: Run, tmp_path: Path) -> None:
    """A fixture without secrets, signed with one for tests, passes a test that verifies it."""
    record(make_delivery(body=CHANGE), make_delivery(body=b'{"notification":{"type":"verification"}}'))
    secret = tmp_path / "test.txt"
    secret.write_text(SECRET)
    options = ("--format", "pytest", "--redact", "--client-secret-file", secret)
    (tmp_path / "conftest.py").write_bytes(run("deliveries", "export", *options).stdout_bytes)
    (tmp_path / "test_handler.py").write_text(
        "import base64, hashlib, hmac\n"
        "def test_handler(cronofy_delivery):\n"
        f"    expected = hmac.new(b{SECRET!r}, cronofy_delivery.body, hashlib.sha256).digest()\n"
        f"    assert base64.b64decode(dict(cronofy_delivery.headers)[{HEADER!r}]) == expected\n"
    )

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "2 passed" in done.stdout, done.stdout


@pytest.mark.parametrize(
    "command",
    [
        *(("export", "1", "--format", form) for form in ("ndjson", "har", "curl", "pytest")),
        *(("show", "1", option) for option in ("--raw", "--headers", "--curl", "--json")),
        ("show", "1"),
        ("list", "--ndjson"),
    ],
)
def test_nothing_raw_reaches_a_terminal(record: Record, run: Run, command: tuple[str, ...]) -> None:
    """Controls and marks that turn text around, in a stranger's body or headers, are escapes on a terminal."""
    hostile = "a\x9b31m\x9d0;x\u202eb"
    body = json.dumps({"x": hostile}, ensure_ascii=False).encode()
    record(make_delivery(body=body, headers=((b"X-Odd", hostile.encode()), (b"X-Raw", b"\x9b31m"))))

    shown = run("deliveries", *command, "--color", "never", terminal=True).stdout_bytes.decode(
        "utf-8", "surrogateescape"
    )

    assert set(shown) & {"\x9b", "\x9d", "\u202e", "\x1b", "\udc9b"} == set()
