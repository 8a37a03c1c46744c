"""Pages in a real browser: Chromium, what it complains about, and who is meant to see them."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from playwright.sync_api import expect, sync_playwright

from tests.requirements import require_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Position, Request

    from cronofy_cli.pages.files import PageFiles

LIMIT_MS = 60_000.0
expect.set_options(timeout=LIMIT_MS)

_HEARING = """window.told = []; window.heard = 0;
addEventListener('DOMContentLoaded', () => new MutationObserver(changes => {
    for (const {addedNodes} of changes) for (const {textContent} of addedNodes) window.told.push(textContent);
}).observe(document.getElementById('toast'), {childList: true}));"""
_HAS_HEARD = """text => {
    const found = window.told.findIndex((told, place) => place >= window.heard && told.includes(text));
    if (found >= 0) window.heard = found + 1;
    return found >= 0;
}"""
_MADE_UP = re.compile(r"\b(undefined|NaN|Invalid Date)\b|\[object ")


@contextmanager
def chromium_browser() -> Iterator[Browser]:
    """A running Chromium."""
    path = require_program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def listen_to(page: Page) -> None:
    """Keep what a page that is not open yet says: it is there for a moment, in which a busy machine may not look."""
    page.add_init_script(_HEARING)


def hear(page: Page, text: str) -> None:
    """Wait until a page has said something, after what was heard before."""
    page.wait_for_function(_HAS_HEARD, arg=text)


def press(place: Locator, position: Position | None = None) -> None:
    """Press the mouse's button on something that may be drawn again until then, and do not let it go."""
    place.hover(position=position)
    place.page.mouse.down()


def find_made_up_words(page: Page) -> list[str]:
    """Return the lines of a page that show a value that is not there, as JavaScript writes it."""
    return [line for line in page.locator("body").inner_text().splitlines() if _MADE_UP.search(line)]


class Complaints:
    """What a page did that it must not do: errors, violations of its policy, and requests to anywhere else."""

    def __init__(self, page: Page, origin: str) -> None:
        self.found: list[str] = []
        self._origin = origin
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.found.append(f"error: {error}"))
        page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        # What the server refuses or does not answer is a state of the page, which shows it.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.found.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith(f"{self._origin}/"):
            self.found.append(f"request: {request.url}")


@contextmanager
def served(files: PageFiles) -> Iterator[str]:
    """Serve the files of a page, and nothing else, at the address that is given."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            file = files.find(self.path.partition("?")[0].removeprefix("/"))
            body = b"" if file is None else file.body
            self.send_response(404 if file is None else 200)
            for name, value in ({} if file is None else file.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
