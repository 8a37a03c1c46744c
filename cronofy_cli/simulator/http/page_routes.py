"""The page for people at `/` of each world, and its files. Everything that it shows and does is the control API's."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cronofy_cli.simulator.http.exchange import Response
from cronofy_cli.simulator.http.web import explained

if TYPE_CHECKING:
    from cronofy_cli.pages.files import PageFiles
    from cronofy_cli.simulator.http.application import Handler
    from cronofy_cli.simulator.http.call import Call

FOLDER: Final = Path(__file__).parent.parent / "page"


async def show_page(call: Call) -> Response:
    """The page."""
    del call
    return _file("")


async def page_file(call: Call) -> Response:
    """One of its own files."""
    return _file(call.parameters["name"])


async def shared_page_file(call: Call) -> Response:
    """One that it shares with other pages."""
    return _file(f"shared/{call.parameters['name']}")


HANDLERS: Final[dict[str, Handler]] = {
    "show_page": show_page,
    "page_file": page_file,
    "shared_page_file": shared_page_file,
}


def _file(name: str) -> Response:
    file = _files().find(name)
    if file is None:
        return explained(404, "unknown_path", f"the page has no file '{name}'")
    return Response(file.body, headers=file.headers)


@cache
def _files() -> PageFiles:
    from cronofy_cli.pages.files import PageFiles

    return PageFiles(FOLDER)
