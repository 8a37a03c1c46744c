"""How the browser looks: lines for a screen of a size. Pure; the same on every terminal, so that a screen is a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.counts import counted
from cronofy_cli.output.streams import Style, painted
from cronofy_cli.output.terminal.browser_state import DETAIL_BINDINGS, LIST_BINDINGS, Filter, Mode
from cronofy_cli.output.terminal.cells import cut, fill, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.output.terminal.browser_state import Binding, Browser, Row

_REVERSE: Final = "\x1b[7m{}\x1b[0m"
_KEYS: Final = (
    "↑↓ select  Enter details  r replay  e edit  c copy  / search  f filter  ? keys  q leave",
    "↑↓ select  Enter details  r replay  / search  ? keys  q leave",
    "Enter details  ? keys  q leave",
)
_DETAIL_KEYS: Final = (
    "↑↓ scroll  ←→ deliveries  r replay  e edit  c copy  C curl  ? keys  Esc back",
    "↑↓ scroll  r replay  Esc back",
)


def picture(browser: Browser, columns: int, rows: int, *, color: bool) -> list[str]:
    """Return the lines of the screen, as many as it has rows."""
    browser.page = max(rows - 2, 1)
    if browser.mode is Mode.HELP:
        body = _help_lines(DETAIL_BINDINGS if browser.behind_help is Mode.DETAILS else LIST_BINDINGS, columns)
    elif browser.mode is Mode.DETAILS:
        body = [cut(line, columns) for line in browser.details[browser.scroll : browser.scroll + browser.page]]
    else:
        body = _list_lines(browser, columns, color=color)
    body = [*body[: browser.page], *[""] * (browser.page - len(body))]
    return [_REVERSE.format(fill(_title(browser), columns)), *body, _bottom(browser, columns)]


def folded(text: str, columns: int) -> list[str]:
    """Return a text in lines that fit the screen."""
    return [piece for line in text.splitlines() for piece in wrap(line.expandtabs(4), columns)]


def _title(browser: Browser) -> str:
    if browser.mode is Mode.DETAILS:
        last = min(browser.scroll + browser.page, len(browser.details))
        return f" Delivery #{browser.number}   line {browser.scroll + 1} to {last} of {len(browser.details)}"
    shown = len(browser.rows)
    parts = [f" {shown}+ deliveries" if browser.has_older else f" {counted(shown, 'delivery', 'deliveries')}"]
    if browser.filter is not Filter.ALL:
        parts.append(f"only: {browser.filter}")
    if browser.search:
        parts.append(f"search: {browser.search}")
    below = len(browser.rows) - 1 - browser.selected
    if browser.rows and below:
        parts.append(f"{below} below")
    return "   ".join(parts)


def _bottom(browser: Browser, columns: int) -> str:
    if browser.mode is Mode.SEARCH:
        return cut(f"/{browser.typed}", columns - 1) + "█"
    if browser.typed:
        return cut(f"#{browser.typed}   Enter selects it", columns)
    if browser.message:
        suffix = " [y/N]" if browser.mode is Mode.QUESTION else ""
        return cut(f"{browser.message}{suffix}", columns)
    if browser.mode is Mode.HELP:
        return cut("any key goes back", columns)
    choices = _DETAIL_KEYS if browser.mode is Mode.DETAILS else _KEYS
    return next((line for line in choices if len(line) <= columns), cut(choices[-1], columns))


def _help_lines(bindings: Sequence[Binding], columns: int) -> list[str]:
    return ["", *(cut(f"  {binding.label.ljust(8)}  {binding.help}", columns) for binding in bindings)]


def _list_lines(browser: Browser, columns: int, *, color: bool) -> list[str]:
    if not browser.rows:
        narrowed = browser.search or browser.filter is not Filter.ALL
        return ["", "  No delivery matches; Esc shows all." if narrowed else "  No deliveries yet."]
    first = _first_shown(len(browser.rows), browser.selected, browser.page)
    shown = browser.rows[first : first + browser.page]
    widths = _widths(shown, columns)
    return [
        _row(row, widths, is_selected=first + place == browser.selected, color=color) for place, row in enumerate(shown)
    ]


def _first_shown(count: int, selected: int, page: int) -> int:
    """Return the first row on the screen: the selection is in its middle, or near an end of the list."""
    return max(0, min(selected - page // 2, count - page))


def _widths(rows: Sequence[Row], columns: int) -> dict[str, int]:
    """Return the width of each column that there is room for; WHEN always stays."""
    from cronofy_cli.output.terminal.cells import width

    wanted = {name: max(width(str(getattr(row, name))) for row in rows) for name in _ORDER}
    left = columns - 2
    kept = {}
    for name in _BY_WEIGHT:
        if wanted[name] + 2 <= left or name == "when":
            kept[name] = min(wanted[name], max(left, 8))
            left -= kept[name] + 2
    return kept


_ORDER: Final = ("number", "when", "kind", "signature", "app", "since")
_BY_WEIGHT: Final = ("when", "kind", "app", "signature", "number", "since")


def _row(row: Row, widths: dict[str, int], *, is_selected: bool, color: bool) -> str:
    bar = "▌ " if is_selected else "  "
    text = bar + "  ".join(fill(str(getattr(row, name)), widths[name]) for name in _ORDER if name in widths)
    styles = (*((Style.BOLD,) if is_selected else ()), *((Style.RED,) if row.needs_look else ()))
    return painted(text, styles, enabled=color)
