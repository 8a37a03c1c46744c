"""What each tool runs, and the answer that it makes of what the command prints: a program that is told what to print
stands in for the command line.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError

from cronofy_cli.adapters.journal import Journal
from cronofy_cli.adapters.topics import TOPICS
from cronofy_cli.agent.acting_tools import ActingTools
from cronofy_cli.agent.catalogue import TOOLS
from cronofy_cli.agent.child import Children
from cronofy_cli.agent.reading_tools import ReadingTools
from cronofy_cli.agent.server import make_server
from tests.golden_files import check_golden

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

GOLDEN = Path(__file__).parent / "golden"
PROGRAM = """\
#!/bin/sh
folder=$(dirname "$0")
printf '%s\\n' "$*" >> "$folder/calls"
cat "$folder/$5 $6.out"
cat "$folder/$5 $6.err" >&2
exit "$(cat "$folder/$5 $6.code")"
"""
DELIVERY = {
    "id": 7,
    "received_at": "2026-11-22T12:04:31Z",
    "type": "change\x1b[2J",
    "changes_since": None,
    "signature": "valid",
    "headers": [["Host", "h"]],
    "body": "{}",
    "app": "200",
}
SHOWN = DELIVERY | {
    "signature": {"state": "valid", "secret": "main"},
    "events": {"changes": [{"summary": "Lunch\u200b"}]},
    "forwards": [
        {"succeeded": True, "response_status": 200, "response_body": "fine", "target": "3000"},
        {"succeeded": False, "response_status": 500, "response_body": "x" * 501, "target": "3001"},
        {"succeeded": False, "response_status": None, "response_body": None, "target": "3002"},
    ],
}
SIGNED_IN = {"signed_in": True, "data_center": "uk", "email": "jane@example.com", "token_from": "context work"}
CAUSE = {"likelihood": "certain", "sentence": "no channel is open", "hint": "cronofy listen", "evidence": "e\u200b"}
CASE = {
    "case": "types.change",
    "state": "failed",
    "importance": "must",
    "sent": "a change",
    "expected": "200-299",
    "finding": "500 in 3 ms",
    "why": "w" * 1_001,
    "hint": "look at the log",
    "docs": "https://docs.cronofy.com/",
    "attempts": [],
}
SENT = [
    {"succeeded": True, "hint": None, "response_body": "fine", "target": "3000"},
    {"succeeded": False, "hint": "start it", "response_body": "no", "target": "3000"},
]
ERROR = {"code": "not_found", "message": "no delivery 9", "hint": "cronofy deliveries list", "docs": None}
LATE = {"code": "time_limit", "message": "0 of 2 came within 45s", "hint": "cronofy why", "docs": None}


class Stage:
    """Plays what commands print, and keeps what the tools ran and answered."""

    def __init__(self, folder: Path, children: Children) -> None:
        self.folder = folder
        self.children = children
        self.told: list[str] = []

    def prints(self, command: str, *documents: object, code: int = 0, error: object = None) -> None:
        """Let a command, by its first two words, print documents, one a line, and end so."""
        out = "".join(f"{json.dumps(each)}\n" for each in documents)
        (self.folder / f"{command}.out").write_text(out)
        (self.folder / f"{command}.err").write_text("" if error is None else json.dumps(error))
        (self.folder / f"{command}.code").write_text(str(code))

    def call(self, title: str, tool: str, /, **arguments: Any) -> dict[str, Any]:
        """Call a tool by its method, and return its answer."""
        calls = self.folder / "calls"
        calls.unlink(missing_ok=True)
        owner = next(each for each in (ReadingTools, ActingTools) if hasattr(each, tool))(self.children)

        async def call() -> Any:
            with anyio.fail_after(60):
                return await getattr(owner, tool)(**arguments)

        result = anyio.run(call)
        document: dict[str, Any] = result.structured_content
        ran = sorted(calls.read_text().splitlines()) if calls.exists() else []
        parts = [f"# {tool}: {title}{' (error)' if result.is_error else ''}", *ran, json.dumps(document, indent=1)]
        self.told.append("\n".join(parts) + "\n")
        return document


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The tools, with a program in the place of this one's commands, and nothing on this machine."""
    program = tmp_path / "program"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setenv("CRONOFY_DATA_DIR", str(tmp_path / "data"))
    return Stage(tmp_path, Children(["--context", "work"]))


class Progress:
    """Where a client is told that a tool is alive."""

    async def report_progress(self, progress: float, total: float | None, message: str | None) -> None:
        """Take note of nothing."""


