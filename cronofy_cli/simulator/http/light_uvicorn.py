"""The parts of uvicorn that serve, without its own command, which would load click: a third of the time to import it.

The package takes three names from its command's module. They are there, and load that module when they are used. So
does the standard library's module for files of logging settings, which brings pickle and others.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from cronofy_cli.adapters.late_modules import loaded_later

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

with loaded_later("logging.config"):
    import uvicorn
    from uvicorn.config import Config
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    from uvicorn.server import Server

if _IS_FIRST:
    uvicorn.Server = Server  # type: ignore[misc]
    del sys.modules[_COMMAND]

__all__ = ["Config", "HttpToolsProtocol", "Server"]
