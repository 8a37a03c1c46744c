"""The parts of uvicorn that serve, without its own command, which would load click: a third of the time to import it.

The package takes three names from its command's module. They are there, and load that module when they are used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_COMMAND: Final = "uvicorn.main"


def _later(name: str) -> Callable[..., Any]:
    def call(*arguments: Any, **options: Any) -> Any:
        return getattr(import_module(_COMMAND), name)(*arguments, **options)

    return call


_IS_FIRST: Final = "uvicorn" not in sys.modules
if _IS_FIRST:
    sys.modules[_COMMAND] = ModuleType(_COMMAND)
    sys.modules[_COMMAND].__dict__.update(Server=None, main=_later("main"), run=_later("run"))

import uvicorn  # noqa: E402
from uvicorn.config import Config  # noqa: E402
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol  # noqa: E402
from uvicorn.server import Server  # noqa: E402

if _IS_FIRST:
    uvicorn.Server = Server  # type: ignore[misc]
    del sys.modules[_COMMAND]

__all__ = ["Config", "HttpToolsProtocol", "Server"]
