"""The tools that change nothing.

A method is a tool: its signature becomes the input schema, its docstring is what a model reads.
"""

from __future__ import annotations

import os
from typing import Annotated, Any, Final, Literal

import anyio
from mcp_types import CallToolResult
from pydantic import Field, WithJsonSchema

from cronofy_cli.adapters.journal import Journal
from cronofy_cli.adapters.topics import TOPICS, topic_page
from cronofy_cli.agent.answers import Answer, ListAnswer, answer, cleaned, failure, refusal, text_from_outside
from cronofy_cli.agent.child import Children, Ended
from cronofy_cli.core.accounts.data_centers import SIMULATOR
from cronofy_cli.core.counts import counted
from cronofy_cli.errors import NotFound

Where = Annotated[str | None, Field(description="JMESPath on the body: \"notification.type == 'change'\"")]
Number = WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}]})
"""What is a number as well as a word; the server makes a word of it."""
DeliveryId = Annotated[str, Number, Field(description="number, last or @tag")]

_LISTED: Final = ("id", "received_at", "type", "changes_since", "channel_id", "signature", "response_status", "app")
_OUTSIDE: Final = ("headers", "body", "body_base64", "events")
_MOST_OF_EVENT: Final = 2_000
_MOST_OF_RESPONSE: Final = 500


class ReadingTools:
    """Questions about the account and about what was received here."""

    def __init__(self, children: Children) -> None:
        self._children = children

    async def status(self) -> Annotated[CallToolResult, Answer]:
        """Who is signed in, which data center, which listeners and simulators run here. Start with this."""
        found: dict[str, Ended] = {}

        async def look(name: str, *arguments: str) -> None:
            found[name] = await self._children.run([*arguments, "--json", "--no-input"])

        async with anyio.create_task_group() as group:
            group.start_soon(look, "account", "auth", "status")
            group.start_soon(look, "simulators", "simulator", "list")
            group.start_soon(look, "newest", "deliveries", "list", "--limit=1")
        account = found["account"].document if found["account"].lines else found["account"].error
        simulators = found["simulators"].document or []
        newest = found["newest"].document or []
        listeners = [
            {"data_center": each.data_center, "targets": list(each.targets), "started_at": each.started_at}
            for each in Journal(os.environ).records()
            if each.is_live and each.callback_urls
        ]
        result = {
            "account": account,
            "listeners": listeners,
            "simulators": simulators,
            "newest_delivery_id": newest[0]["id"] if newest else None,
        }
        if account.get("data_center") == SIMULATOR and not simulators:
            return answer(
                "The data center is the simulator, and no simulator is running on this machine",
                result,
                next_step="ask the user to run: cronofy simulator run",
            )
        return answer(_who(account, len(listeners)), result, next_step=_first_step(account, len(listeners)))

    async def list_deliveries(
        self,
        type: str | None = None,  # noqa: A002 - the name that a model sees
        signature: Literal["valid", "invalid", "unsigned", "unknown"] | None = None,
        since: Annotated[str | None, Field(description="1h, 2d, or a time")] = None,
        channel: str | None = None,
        where: Where = None,
        limit: Annotated[int, Field(ge=1, le=100)] = 20,
    ) -> Annotated[CallToolResult, ListAnswer]:
        """List notifications received here, newest last, without headers and bodies."""
        chosen = options(type=type, signature=signature, since=since, channel=channel, where=where, limit=limit)
        ended = await self._children.run(["deliveries", "list", "--json", "--no-input", *chosen])
        if ended.exit_code:
            return failure(ended)
        found = [listed(each) for each in ended.document]
        step = "show_delivery" if found else "why, or wait_for_notification"
        return answer(counted(len(found), "delivery", "deliveries"), found, next_step=step)

    async def show_delivery(self, id: DeliveryId = "last") -> Annotated[CallToolResult, Answer]:  # noqa: A002
        """Show one delivery: verdict, our response, forwards to the app; body and which events changed how."""
        ended = await self._children.run(["deliveries", "show", "--json", "--no-input", "--", id])
        if ended.exit_code:
            return failure(ended)
        document = ended.document
        said, outside = parted(document, _OUTSIDE)
        said["forwards"], outside["responses"] = without_responses(document["forwards"])
        is_valid = document["signature"]["state"] == "valid"
        step = "events: what changed" if is_valid else f"verify_signature with delivery {document['id']}"
        return answer(
            f"Delivery {document['id']}, signature {document['signature']['state']}",
            said,
            from_outside=outside,
            next_step=step,
        )

    async def why(
        self,
        channel: str | None = None,
        event: Annotated[str | None, Field(description="uid or title: why was its change not notified?")] = None,
        probe: Annotated[bool, Field(description="also post a verification to the callback URL")] = False,
    ) -> Annotated[CallToolResult, Answer]:
        """Explain why no notifications arrive: causes with evidence, and the command that fixes each."""
        chosen = options(channel=channel, event=event, no_probe=not probe)
        ended = await self._children.run(["why", "--json", "--no-input", *chosen])
        if not ended.lines:
            return failure(ended)
        document = ended.document
        causes = document["causes"]
        summary = f"{causes[0]['likelihood']}: {causes[0]['sentence']}" if causes else "No cause was found"
        return answer(summary, cleaned(document), next_step=causes[0]["hint"] if causes else "check_handler")

    async def verify_signature(self, delivery: DeliveryId = "last") -> Annotated[CallToolResult, Answer]:
        """Check a delivery's signature; if it does not match: cause, fix and evidence."""
        ended = await self._children.run(["verify", "--json", "--no-input", *options(delivery=delivery)])
        if not ended.lines:
            return failure(ended)
        document = ended.document
        summary = f"Signature {document['state']}" + (f": {document['cause']}" if document["cause"] else "")
        return answer(summary, document, next_step=document["hint"] or "show_delivery")

    async def read_events(
        self,
        start: Annotated[str | None, Field(description="2026-11-22, today, -2w")] = None,
        end: str | None = None,
        calendar: Annotated[list[str] | None, Field(description="ids or names")] = None,
        changes_since: Annotated[str | None, Number, Field(description="time, last, or a delivery's number")] = None,
        include_deleted: bool = False,
        limit: Annotated[int, Field(ge=1, le=100)] = 50,
    ) -> Annotated[CallToolResult, Answer]:
        """Read events of some days, or those changed since a delivery."""
        chosen = options(from_=start, to=end, calendar=calendar, changes_since=changes_since)
        chosen += options(include_deleted=include_deleted)
        ended = await self._children.run(["events", "read", "--ndjson", "--no-input", *chosen], most_lines=limit)
        if ended.exit_code and not ended.is_cut:
            return failure(ended)
        events = cleaned(ended.documents[:limit], _MOST_OF_EVENT)
        more = "; there are more" if ended.is_cut else ""
        result = {"count": len(events), "more": ended.is_cut}
        step = "narrow the dates or calendars" if ended.is_cut else "compare with what your application has"
        return answer(f"{counted(len(events), 'event')}{more}", result, from_outside=events, next_step=step)

    async def help_topic(
        self, topic: Annotated[str, Field(description=", ".join(TOPICS))] = "agents"
    ) -> Annotated[CallToolResult, Answer]:
        """Read a page of the documentation."""
        try:
            text = topic_page(topic)
        except NotFound as error:
            return refusal(error)
        return answer(f"The page {topic}", {"text": text}, next_step="status")


