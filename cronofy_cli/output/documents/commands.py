"""Commands, their options and the schemas of what they print, as documents."""

from __future__ import annotations

from msgspec import UNSET, Raw, UnsetType

from cronofy_cli.output.documents.base import Document

ParameterValue = str | int | float | bool | tuple[str, ...] | None


class CommandSummaryDocument(Document, frozen=True):
    """A command: its path without the program's name, what it does, the schema of its JSON, and its MCP tool."""

    path: str
    summary: str
    schema: str | None
    tool: str | None


class ParameterDocument(Document, frozen=True, kw_only=True):
    """An option or an argument. `minimum`, `maximum` and `choices` are there where values are limited."""

    kind: str
    name: str
    flags: tuple[str, ...]
    """All spellings; none for an argument."""
    type: str
    """In the words of JSON Schema; `boolean` for an option without a value."""
    metavar: str
    required: bool
    repeatable: bool
    default: ParameterValue
    help: str
    minimum: float | UnsetType = UNSET
    maximum: float | UnsetType = UNSET
    choices: tuple[str, ...] | UnsetType = UNSET


class CommandDocument(CommandSummaryDocument, frozen=True, kw_only=True):
    """All that a program can know about a command."""

    help: str
    usage: str
    examples: tuple[str, ...]
    parameters: tuple[ParameterDocument, ...]


class SchemaSummaryDocument(Document, frozen=True):
    """A schema, and the command line that prints what it describes."""

    name: str
    command: str


class SchemaDocument(SchemaSummaryDocument, frozen=True):
    """A schema in JSON Schema, draft 2020-12. Programs must expect that keys are added."""

    json_schema: Raw
