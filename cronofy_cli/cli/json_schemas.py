"""JSON Schema of what commands print, made from the types that are encoded."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Raw

from cronofy_cli.cli.printed import printed_type
from cronofy_cli.output.documents.commands import SchemaDocument

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


def json_schema(command: str) -> bytes:
    """Return the schema of what a command line prints."""
    schema = {"$schema": DRAFT, "title": f"cronofy {command}", **_open(msgspec.json.schema(printed_type(command)))}
    return msgspec.json.encode(schema)


def schema_document(name: str, command: str) -> SchemaDocument:
    """Return a schema with its name."""
    return SchemaDocument(name, command, Raw(json_schema(command)))


def _open(part: Any) -> Any:
    """Return a schema that allows more keys than it names. They may be added; only our own tests are strict."""
    if isinstance(part, dict):
        is_closed = part.get("additionalProperties") is False
        return {key: _open(value) for key, value in part.items() if not (is_closed and key == "additionalProperties")}
    return [_open(each) for each in part] if isinstance(part, list) else part
