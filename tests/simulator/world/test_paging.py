"""Pages: every item once and in order, for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.errors import NotFound
from cronofy_cli.simulator.world import paging
from cronofy_cli.simulator.world.paging import PageStore
from tests.simulator.worlds import NOW

BASE = "http://127.0.0.1:7080"


def same(item: object) -> object:
    """Items that are as they are shown."""
    return item


def page_id(page: dict[str, Any], kind: str = "events") -> str:
    """The id in a page's `next_page`."""
    prefix = f"{BASE}/v1/{kind}/pages/"
    url: str = page["pages"]["next_page"]
    assert url.startswith(prefix)
    return url.removeprefix(prefix)


@given(count=st.integers(0, 60), page_size=st.integers(1, 25))
def test_any_page_size_yields_the_same_items(count: int, page_size: int) -> None:
    """However an answer is split, its pages hold each item once and in order, and only the last has no next one."""
    store = PageStore(page_size, 600)
    items = [{"number": number} for number in range(count)]
    pages = [msgspec.json.decode(store.first_page("events", items, same, BASE, NOW))]
    while "next_page" in pages[-1]["pages"]:
        pages.append(msgspec.json.decode(store.page("events", page_id(pages[-1]), NOW)))

    assert [item for page in pages for item in page["events"]] == items
    assert [page["pages"]["current"] for page in pages] == list(range(1, len(pages) + 1))
    assert {page["pages"]["total"] for page in pages} == {len(pages)}
    assert len(pages) == max(1, -(-count // page_size))


def test_a_page_can_be_fetched_again_until_its_time_is_over() -> None:
    """A page stays for its lifetime, then it is not found."""
    store = PageStore(1, 600)
    first = msgspec.json.decode(store.first_page("events", [1, 2], same, BASE, NOW))
    last_moment = NOW + timedelta(seconds=599)

    assert store.page("events", page_id(first), last_moment) == store.page("events", page_id(first), NOW)
    with pytest.raises(NotFound):
        store.page("events", page_id(first), NOW + timedelta(seconds=600))


def test_a_page_belongs_to_its_call() -> None:
    """A page of Free/Busy is none of Read Events."""
    store = PageStore(1, 600)
    first = msgspec.json.decode(store.first_page("free_busy", [1, 2], same, BASE, NOW))

    with pytest.raises(NotFound):
        store.page("events", page_id(first, "free_busy"), NOW)


def test_the_oldest_pages_go_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept is bounded: new answers push old ones out before their time, and no more of them than must go."""
    monkeypatch.setattr(paging, "MAX_KEPT_ITEMS", 2)
    store = PageStore(1, 600)
    firsts = [msgspec.json.decode(store.first_page("events", ["", "x"], same, BASE, NOW)) for _ in range(3)]

    with pytest.raises(NotFound):
        store.page("events", page_id(firsts[0]), NOW)
    for first in firsts[1:]:
        assert store.page("events", page_id(first), NOW)
