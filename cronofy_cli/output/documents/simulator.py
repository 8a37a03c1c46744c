"""The simulator as documents, as far as they are made here: the others are answers of its control API."""

from __future__ import annotations

from cronofy_cli.output.documents.base import Document


class SimulatorDocument(Document, frozen=True):
    """A simulator that runs, and how to reach it."""

    url: str
    control_url: str
    page_url: str
    """The page for a browser."""
    client_id: str
    client_secret: str | None
    """None when it came from a file of the user's."""
    access_token: str
    sub: str
    world: str
    pid: int
    port: int


class RunningSimulatorDocument(Document, frozen=True):
    """A simulator that was found on this machine."""

    url: str
    pid: int


class PushedDocument(Document, frozen=True):
    """A notification that the simulator sent, and to which channels."""

    type: str
    channel_ids: tuple[str, ...]


class ManagedEventDocument(Document, frozen=True):
    """An event that the application wrote."""

    event_id: str
    summary: str
    start: str
    end: str


class ManagedEventDeletedDocument(Document, frozen=True):
    """An event that the application deleted."""

    event_id: str
    deleted: bool = True