def options(**values: object) -> list[str]:
    """Return `--name=value` in one word each: a value that starts with a hyphen stays a value."""
    found: list[str] = []
    for name, value in values.items():
        flag = f"--{name.rstrip('_').replace('_', '-')}"
        if value is True:
            found.append(flag)
        elif value is not None and value is not False:
            found += [f"{flag}={each}" for each in (value if isinstance(value, list) else [value])]
    return found


def listed(document: dict[str, Any]) -> dict[str, Any]:
    """Return a delivery as lists show it. Its type and ids are from the body, which anyone can post."""
    return {key: cleaned(document[key], 200) for key in _LISTED if key in document}


def parted(document: dict[str, Any], outside: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what this program says in a document, and what others wrote in it."""
    said = {key: cleaned(value, 2_000) for key, value in document.items() if key not in outside}
    return said, {key: cleaned(document[key]) for key in outside if key in document}


def without_responses(attempts: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return attempts without the application's own words, and those words, of failures only."""
    kept = [{key: value for key, value in each.items() if not key.startswith("response_")} for each in attempts]
    texts = [each.get("response_body") for each in attempts if not each["succeeded"]]
    return kept, [text_from_outside(text, _MOST_OF_RESPONSE) for text in texts if text]


def _who(account: dict[str, Any], listeners: int) -> str:
    if not account.get("signed_in"):
        return str(account.get("message") or f"Not signed in at data center {account.get('data_center')}")
    whose = account.get("email") or account.get("token_from")
    return f"Signed in at data center {account['data_center']} ({whose}); listeners running here: {listeners}"


def _first_step(account: dict[str, Any], listeners: int) -> str:
    if not account.get("signed_in"):
        return str(account.get("hint") or "ask the user to run: cronofy auth login, or cronofy simulator run")
    return "list_deliveries" if listeners else "wait_for_notification opens a channel of its own"
