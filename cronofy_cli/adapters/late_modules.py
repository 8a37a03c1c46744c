"""Modules of the standard library that a package imports at its top and seldom uses: loaded when they are used."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def loaded_later(*names: str) -> Iterator[None]:
    """Have what is imported inside the block get stand-ins for these modules, unless they are loaded already.

    A stand-in loads its module when something in it is used (PEP 562). Imports after the block get the modules.
    """
    stand_ins = {name: _stand_in(name) for name in names if name not in sys.modules}
    sys.modules.update(stand_ins)
    for name, module in stand_ins.items():
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(import_module(parent), child, module)
    try:
        yield
    finally:
        for name, module in stand_ins.items():
            _withdraw(name, module)


def _stand_in(name: str) -> ModuleType:
    module = ModuleType(name)

    def load(attribute: str) -> Any:
        _withdraw(name, module)
        return getattr(import_module(name), attribute)

    module.__dict__["__getattr__"] = load
    return module


def _withdraw(name: str, module: ModuleType) -> None:
    if sys.modules.get(name) is module:
        del sys.modules[name]
