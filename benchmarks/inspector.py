"""The inspector: a page of a million deliveries in a real browser, and what pages that are open cost the listener."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.history import ABSENT_TEXT, COMMON_TEXT, DELIVERIES, QUICK_DELIVERIES
from benchmarks.listener import CONNECTIONS, loaded_then_idle
from benchmarks.pairs import Command as Program
from benchmarks.pairs import in_turn, median_ratio, output_of
from benchmarks.processes import HERE, client_secret_file, listening, simulator
from benchmarks.report import Budget, Finding, Omission, within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench
    from benchmarks.listener import Load
    from benchmarks.report import Result

PAGES = 10
ROUNDS = 16
PAGE_ROUNDS = 8
WATCHED = Budget(1.1)
FIRST_ROW_LIMIT_MS = 1000
SEARCH_LIMIT_MS = 200
LONG_TASK_LIMIT_MS = 100
SCREENS = 60

_SEEN = """
new MutationObserver(() => {
    if (!document.querySelector('.row') || window.firstRow) return;
    window.firstRow = 1;
    requestAnimationFrame(() => { window.firstRow = performance.now(); });
}).observe(document, {childList: true, subtree: true});
window.longTasks = [0];
new PerformanceObserver(list => {
    for (const task of list.getEntries()) window.longTasks.push(task.duration);
}).observe({type: 'longtask'});
"""
_SEARCH = """text => new Promise(found => {
    const box = document.getElementById('q'), command = document.getElementById('command'), begun = performance.now();
    new MutationObserver(() => requestAnimationFrame(() => found(performance.now() - begun)))
        .observe(command, {childList: true, characterData: true, subtree: true});
    box.value = text;
    box.dispatchEvent(new Event('input'));
})"""
_SCROLL = """screens => new Promise(done => {
    const list = document.getElementById('list');
    const step = left => {
        if (!left) return setTimeout(() => done(Math.max(...window.longTasks)), 200);
        list.scrollTop += list.clientHeight;
        return requestAnimationFrame(() => requestAnimationFrame(() => step(left - 1)));
    };
    // What the beginning took is reported a little later, and is no part of it.
    setTimeout(() => { window.longTasks = [0]; step(screens); }, 1000);
})"""


def measure(bench: Bench) -> Iterator[Result]:
    """Measure the page first, then the listener."""
    yield from _page(bench, QUICK_DELIVERIES if bench.quick else DELIVERIES)
    yield _watched(bench)


def _page(bench: Bench, count: int) -> Iterator[Result]:
    """Make a history of so many deliveries, index it, and look at it."""
    file = bench.folder / "data" / "deliveries.db"
    output_of(
        Program((bench.programs.python, str(HERE / "deliveries_maker.py"), str(file), str(count)), bench.environment())
    )
    environment = bench.environment(CRONOFY_DATA_DIR=str(file.parent))
    output_of(Program((bench.programs.cronofy, "deliveries", "index"), environment))
    yield from _browse(bench, environment, count)


def _browse(bench: Bench, environment: dict[str, str], count: int) -> Iterator[Result]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        yield Omission("the inspector's page", "playwright is not installed")
        return
    with _inspecting(bench, environment) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        first: list[float] = []
        searches: dict[str, list[float]] = {COMMON_TEXT: [], ABSENT_TEXT: []}
        longest: list[float] = []
        for _ in range(bench.rounds(PAGE_ROUNDS)):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.add_init_script(_SEEN)
            page.goto(url)
            page.wait_for_function("() => window.firstRow > 1")
            first.append(page.evaluate("window.firstRow"))
            page.wait_for_selector(".part")
            longest.append(page.evaluate(_SCROLL, SCREENS))
            for text, took in searches.items():
                took.append(page.evaluate(_SEARCH, text))
            page.close()
        browser.close()
    yield within(f"inspector, first rows of {count:,}", median(first), FIRST_ROW_LIMIT_MS, "ms")
    yield within(f"inspector, a search that finds, of {count:,}", median(searches[COMMON_TEXT]), SEARCH_LIMIT_MS, "ms")
    yield within(f"inspector, one that does not, of {count:,}", median(searches[ABSENT_TEXT]), SEARCH_LIMIT_MS, "ms")
    yield within(f"inspector, longest task of {SCREENS} screens", median(longest), LONG_TASK_LIMIT_MS, "ms")


@contextmanager
def _inspecting(bench: Bench, environment: dict[str, str]) -> Iterator[str]:
    """Run the inspector as `listen --inspect` does; it ends with its stdin."""
    command = [bench.programs.cronofy, "inspect", "--attached", "--json"]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.stdin.close()


def _watched(bench: Bench) -> Finding:
    """Give one listener the same load in turn, with pages open and without."""
    client_secret_file(bench)
    with (
        simulator(bench),
        listening(bench) as (process_id, callback_url),
        _inspecting(bench, bench.environment()) as url,
    ):

        def watched() -> Load:
            with _pages(bench, url):
                return loaded_then_idle(bench, callback_url, process_id)

        def alone() -> Load:
            return loaded_then_idle(bench, callback_url, process_id)

        rounds = in_turn(bench.rounds(ROUNDS), [watched, alone])
    ours, theirs = ([load.median_ms for load in column] for column in zip(*rounds, strict=True))
    return Finding(
        f"answers, {CONNECTIONS} connections, {PAGES} pages",
        f"{median(ours):.2f} ms",
        "no page open",
        f"{median(theirs):.2f} ms",
        median_ratio(ours, theirs),
        WATCHED,
    )


@contextmanager
def _pages(bench: Bench, url: str) -> Iterator[None]:
    command = [bench.programs.python, str(HERE / "page_watchers.py"), url, str(PAGES)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=bench.environment()) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.stdin.close()
