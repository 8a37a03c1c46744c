"""Settings, exit codes and variables as documents."""

from __future__ import annotations

from cronofy_cli.output.documents.base import Document

SettingValue = str | int | float | bool | tuple[str, ...] | None


class SettingDocument(Document, frozen=True):
    """Something that can be set, and where."""

    key: str
    kind: str
    meaning: str
    context: bool
    project: bool
    variable: str | None
    default: SettingValue


class ResolvedDocument(Document, frozen=True):
    """The value of a setting that is in force, and what set it."""

    key: str
    value: SettingValue
    origin: str
    origin_kind: str


class SettingChangedDocument(Document, frozen=True):
    """A setting that was written to a file."""

    key: str
    value: SettingValue
    context: str | None
    file: str


class SettingRemovedDocument(Document, frozen=True):
    """A setting that was removed from a file."""

    key: str
    context: str | None
    file: str


class SettingFilesDocument(Document, frozen=True):
    """Which files hold settings."""

    user: str
    project: str | None
    secrets: str | None


class ExitCodeDocument(Document, frozen=True):
    """An exit code."""

    code: int
    name: str
    meaning: str


class VariableDocument(Document, frozen=True):
    """An environment variable that is read."""

    variable: str
    meaning: str


class VersionDocument(Document, frozen=True):
    """What runs here: `--version --json`."""

    version: str
    python: str
    platform: str
