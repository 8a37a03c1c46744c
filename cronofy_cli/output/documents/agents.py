"""What `agent setup` changes, as a document."""

from __future__ import annotations

from cronofy_cli.output.documents.base import Document


class AgentFileDocument(Document, frozen=True):
    """A file of a coding agent's program, what happens to it, and whether that was done."""

    client: str
    path: str
    action: str
    written: bool
    diff: str
