"""The OpenAPI document of the control API and of the simulated part of Cronofy's API.

Pure. Bodies and answers of Cronofy's own calls are documented by Cronofy: of those only paths and titles are here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from cronofy_cli import __version__
from cronofy_cli.simulator.control_operations import CONTROL
from cronofy_cli.simulator.operations import SIMULATED

if TYPE_CHECKING:
    from cronofy_cli.simulator.control_operations import ControlOperation
    from cronofy_cli.simulator.operations import Operation

DOCS_URL: Final = "https://docs.cronofy.com/developers/"
_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_ERROR: Final[dict[str, Any]] = {"description": "Something is missing or not recognized, by field."}
_NOT_FOUND: Final[dict[str, Any]] = {"description": "There is no such thing."}


def openapi_document(base_url: str) -> dict[str, Any]:
    """Return the document for a world at an address."""
    paths: dict[str, dict[str, Any]] = {}
    for control in CONTROL:
        paths.setdefault(control.path, {})[control.method.lower()] = _control(control)
    for operation in SIMULATED:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _api(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "cronofy simulator",
            "version": __version__,
            "description": "The control API of the Cronofy simulator, and the calls of Cronofy's API that it answers.",
        },
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    }


def _control(operation: ControlOperation) -> dict[str, Any]:
    content = {operation.media_type: {"schema": {"type": "object"}}}
    if operation.media_type != "application/json":
        content = {operation.media_type: {"schema": {"type": "string"}}}
    success: dict[str, Any] = {"description": operation.summary}
    if operation.status != 204:
        success["content"] = content
    document: dict[str, Any] = {
        "operationId": operation.name,
        "tags": ["control"],
        "summary": operation.summary,
        "parameters": [
            *_path_parameters(operation.path),
            *({"name": name, "in": "query", "schema": schema} for name, schema in operation.query.items()),
        ],
        "responses": {
            str(operation.status): success,
            "403": {"description": "The calendar is read-only."},
            "404": _NOT_FOUND,
            "415": {"description": "The body is not JSON."},
            "422": _ERROR,
        },
    }
    if operation.body is not None:
        schema: dict[str, Any] = {"type": "object", "properties": operation.body}
        if operation.required:
            schema["required"] = list(operation.required)
        document["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return document


def _api(operation: Operation) -> dict[str, Any]:
    document: dict[str, Any] = {
        "operationId": f"cronofy_{operation.name}",
        "tags": ["cronofy"],
        "summary": operation.title,
        "parameters": _path_parameters(operation.path),
        "responses": {"default": {"description": "As Cronofy answers."}},
    }
    if operation.path.startswith("/v1/"):
        document["security"] = [{"bearer": []}]
    if operation.docs:
        document["externalDocs"] = {"url": f"{DOCS_URL}{operation.docs}/"}
    return document


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(path)
    ]
