"""The tools that send, wait or edit. Applications are those of this machine; calendars are the simulator's."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import anyio
from mcp.server.mcpserver import Context
from mcp_types import CallToolResult
from pydantic import Field

from cronofy_cli.agent.answers import Answer, ListAnswer, answer, cleaned, failure, refusal
from cronofy_cli.agent.child import Children
from cronofy_cli.agent.reading_tools import DeliveryId, Number, Where, listed, options, without_responses
from cronofy_cli.errors import ExitCode, WrongUsage
from cronofy_cli.outbound.target import parse_target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.agent.child import Ended

BEAT_S: Final = 5.0
"""How often a waiting tool says that it is alive: clients end a silent call after a minute or so."""
_MOST_OF_TEXT: Final = 1_000
_FAILURE_KEYS: Final = ("case", "state", "importance", "sent", "expected", "finding", "why", "hint", "docs")
_EDIT_KEYS: Final = {"add": ("calendar", "start", "end"), "move": ("start", "end"), "change": ("title",), "delete": ()}

Target = Annotated[str, Number, Field(description="PORT, PORT/PATH or a URL of this machine")]


class ActingTools:
    """What an agent may do: wait, send to an application on this machine, edit the simulator's calendars."""

    def __init__(self, children: Children) -> None:
        self._children = children

    async def wait_for_notification(
        self,
        ctx: Context,
        type: str | None = None,  # noqa: A002 - the name that a model sees
        channel: str | None = None,
        where: Where = None,
        after: Annotated[str | None, Number, Field(description="a delivery's number: miss nothing since")] = None,
        count: Annotated[int, Field(ge=1, le=100)] = 1,
        timeout_s: Annotated[int, Field(ge=1, le=3600)] = 45,  # many clients give up at 60 s
    ) -> Annotated[CallToolResult, Answer]:
        """Wait for verified notifications. Without a listener it opens a channel, and closes it at the end.

        For the next ones call again with after = last_id.
        """
        chosen = options(type=type, channel=channel, where=where, after=after, count=count, timeout=f"{timeout_s}s")
        ended = await self._with_progress(ctx, ["wait", "--ndjson", "--no-input", *chosen], count)
        found = [listed(each) for each in ended.documents]
        is_late = ended.exit_code == ExitCode.TIME_LIMIT
        if ended.exit_code and not is_late:
            return failure(ended)
        last = found[-1]["id"] if found else after
        result = {"deliveries": found, "timed_out": is_late, "last_id": last}
        if is_late:
            return answer(ended.error["message"], result, next_step=ended.error["hint"])
        return answer(f"{len(found)} came", result, next_step=f"show_delivery with id {last}")

    async def trigger_notification(
        self,
        type: Annotated[str, Field(description="change, verification, profile_disconnected, …")],  # noqa: A002
        target: Target,
        set: Annotated[list[str] | None, Field(description="KEY=VALUE, dotted")] = None,  # noqa: A002
        signature: Literal["right", "wrong", "none"] = "right",
        count: Annotated[int, Field(ge=1, le=100)] = 1,
    ) -> Annotated[CallToolResult, ListAnswer]:
        """Send sample notifications to the app, signed as Cronofy signs, or wrongly."""
        if refused := _refused(target, f"cronofy trigger {type} {target} --yes"):
            return refused
        chosen = options(set=set, count=count, unsigned=signature == "none", bad_signature=signature == "wrong")
        return await self._sent(["trigger", "--json", "--no-input", *chosen, "--", type, target])

    async def check_handler(
        self,
        target: Target,
        only: Annotated[list[str] | None, Field(description="cases, or groups such as signatures")] = None,
    ) -> Annotated[CallToolResult, Answer]:
        """Send a handler what Cronofy really sends, 48 cases; answers with the failed ones."""
        if refused := _refused(target, f"cronofy check handler {target} --yes"):
            return refused
        ended = await self._children.run(
            ["check", "handler", "--json", "--no-input", *options(only=only), "--", target]
        )
        if not ended.lines:
            return failure(ended)
        results = ended.document
        failures = [{key: each[key] for key in _FAILURE_KEYS} for each in results if each["state"] != "passed"]
        passed = len(results) - len(failures)
        return answer(
            f"{passed} of {len(results)} cases passed",
            {"passed": passed, "failed": len(failures), "failures": cleaned(failures, _MOST_OF_TEXT)},
            next_step=(failures[0]["hint"] or failures[0]["finding"]) if failures else "wait_for_notification",
        )

    async def replay_delivery(
        self,
        target: Target,
        id: DeliveryId = "last",  # noqa: A002 - the name that a model sees
    ) -> Annotated[CallToolResult, ListAnswer]:
        """Send a delivery to the app again, byte for byte."""
        if refused := _refused(target, f"cronofy deliveries replay {id} --to {target} --yes"):
            return refused
        return await self._sent(["deliveries", "replay", "--json", "--no-input", *options(to=target), "--", id])

    async def simulator_edit(
        self,
        action: Literal["add", "move", "change", "delete"],
        event: Annotated[str, Field(description="title, or the uid of one that is there")],
        calendar: str | None = None,
        start: Annotated[str | None, Field(description="2026-11-24T12:00")] = None,
        end: str | None = None,
        title: Annotated[str | None, Field(description="the new title, for change")] = None,
    ) -> Annotated[CallToolResult, Answer]:
        """Edit the simulator's calendars as their owner: open channels are notified. Never a real account."""
        given = {"calendar": calendar, "start": start, "end": end, "title": title}
        extra = [name for name, value in given.items() if value is not None and name not in _EDIT_KEYS[action]]
        if extra:
            return refusal(WrongUsage(f"{action} takes no {extra[0]}", hint=f"leave out {', '.join(extra)}"))
        ended = await self._children.run(
            ["simulator", "edit", action, "--json", "--no-input", *options(**given), "--", event]
        )
        if ended.exit_code:
            return failure(ended)
        return answer(f"{action}: done", cleaned(ended.document), next_step="wait_for_notification with type change")

    async def _sent(self, arguments: Sequence[str]) -> CallToolResult:
        ended = await self._children.run(arguments)
        if not ended.lines:
            return failure(ended)
        sent, responses = without_responses(ended.document)
        accepted = sum(1 for each in sent if each["succeeded"])
        hint = next((each["hint"] for each in sent if each["hint"]), None)
        return answer(
            f"{accepted} of {len(sent)} were accepted", sent, from_outside=responses, next_step=hint or "check_handler"
        )

    async def _with_progress(self, ctx: Context, arguments: Sequence[str], count: int) -> Ended:
        """Run a command that waits, with a note for each line and a beat in between; numbers only grow."""
        started, lines = monotonic(), 0

        async def note(found: int) -> None:
            nonlocal lines
            lines = found
            await ctx.report_progress(found, count, f"{found} of {count}, after {monotonic() - started:.0f} s")

        async def beat() -> None:
            beats = 0
            while True:
                await anyio.sleep(BEAT_S)
                beats += 1
                await ctx.report_progress(lines + beats / (beats + 1), count, f"waiting, {monotonic() - started:.0f} s")

        async with anyio.create_task_group() as group:
            group.start_soon(beat)
            ended = await self._children.run(arguments, on_line=note)
            group.cancel_scope.cancel()
        return ended


def _refused(target: str, command: str) -> CallToolResult | None:
    """Return the refusal of a target that is not this machine: what is sent there is the user's to decide."""
    try:
        found: Any = parse_target(target)
    except WrongUsage as error:
        return refusal(error)
    if found.is_loopback:
        return None
    message = f"{found.host} is not this machine, and this tool sends to this machine only"
    return refusal(WrongUsage(message, hint=f"ask the user to run: {command}"))
