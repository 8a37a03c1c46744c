"""Pages of an answer: chosen once when the query comes, kept for a while under unguessable ids.

No clock: `now` is passed in. A page costs its own items, however long the whole answer is.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from cronofy_cli.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MAX_KEPT_ITEMS: Final = 2_000_000
"""When more are kept, the oldest pages go before their time."""

Render = Callable[[Any], object]
"""Turns an item into something that msgspec can encode."""


class _Page(NamedTuple):
    head: dict[str, object]
    items: Sequence[object]
    render: Render

    def encode(self, kind: str) -> bytes:
        return msgspec.json.encode({"pages": self.head, kind: [self.render(item) for item in self.items]})


class PageStore:
    """The pages that can still be fetched."""

    def __init__(
        self, page_size: int, lifetime_s: float, new_page_id: Callable[[], str] = lambda: secrets.token_hex(8)
    ) -> None:
        self._page_size = page_size
        self._lifetime = timedelta(seconds=lifetime_s)
        self._new_page_id = new_page_id
        self._pages: dict[str, _Page] = {}
        self._expiries: deque[tuple[datetime, str]] = deque()
        self._kept_items = 0

    def first_page(self, kind: str, items: Sequence[object], render: Render, base_url: str, now: datetime) -> bytes:
        """Keep all pages of an answer but the first, and return that one.

        `kind` is the answer's key and the API's path (`events`, `free_busy`); `base_url` is the address that the client
        used, since `next_page` is a full URL. Items must not change: they are rendered when their page is asked for.
        """
        total = max(1, -(-len(items) // self._page_size))
        paths = [f"{kind}/pages/{self._new_page_id()}" for _ in range(total - 1)]
        pages = []
        for index, number in enumerate(range(1, total + 1)):
            head: dict[str, object] = {"current": number, "total": total}
            if number < total:
                head["next_page"] = f"{base_url}/v1/{paths[index]}"
            pages.append(_Page(head, items[index * self._page_size : number * self._page_size], render))
        self._drop_expired(now)
        for path, page in zip(paths, pages[1:], strict=True):
            self._keep(path, page, now + self._lifetime)
        return pages[0].encode(kind)

    def page(self, kind: str, page_id: str, now: datetime) -> bytes:
        """Return a page that an earlier one pointed at.

        Raises:
            NotFound: there is none with this id, or its time is over.
        """
        self._drop_expired(now)
        page = self._pages.get(f"{kind}/pages/{page_id}")
        if page is None:
            raise NotFound(f"there is no page '{page_id}', or its time is over")
        return page.encode(kind)

    def _keep(self, path: str, page: _Page, expires_at: datetime) -> None:
        self._pages[path] = page
        self._expiries.append((expires_at, path))
        self._kept_items += len(page.items)
        while self._kept_items > MAX_KEPT_ITEMS:
            self._drop_oldest()

    def _drop_expired(self, now: datetime) -> None:
        while self._expiries and self._expiries[0][0] <= now:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        _, path = self._expiries.popleft()
        self._kept_items -= len(self._pages.pop(path).items)
