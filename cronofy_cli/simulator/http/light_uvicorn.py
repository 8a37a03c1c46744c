"""The parts of uvicorn that serve, without its own command, which would load click: a third of the time to import it.

The package takes three names from its command's module. They are there, and load that module when they are used. So
does the standard library's module for files of logging settings, which brings pickle and others.
"""

from __future__ import annotations

import logging
import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_COMMAND: Final = "uvicorn.main"
_LOGGING: Final = "logging.config"


def _later(name: str) -> Callable[..., Any]:
    def call(*arguments: Any, **options: Any) -> Any:
        return getattr(import_module(_COMMAND), name)(*arguments, **options)

    return call


def _stand_in(name: str) -> ModuleType:
    """Return a module that loads the one of this name when something in it is used (PEP 562)."""
    module = ModuleType(name)
    module.__dict__["__getattr__"] = lambda attribute: getattr(import_module(name), attribute)
    return module


_IS_FIRST: Final = "uvicorn" not in sys.modules
if _IS_FIRST:
    sys.modules[_COMMAND] = ModuleType(_COMMAND)
    sys.modules[_COMMAND].__dict__.update(Server=None, main=_later("main"), run=_later("run"))
_LOGS_LATER: Final = _LOGGING not in sys.modules
if _LOGS_LATER:
    sys.modules[_LOGGING] = _stand_in(_LOGGING)
    logging.__dict__["config"] = sys.modules[_LOGGING]

import uvicorn  # noqa: E402
from uvicorn.config import Config  # noqa: E402
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol  # noqa: E402
from uvicorn.server import Server  # noqa: E402

if _IS_FIRST:
    uvicorn.Server = Server  # type: ignore[misc]
    del sys.modules[_COMMAND]
if _LOGS_LATER:
    del sys.modules[_LOGGING]

__all__ = ["Config", "HttpToolsProtocol", "Server"]
