"""Pages of an answer as a stream: one is used while the next is fetched, and no more than those two are held.

Where a page may be fetched from is `core.pages`' rule.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import msgspec

from cronofy_cli.core.fields import as_object
from cronofy_cli.core.pages import is_last_page, own_url
from cronofy_cli.errors import NotFound, RequestFailed

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from cronofy_cli.adapters.api.api_errors import Answer
    from cronofy_cli.adapters.api.client import ApiClient

PageT = TypeVar("PageT")

MOST_PAGES: Final = 10_000
"""No answer has this many: a page of Read Events holds a hundred events or more."""


@dataclass(frozen=True, slots=True)
class Decoded(Generic[PageT]):
    """A page, and its `pages.next_page` as the server sent it."""

    page: PageT
    next_page: object


_Fetch = Callable[[str, threading.Event], Decoded[PageT]]
"""Fetches a page of the data center's own origin; the event breaks it off."""


def stream_pages(
    client: ApiClient,
    path: str,
    parameters: Sequence[tuple[str, str]],
    decode: Callable[[bytes], Decoded[PageT]],
    *,
    not_found_hint: str | None = None,
) -> Generator[PageT]:
    """Yield the pages in order. Closing the generator breaks off what is being fetched.

    Raises:
        RequestFailed: a page is no such answer, is on another origin, was there before, or there are too many.
        NotFound: the address of a page has expired.
        CronofyError: what the client raises.
    """

    def fetch(url: str, stop: threading.Event) -> Decoded[PageT]:
        return decode(client.request("GET", url, stop=stop))

    first = decode(client.request("GET", path, parameters=parameters, not_found_hint=not_found_hint))
    yield from _all_from(client, first, fetch)


def stream_answers(client: ApiClient, address: str, headers: Sequence[tuple[str, str]] = ()) -> Generator[Answer]:
    """Yield an answer and those that each one's `pages.next_page` leads to, whatever is on the pages.

    `headers` are sent with each request. Closing the generator breaks off what is being fetched.

    Raises:
        CronofyError: as `stream_pages()`.
    """

    def fetch(url: str, stop: threading.Event) -> Decoded[Answer]:
        answer = client.send("GET", url, headers=headers, stop=stop)
        return Decoded(answer, _next_page(answer.body))

    yield from _all_from(client, fetch(address, threading.Event()), fetch)


class _Paged(msgspec.Struct):
    pages: object = None


def _next_page(body: bytes) -> object:
    try:
        return as_object(msgspec.json.decode(body, type=_Paged).pages).get("next_page")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class _PageReader(Generic[PageT]):
    """Fetches the pages after the first, and remembers which."""

    def __init__(self, client: ApiClient, fetch: _Fetch[PageT]) -> None:
        self._client = client
        self._fetch = fetch
        self._seen: set[str] = set()
        self._stop = threading.Event()

    def read(self, next_page: object) -> Decoded[PageT]:
        """Fetch the page that the one before named."""
        url = own_url(next_page, self._client.data_center.api_url)
        if url in self._seen:
            raise RequestFailed("the pages lead back to one that was read already: the rest cannot be reached")
        if len(self._seen) + 1 >= MOST_PAGES:
            raise RequestFailed(
                f"there are more than {MOST_PAGES:,} pages: the rest was not read",
                hint="ask for a shorter time span, or for fewer calendars",
            )
        self._seen.add(url)
        try:
            return self._fetch(url, self._stop)
        except NotFound as error:
            number = len(self._seen) + 1
            raise NotFound(
                f"page {number} has expired: Cronofy does not know its address any more",
                hint="run the command again from the start; a shorter time span makes fewer pages",
            ) from error

    def stop(self) -> None:
        """Break off the page that another thread is fetching."""
        self._client.interrupt(self._stop)


def _all_from(client: ApiClient, current: Decoded[PageT], fetch: _Fetch[PageT]) -> Generator[PageT]:
    if not is_last_page(current.next_page):
        current = yield from _all_but_last(_PageReader(client, fetch), current)
    yield current.page


def _all_but_last(reader: _PageReader[PageT], current: Decoded[PageT]) -> Generator[PageT, None, Decoded[PageT]]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1, thread_name_prefix="next-page") as pool:
        ahead = pool.submit(reader.read, current.next_page)
        try:
            while True:
                yield current.page
                current = ahead.result()
                if is_last_page(current.next_page):
                    return current
                ahead = pool.submit(reader.read, current.next_page)
        finally:
            if not ahead.done():
                reader.stop()