def test_what_a_tool_that_reads_runs_and_answers(stage: Stage) -> None:
    """Each tool runs one command with its arguments as options, and says in its answer what to do next."""
    stage.prints("deliveries list", [DELIVERY, {**DELIVERY, "id": 8}])
    every = {"type": "change", "signature": "valid", "since": "1h", "channel": "chn_1", "where": "`true`", "limit": 3}
    stage.call("some", "list_deliveries", **every)
    stage.prints("deliveries list", [])
    stage.call("none", "list_deliveries")
    stage.prints("deliveries list", code=2, error=ERROR)
    stage.call("refused", "list_deliveries", where="-")

    stage.prints("deliveries show", SHOWN)
    stage.call("valid", "show_delivery")
    stage.prints("deliveries show", {**DELIVERY, "signature": {"state": "invalid"}, "forwards": []})
    stage.call("invalid", "show_delivery", id="7")
    stage.prints("deliveries show", code=1, error=ERROR)
    stage.call("not there", "show_delivery", id="9")

    stage.prints("why --json", {"verdict": "cause_found", "causes": [CAUSE, CAUSE]}, code=1)
    stage.call("a cause", "why", channel="chn_1", event="Lunch", probe=True)
    stage.prints("why --json", {"verdict": "nothing_wrong_found", "causes": []})
    stage.call("no cause", "why")
    stage.prints("why --json", code=4, error=ERROR)
    stage.call("it failed", "why")

    stage.prints("verify --json", {"state": "invalid", "cause": "altered", "hint": "use the raw body"}, code=5)
    stage.call("it does not match", "verify_signature", delivery="@mine")
    stage.prints("verify --json", {"state": "valid", "cause": None, "hint": None})
    stage.call("it matches", "verify_signature")
    stage.prints("verify --json", code=1, error=ERROR)
    stage.call("it failed", "verify_signature")

    stage.prints("events read", {"summary": "Lunch\u200b" + "x" * 2_001}, {"summary": "Tea"})
    days = {"start": "today", "end": "+2d", "calendar": ["Work", "Home"], "changes_since": "last"}
    stage.call("all", "read_events", **days, include_deleted=True, limit=2)
    stage.call("some of them", "read_events", limit=1)
    stage.prints("events read", code=4, error=ERROR)
    stage.call("it failed", "read_events")

    topic = stage.call("a page", "help_topic", topic=TOPICS[0])
    assert topic["result"]["text"]
    del stage.told[-1]
    stage.call("no page", "help_topic", topic="everything")

    check_golden("reading_tools.txt", "\n".join(stage.told).encode(), GOLDEN)


def test_a_command_that_prints_nonsense(stage: Stage) -> None:
    """That is a fault of ours: the client is told that the tool failed, and not that it was called wrongly."""
    stage.prints("verify --json")
    (stage.folder / "verify --json.out").write_text("nonsense")

    async def call() -> None:
        await make_server(stage.children).call_tool("verify_signature", {})

    with pytest.raises(ToolError, match="verify_signature"):
        anyio.run(call)


def test_a_delivery_as_a_resource(stage: Stage) -> None:
    """It is the tool's answer; one that is not there is an error with the same object, and not an empty resource."""
    stage.prints("deliveries show", SHOWN)

    async def read(number: str) -> Any:
        contents: Any = await make_server(stage.children).read_resource(f"cronofy://deliveries/{number}")
        return [json.loads(each.content) for each in contents]

    assert [each["result"]["id"] for each in anyio.run(read, "7")] == [7]
    stage.prints("deliveries show", code=1, error=ERROR)
    with pytest.raises(ResourceNotFoundError, match="no delivery 9"):
        anyio.run(read, "9")


def test_where_an_agent_starts(stage: Stage) -> None:
    """The status says who is signed in, what listens here, what was received last, and what to begin with."""
    stage.prints("auth status", SIGNED_IN)
    stage.prints("simulator list", [])
    stage.prints("deliveries list", [DELIVERY])
    stage.call("signed in", "status")
    stage.prints("auth status", {**SIGNED_IN, "email": None})
    stage.prints("deliveries list", [])
    stage.call("by a token", "status")
    stage.prints("auth status", {"signed_in": False, "data_center": "de"})
    stage.call("not signed in", "status")
    stage.prints("auth status", {**SIGNED_IN, "data_center": "simulator"})
    stage.call("no simulator", "status")
    stage.prints("simulator list", [{"url": "http://127.0.0.1:21100"}])
    stage.call("a simulator", "status")
    stage.prints("auth status", code=4, error=ERROR)
    stage.prints("simulator list", code=1, error=ERROR)
    stage.prints("deliveries list", code=1, error=ERROR)
    stage.call("nothing can be said", "status")
    check_golden("status.txt", "\n".join(stage.told).encode(), GOLDEN)


