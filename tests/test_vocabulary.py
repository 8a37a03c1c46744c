"""JSON is an API: its keys and codes are those of the documents' types, and of the table in `docs/vocabulary.md`."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import typing
from enum import Enum
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from msgspec import Raw
from msgspec.structs import fields

import cronofy_cli
from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.paths import history_file
from cronofy_cli.cli.json_schemas import json_schema
from cronofy_cli.cli.printed import PASSED_THROUGH, PRINTED, printed_type
from cronofy_cli.cli.tree import command_paths
from cronofy_cli.commands.help_topics import PAGES
from cronofy_cli.core.autopsy.causes import Cause
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.signature import SignatureState, digest
from cronofy_cli.errors import CronofyError
from cronofy_cli.output.documents import deliveries, events, running, signatures
from cronofy_cli.output.documents.base import Document, Line
from cronofy_cli.output.documents.errors import ErrorDocument
from cronofy_cli.simulator.world.seed import WORK
from cronofy_cli.simulator.world.settings import SimulatorSettings
from cronofy_cli.sync.documents import DriftDocument, DriftReportDocument, SyncDocument
from tests.golden_files import GOLDEN
from tests.in_process import run_main
from tests.outbound.app import running_app
from tests.ports import free_port
from tests.samples import make_delivery
from tests.scripts.listening import edit, listening
from tests.sender import post
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.support import Cli

VOCABULARY = (REPOSITORY / "docs/vocabulary.md").read_text(encoding="utf-8")
SECRET = "CRN_1"
BODY = b'{"notification":{"type":"verification"},"channel":{"channel_id":"chn_1"}}'

LINES = {"listen", "demo"}
"""Commands that print lines of several kinds."""

NO_COMMAND = {"error", "version"}
"""What has a schema and is not the document of one command."""

WITHOUT_JSON = {
    "agent skill",
    "completion",
    "mcp",
    *(f"help {name}" for name in PAGES),
    "deliveries browse",
    "deliveries export",
    "simulator exec",
    "simulator world export",
}
"""Text, a script, or a format of its own."""

SECRET_FILE = ("--client-secret-file", "secret.txt")
SIMULATOR = ("--data-center", "simulator")
PORT = str(free_port())
"""Of the application, which answers everything with 200."""
SCENARIOS: dict[str, tuple[tuple[str, ...], ...]] = {
    "sending": (
        ("trigger", "--list"),
        ("trigger", "change", PORT, *SECRET_FILE),
        ("check", "handler", PORT, "--only", "signatures", *SECRET_FILE),
    ),
    "handlers": (("init", "fastapi", "hook", "--dry-run"),),
    "signatures": (
        ("verify", "body.json", "--signature", digest(BODY, SECRET), *SECRET_FILE),
        ("verify", "body.json", "--signature", digest(BODY + b"\n", SECRET), *SECRET_FILE),
        ("sign", "body.json", *SECRET_FILE),
    ),
    "accounts": (
        ("auth", "status", *SIMULATOR),
        ("auth", "login", "--access-token-file", "token.txt", "--insecure-storage", *SIMULATOR),
        ("auth", "token"),
        (
            "auth",
            "login",
            "--start",
            "--insecure-storage",
            "--client-id",
            "id",
            *SECRET_FILE,
            "--context",
            "two",
            *SIMULATOR,
        ),
        ("context", "list"),
        ("context", "show", "simulator"),
        ("context", "rename", "simulator", "other"),
        ("context", "use", "other"),
        ("auth", "secret", "add", "new", *SECRET_FILE),
        ("auth", "secret", "list"),
        ("auth", "secret", "remove", "new"),
        ("auth", "status"),
        ("auth", "logout"),
        ("context", "remove", "other", "--yes"),
    ),
    "settings": (
        ("config", "set", "port", "8080"),
        ("config", "get", "port"),
        ("config", "show"),
        ("config", "list"),
        ("config", "path"),
        ("config", "unset", "port"),
        ("help", "exit-codes"),
        ("help", "environment"),
        ("commands",),
        ("commands", "--all"),
        ("schemas",),
        ("schemas", "--all"),
        ("agent", "setup", "claude", "--yes"),
        ("tunnel", "status"),
        ("tunnel", "token", "--token-file", "authtoken.txt"),
    ),
    "calendars": (
        ("sync", "--out", "calendar.db", *SIMULATOR),
        ("sync", "--out", "copies", "--accounts", "accounts.ndjson", *SIMULATOR),
        ("simulator", "edit", "add", "Lunch", "--calendar", "Work"),
        ("sync", "--out", "calendar.db", "--check", *SIMULATOR),
        ("sync", "--out", "calendar.db", *SIMULATOR),
        ("simulator", "application", "write", "booking-1", "Demo"),
        ("simulator", "application", "delete", "booking-1"),
        ("channels", "create", "--callback-url", "https://app.example.test/hook", *SIMULATOR),
        ("simulator", "list"),
        ("simulator", "push", "profile_disconnected"),
        ("why", *SIMULATOR),
        ("channels", "close", "--all", "--yes", *SIMULATOR),
        ("doctor", *SIMULATOR),
        ("events", "cache", "status"),
        ("events", "cache", "clear", "--yes"),
    ),
    "deliveries": (
        ("deliveries", "import", "deliveries.ndjson"),
        ("deliveries", "list"),
        ("deliveries", "show", "last"),
        ("deliveries", "diff", "1", "2"),
        ("deliveries", "tag", "last", "odd"),
        ("deliveries", "tag", "--remove", "odd"),
        ("deliveries", "replay", "last", "--to", PORT),
        ("deliveries", "show", "last"),
        ("wait", "--after", "1", "--timeout", "5s"),
        ("deliveries", "path"),
        ("deliveries", "index"),
        ("deliveries", "prune", "--keep", "0", "--yes"),
    ),
}
RUN_ELSEWHERE = {
    "auth refresh": "tests/commands/auth/test_auth.py",
    "events follow": "tests/commands/events/test_follow.py",
    "inspect": "tests/inspector/test_command.py",
    "simulator run": "tests/commands/simulator/test_simulator.py",
    "tunnel install": "tests/commands/test_tunnel.py",
}
"""Where a command is run that needs more than a simulator."""


def documents() -> list[type[Document]]:
    """Return the types of all documents. Every module is imported, so that none is missed, nor an error's code."""
    for module in pkgutil.walk_packages(cronofy_cli.__path__, "cronofy_cli."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return sorted(set(below(Document)) - {Line}, key=lambda each: each.__name__)


def below(root: type[Any]) -> Iterator[type[Any]]:
    """Yield the classes that are derived from one."""
    for each in root.__subclasses__():
        yield each
        yield from below(each)


def enums_in(annotation: object) -> Iterator[type[Enum]]:
    """Yield the closed sets that a field's type names."""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        yield annotation
    for each in typing.get_args(annotation):
        yield from enums_in(each)


def section(title: str) -> list[list[str]]:
    """Return the cells of a table of the vocabulary."""
    text = VOCABULARY.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| \n").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows if not row[0].startswith("---")][1:]


def quoted(cell: str) -> list[str]:
    """Return the words of a cell that are in back quotes."""
    return re.findall(r"`([^`]*)`", cell)


def test_every_key() -> None:
    """The table has exactly the keys that are printed, each once, in their order, with a meaning."""
    rows = section("Keys")
    keys = {field.encode_name for document in documents() for field in fields(document)}

    assert [quoted(row[0])[0] for row in rows] == sorted(keys)
    assert all(row[1].endswith(".") for row in rows)


def test_every_kind_of_line() -> None:
    """The table has exactly the kinds of lines that are printed."""
    kinds = {document.__struct_config__.tag for document in documents() if issubclass(document, Line)}

    assert [quoted(row[0])[0] for row in section("Kinds of lines")] == sorted(map(str, kinds))


def test_every_code() -> None:
    """The table has exactly the codes of each closed set, under the keys that have them, and those of errors."""
    sets: dict[tuple[str, ...], set[str]] = {}
    for document in documents():
        for field in fields(document):
            for enum in enums_in(field.type):
                sets.setdefault(tuple(each.value for each in enum), set()).add(field.encode_name)
    errors: list[type[CronofyError]] = [CronofyError, *below(CronofyError)]
    ours = {each.code for each in errors if not each.__module__.startswith(("tests.", "cronofy_cli.simulator."))}
    sets.setdefault(tuple(sorted(ours)), set()).add("code")

    assert {tuple(quoted(row[2])): set(quoted(row[1])) for row in section("Codes")} == sets


def test_every_failure() -> None:
    """The table has exactly the codes of `failure`, with what each means."""
    rows = {quoted(row[0])[0]: row[1].rstrip(".").lower() for row in section("Failures")}

    assert rows == {failure.value: failure.description.lower() for failure in Failure}


def test_every_cause_of_a_failed_signature() -> None:
    """The table has exactly the causes, and the details of each."""
    found: dict[str, list[str]] = {}
    for cause in Cause:
        found.setdefault(cause.family.value, []).extend([cause.detail] if cause.detail else [])

    assert {quoted(row[0])[0]: quoted(row[1]) for row in section("Causes of a failed signature")} == found


def test_every_command_is_held_to_a_document() -> None:
    """No command prints JSON that has no type: what each prints is said here, and it is run."""
    run = {path_of(arguments) for scenario in SCENARIOS.values() for arguments in scenario}

    printed = {line.partition(" --")[0] for line in PRINTED} - NO_COMMAND
    assert set(command_paths()) == {*printed, *PASSED_THROUGH, *WITHOUT_JSON}
    assert printed - run - LINES == set(RUN_ELSEWHERE)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_commands_print(
    scenario: str, cli: Cli, simulator: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command prints its document, with every key of it and no other; an error is a document on stderr."""
    prepare(cli)
    monkeypatch.chdir(cli.folder)
    with running_app(port=int(PORT)):
        results = [(arguments, run_main(cli, *arguments, "--json")) for arguments in SCENARIOS[scenario]]

    for arguments, result in results:
        assert result.exit_code in {0, 1, 3, 5}, (arguments, result.stderr)
        path = path_of(arguments)
        if path in PRINTED:
            line = command_line(path, arguments)
            check(result.stdout, printed_type(line))
            follows_its_schema(result.stdout, line)
        if result.stderr.startswith("{"):
            check(result.stderr.splitlines()[-1], ErrorDocument)
            follows_its_schema(result.stderr.splitlines()[-1], "error")


def follows_its_schema(text: str, line: str) -> None:
    """Hold JSON against the published schema of a command line."""
    Draft202012Validator(json.loads(json_schema(line))).validate(json.loads(text))


def prepare(cli: Cli) -> None:
    """Put the files there that the scenarios name, and let secrets be kept in files."""
    cli.environment["CRONOFY_NO_KEYRING"] = "1"
    lines = [
        deliveries.DeliveryDocument(
            id=number,
            received_at=f"2026-11-22T09:24:0{number}.000Z",
            type="verification",
            changes_since=None,
            channel_id="chn_1",
            signature=deliveries.SignatureDocument(SignatureState.VALID, "main"),
            response_status=200,
            data_center="us",
            method="POST",
            target=f"/r/{number}",
            headers=(("Host", "app.example.test"),),
            body=BODY.decode(),
        ).encode()
        for number in (1, 2)
    ]
    with open_history(history_file(cli.environment)) as history:
        history.record([make_delivery(body=BODY)._replace(context="us") for _ in range(2)])
    for name, content in {
        "body.json": BODY,
        "secret.txt": SECRET.encode(),
        "token.txt": SimulatorSettings().access_token.encode(),
        "authtoken.txt": b"2abc_def",
        "accounts.ndjson": b'{"sub":"acc_1","refresh_token":"none"}',
        "deliveries.ndjson": b"\n".join(lines),
    }.items():
        (cli.folder / name).write_bytes(content)


def path_of(arguments: Iterable[str]) -> str:
    """Return the command that arguments begin with."""
    words = list(arguments)
    known = set(command_paths())
    return next(path for length in (3, 2, 1) if (path := " ".join(words[:length])) in known)


def command_line(path: str, arguments: Iterable[str]) -> str:
    """Return a command, with the option that makes it print another document."""
    return next((line for each in arguments if (line := f"{path} {each}") in PRINTED), path)


def check(text: str | bytes, kind: Any) -> None:
    """Hold JSON against a type: nothing more, nothing less, and written again it is the same."""
    document = msgspec.json.decode(text, type=kind)
    assert json.loads(msgspec.json.encode(document)) == json.loads(text)


def test_lines_of_listen(cli: Cli, simulator: SimulatorServer) -> None:
    """Each line that `listen` prints is a document of its kind."""
    kinds = {str(each.__struct_config__.tag): each for each in documents() if issubclass(each, Line)}
    with listening(cli, PORT) as run:
        edit(cli, "add", "Lunch", "--calendar", WORK)
        run.wait_for("events")
        run.wait_for("forward")
        post(run.callback_url, BODY, secret=None)
        run.wait_for("diagnosis")
        assert run.running.stop() == 130
        lines = list(run.running.lines)

    for line in lines:
        check(line, kinds[json.loads(line)["kind"]])
        follows_its_schema(line, "listen")
    assert {json.loads(line)["kind"] for line in lines} == {"ready", "delivery", "events", "forward", "diagnosis"}


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        ("event-changes.ndjson", events.EventChangeDocument),
        ("export-ndjson.txt", deliveries.DeliveryDocument),
        ("sync-run-ndjson.txt", events.EventChangeDocument),
        ("sync-run-json.txt", SyncDocument),
        ("sync-drift-ndjson.txt", DriftDocument),
        ("sync-drift-json.txt", DriftReportDocument),
        ("verify-*.txt", signatures.VerifyDocument),
    ],
)
def test_golden_lines(pattern: str, kind: Any) -> None:
    """What is kept as the output of commands is made of documents."""
    lines = [line for path in GOLDEN.glob(pattern) for line in path.read_bytes().splitlines() if line.startswith(b"{")]

    assert lines
    for line in lines:
        check(line, kind)


def test_a_field_too_many_is_noticed() -> None:
    """The types are strict: what they do not name is refused by these tests."""
    ready = running.ReadyDocument("https://app.example.test/r/1", "chn_1", 1, 2, 3)

    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        check(ready.encode().replace(b"{", b'{"more":1,'), running.ReadyDocument)
    assert {field.name: field.type for field in fields(deliveries.ShownDelivery)}["events"] == Raw | None
