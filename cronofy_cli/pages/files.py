"""The files of a page: HTML, style sheets and ES modules of this package, with the headers that they are served with.

A page has its own folder, `index.html` in it, and the `shared` one of this room at `shared/`. Only what is there when
the program starts is served, so no name leads anywhere else. Which server sends the files is the feature's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

INDEX: Final = "index.html"
SHARED: Final = "shared"
CONTENT_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""For everything that belongs to a page, its data too: nothing inline, nothing from elsewhere, nothing kept."""

_SHARED_FOLDER: Final = Path(__file__).parent / SHARED


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file as it is served."""

    body: bytes
    content_type: str

    @property
    def headers(self) -> dict[str, str]:
        """All headers but the length."""
        return {"Content-Type": self.content_type, **HEADERS}


class PageFiles:
    """The files of one page, by the names that the browser asks for."""

    def __init__(self, folder: Path) -> None:
        """Take the page's own folder."""
        own = {path.name: path for path in folder.iterdir() if path.suffix in CONTENT_TYPES}
        shared = {f"{SHARED}/{path.name}": path for path in _SHARED_FOLDER.iterdir() if path.suffix in CONTENT_TYPES}
        self._paths = own | shared

    @property
    def names(self) -> tuple[str, ...]:
        """What can be asked for."""
        return tuple(sorted(self._paths))

    def find(self, name: str) -> PageFile | None:
        """Return a file by its name below the page, such as `shared/dom.js`, or None; the empty name is the page."""
        path = self._paths.get(name or INDEX)
        return None if path is None else PageFile(path.read_bytes(), CONTENT_TYPES[path.suffix])
