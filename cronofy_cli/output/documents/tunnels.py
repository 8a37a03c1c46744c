"""Tunnels as documents."""

from __future__ import annotations

from cronofy_cli.output.documents.base import Document


class TunnelStatusDocument(Document, frozen=True):
    """Whether a tunnel can be used here, and what to do if not."""

    name: str
    usable: bool
    detail: str
    hint: str | None


class AgentDocument(Document, frozen=True):
    """A tunnel's agent that was installed."""

    path: str
    version: str
    sha256: str
    size_bytes: int


class TunnelTokenDocument(Document, frozen=True):
    """Where a tunnel's token is kept, or was until now."""

    path: str
    kept: bool
