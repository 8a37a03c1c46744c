"""Text that PostgreSQL cannot hold: U+0000 is written with an escape, and read back as what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.adapt import Buffer

_ESCAPE: Final = "\x1b"
_NUL: Final = "\0"


def escaped(text: str) -> str:
    """Return a text without U+0000, from which it can be told what it was."""
    if _NUL in text or _ESCAPE in text:
        return text.replace(_ESCAPE, f"{_ESCAPE}1").replace(_NUL, f"{_ESCAPE}0")
    return text


def unescaped(text: str) -> str:
    """Return what was escaped."""
    if _ESCAPE in text:
        return text.replace(f"{_ESCAPE}0", _NUL).replace(f"{_ESCAPE}1", _ESCAPE)
    return text


class _TextDumper(Dumper):
    """Writes text without a type of its own, so that it takes the type of what it is compared with."""

    def dump(self, obj: str) -> bytes:
        return escaped(obj).encode()


class _BinaryTextDumper(_TextDumper):
    format = Format.BINARY
    oid = 25


class _TextLoader(Loader):
    def load(self, data: Buffer) -> str:
        return unescaped(bytes(data).decode())


class _BinaryTextLoader(_TextLoader):
    format = Format.BINARY


def register_texts(connection: Connection[Any]) -> None:
    """Have a connection write and read text so."""
    for dumper in (_BinaryTextDumper, _TextDumper):
        connection.adapters.register_dumper(str, dumper)
    for name in ("text", "varchar"):
        for loader in (_TextLoader, _BinaryTextLoader):
            connection.adapters.register_loader(name, loader)
