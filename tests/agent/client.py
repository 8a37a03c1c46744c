"""The official SDK's client, speaking to `cronofy mcp` over stdio as a coding agent's program does."""

from __future__ import annotations

import json
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
from mcp import Client, StdioServerParameters

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.support import Cli


class Agent:
    """An agent that has only the tools. It keeps every text that it was given."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.texts: list[str] = []
        self.called: set[str] = set()

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Return the answer of a tool; the client has held it against the tool's schema."""
        self.called.add(tool)
        result = await self.client.call_tool(tool, arguments)
        document = self._kept(result)
        assert not result.is_error, document
        assert set(document) == {"summary", "result", "from_outside", "next"}
        assert document["summary"]
        assert document["next"]
        return document

    async def fail(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Return the error of a tool."""
        result = await self.client.call_tool(tool, arguments)
        document = self._kept(result)
        assert result.is_error, document
        assert set(document) >= {"code", "message", "hint", "docs", "exit_code"}
        return document

    def _kept(self, result: Any) -> dict[str, Any]:
        self.texts.append(result.content[0].text)
        document: dict[str, Any] = result.structured_content
        assert document is not None, result
        assert json.loads(result.content[0].text) == document
        return document


@asynccontextmanager
async def connected(cli: Cli, *options: str, mode: str = "auto") -> AsyncIterator[Agent]:
    """Start the server in a process of its own."""
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "cronofy_cli", "mcp", *options],
        # The SDK's packages may warn of themselves.
        env={**cli.environment, "PYTHONWARNINGS": "default"},
        cwd=str(cli.folder),
    )
    async with Client(parameters, mode=mode) as client:
        yield Agent(client)


def talk(
    cli: Cli, scene: Callable[[Agent], Awaitable[None]], *options: str, mode: str = "auto", limit_s: float = 1200.0
) -> Agent:
    """Play a scene with an agent that is connected, and return it."""

    async def play() -> Agent:
        with anyio.fail_after(limit_s):
            async with connected(cli, "--data-center", "simulator", *options, mode=mode) as agent:
                await scene(agent)
                return agent
        raise AssertionError("fail_after() raises")

    return anyio.run(play)
