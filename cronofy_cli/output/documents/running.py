"""The state of a run of `listen`, and the handler that `init` writes, as documents."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from cronofy_cli.core.health import Health
from cronofy_cli.output.documents.base import Document, Line


class ReadyDocument(Document, frozen=True):
    """Where notifications can arrive now: what a `--ready-file` holds. `health_url` is there with `--health-port`."""

    callback_url: str
    channel_id: str
    port: int
    pid: int
    newest_delivery_id: int
    """When it became ready: where `wait --after` begins."""
    health_url: str | UnsetType = UNSET


class HealthDocument(Document, frozen=True):
    """What `/healthz` answers, with status 200 if notifications are to be sent here."""

    ready: bool
    health: Health


class InspectorDocument(Document, frozen=True):
    """Where the page of `inspect` is. The address holds the run's token."""

    url: str
    pid: int


class ReadyLine(ReadyDocument, Line, frozen=True, tag="ready"):
    """Notifications can arrive from now on."""


class StandbyLine(Line, frozen=True, tag="standby"):
    """Another listener receives for the address. A `ready` follows when this one has taken its place."""

    callback_url: str


class GapLine(Line, frozen=True, tag="gap"):
    """A time in which notifications may have been missed."""

    started: str
    ended: str
    reason: str


class HandlerWrittenDocument(Document, frozen=True, kw_only=True):
    """The files of a handler, and what to run with it."""

    framework: str
    folder: str
    files: list[str]
    """Their paths below the folder."""
    dry_run: bool
    """Whether nothing was written."""
    commands: list[str]
    """To be typed in this order, in the folder that the first one enters."""