def test_listeners_that_run_here(stage: Stage) -> None:
    """Of the runs on this machine those that can be posted to are listeners."""
    stage.prints("auth status", SIGNED_IN)
    stage.prints("simulator list", [])
    stage.prints("deliveries list", [])
    journal = Journal(os.environ)
    journal.begin("us", "acc_2")
    journal.note_created("uk", "acc_1", "chn_2", "https://example.com/other")
    journal.begin(
        "uk", "acc_1", targets=("http://127.0.0.1:3000",), started_at="2026-11-22T12:00:00Z"
    ).note_callback_url("https://example.com/hook")

    found = stage.call("a listener", "status")

    assert found["result"]["listeners"] == [
        {"data_center": "uk", "targets": ["http://127.0.0.1:3000"], "started_at": "2026-11-22T12:00:00Z"}
    ]
    assert found["summary"].endswith("; listeners running here: 1")
    assert found["next"] == "list_deliveries"


def test_what_a_tool_that_acts_runs_and_answers(stage: Stage) -> None:
    """What is sent, waited for or edited goes to the command with its options; the answer says how it ended."""
    every = {"type": "change", "channel": "chn_1", "where": "`true`", "after": "6", "count": 2}
    stage.prints("wait --ndjson", DELIVERY, {**DELIVERY, "id": 8})
    stage.call("they came", "wait_for_notification", ctx=Progress(), **every, timeout_s=60)
    stage.prints("wait --ndjson", DELIVERY, code=124, error=LATE)
    stage.call("one came", "wait_for_notification", ctx=Progress(), **every)
    stage.prints("wait --ndjson", code=124, error=LATE)
    stage.call("none came", "wait_for_notification", ctx=Progress(), after="6")
    stage.prints("wait --ndjson", code=3, error=ERROR)
    stage.call("it failed", "wait_for_notification", ctx=Progress())

    stage.prints("trigger --json", SENT, code=1)
    stage.call("some", "trigger_notification", type="change", target="3000/hook", set=["a.b=1", "c=2"], count=2)
    stage.prints("trigger --json", SENT[:1])
    stage.call("wrongly signed", "trigger_notification", type="change", target="3000", signature="wrong")
    stage.call("not signed", "trigger_notification", type="change", target="3000", signature="none")
    stage.prints("trigger --json", code=2, error={**ERROR, "hint": "add --yes"})
    stage.call("it failed", "trigger_notification", type="change", target="3000")
    stage.call("far away", "trigger_notification", type="change", target="https://app.example.test/hook")
    stage.call("nowhere", "trigger_notification", type="change", target="https://")

    stage.prints("deliveries replay", SENT, code=1)
    stage.call("some", "replay_delivery", target="3000", id="7")
    stage.call("far away", "replay_delivery", target="https://app.example.test/hook")

    stage.prints("check handler", [{**CASE, "state": "passed"}, CASE, {**CASE, "hint": None}], code=1)
    stage.call("some failed", "check_handler", target="3000", only=["types", "load"])
    stage.prints("check handler", [{**CASE, "hint": None}], code=1)
    stage.call("all failed", "check_handler", target="3000")
    stage.prints("check handler", [{**CASE, "state": "passed"}])
    stage.call("all passed", "check_handler", target="3000")
    stage.prints("check handler", code=3, error=ERROR)
    stage.call("it failed", "check_handler", target="3000")
    stage.call("far away", "check_handler", target="https://app.example.test/hook")

    stage.prints("simulator edit", {"event_uid": "evt_1", "summary": "Lunch\u200b"})
    stage.call("added", "simulator_edit", action="add", event="Lunch", calendar="Work", start="today", end="+1h")
    stage.call("changed", "simulator_edit", action="change", event="Lunch", title="Tea")
    stage.call("moved", "simulator_edit", action="move", event="Lunch", start="today", end="+1h")
    stage.prints("simulator edit", code=1, error=ERROR)
    stage.call("it failed", "simulator_edit", action="delete", event="Lunch")
    for action, name in (("delete", "start"), ("change", "calendar"), ("move", "title"), ("add", "title")):
        stage.call(f"{action} takes no {name}", "simulator_edit", action=action, event="Lunch", **{name: "x"})

    check_golden("acting_tools.txt", "\n".join(stage.told).encode(), GOLDEN)


def described(server: MCPServer[Any]) -> str:
    """Return everything that a model reads before it calls anything."""

    async def listed() -> list[Any]:
        return list(await server.list_tools())

    tools = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in anyio.run(listed)]
    return json.dumps({"name": server.name, "instructions": server.instructions, "tools": tools}, indent=1)


def test_what_a_model_reads() -> None:
    """The instructions, and each tool with its words, its hints and its schemas, are those that are kept."""
    check_golden("server.json", f"{described(make_server(Children()))}\n".encode(), GOLDEN)
    assert json.loads(described(make_server(Children(), ["why"])))["tools"][0]["name"] == "why"
    assert len(TOOLS) == len(json.loads(described(make_server(Children())))["tools"])
