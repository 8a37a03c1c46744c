"""`docs/demo.svg`: what `cronofy demo` prints in a terminal, as a picture of text.

No script, font or link: it looks the same wherever it is shown, light or dark, and its text can be selected where it is
opened by itself. `tests/scripts/test_demo_picture.py` compares it with a real run.
"""

from __future__ import annotations

import re
from html import escape
from xml.etree import ElementTree as ET

CHARACTER, LINE, MARGIN = 8.4, 19, 16  # 14 px monospace: 0.6 em wide
STYLES = {"1": "bold", "2": "dim", "31": "red", "32": "green", "33": "yellow", "36": "cyan"}
LIGHT = {"dim": "#656d76", "green": "#116329", "red": "#a40e26", "yellow": "#7d4e00", "cyan": "#1b7c83"}
DARK = {"dim": "#8d96a0", "green": "#56d364", "red": "#ff7b72", "yellow": "#e3b341", "cyan": "#76e3ea"}
FONT = "14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
SVG = "{http://www.w3.org/2000/svg}"
_STYLED = re.compile(r"\x1b\[([0-9;]*)m")


def picture(command: str, output: str) -> str:
    """Return the picture of a command and of what it printed, with its colours."""
    lines = [f"\x1b[2m$\x1b[0m \x1b[1m{command}\x1b[0m", *output.rstrip().split("\n")]
    columns = max(len(_STYLED.sub("", line)) for line in lines)
    width, height = columns * CHARACTER + 2 * MARGIN, len(lines) * LINE + 2 * MARGIN
    rows = (_row(line, MARGIN + (number + 1) * LINE - 5) for number, line in enumerate(lines) if line)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height}" width="{width:g}" role="img">'
        f"<title>What {escape(command)} prints in a terminal</title><style>{_style()}</style>\n"
        f'<rect width="100%" height="100%" rx="8"/>\n{"".join(rows)}</svg>\n'
    )


def text_of(svg: str) -> list[str]:
    """Return the lines of text in a picture, without those that are empty."""
    return ["".join(row.itertext()) for row in ET.fromstring(svg).iter(f"{SVG}text")]


def without_what_differs(line: str) -> str:
    """Return a line of the demo without what is another one in each run: times, ports, ids, weekdays."""
    line = re.sub(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b", "DAY", line)
    line = re.sub(r"\b\d+:\d\d:\d\d", "TIME", line)
    line = re.sub(r"/r/[\w-]+|chn_\w+|(?<=127\.0\.0\.1:)\d+|#\d+", "ID", line)
    return re.sub(r"\b[\d.]+(?= m?s\b)", "LATENCY", line)


def _row(line: str, y: int) -> str:
    column, style, spans = 0, "", []
    for number, part in enumerate(_STYLED.split(line)):
        if number % 2:
            style = STYLES.get(part, "")
        elif part:
            # Not the font's own width: each piece is pulled to the grid, whatever font the reader has.
            place = f'x="{MARGIN + column * CHARACTER:.5g}" textLength="{len(part) * CHARACTER:.5g}"'
            named = f' class="{style}"' if style else ""
            spans.append(f"<tspan {place}{named}>{escape(part, quote=False)}</tspan>")
            column += len(part)
    return f'<text y="{y}">{"".join(spans)}</text>\n'


def _style() -> str:
    dark = _colors(DARK, text="#e6edf3", background="#161b22")
    return (
        f"text{{font:{FONT};white-space:pre}}.bold{{font-weight:bold}}"
        f"{_colors(LIGHT, text='#1f2328', background='#f6f8fa')}@media(prefers-color-scheme:dark){{{dark}}}"
    )


def _colors(theme: dict[str, str], *, text: str, background: str) -> str:
    named = "".join(f".{name}{{fill:{color}}}" for name, color in theme.items())
    return f"rect{{fill:{background}}}text{{fill:{text}}}{named}"
