"""The real Cronofy. Not collected unless an application is named; `docs/real-cronofy.md` says how."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.live.facts import Report
from tests.live.person import AtTheTerminal
from tests.live.variables import CLIENT_ID, CLIENT_SECRET_FILE, DATA_CENTER, REPORT, TUNNEL
from tests.live.walk import Patience, Where, own_command_line, walk


def test_the_real_cronofy(tmp_path: Path) -> None:
    """Everything that is verified on the simulator is so at Cronofy; what its documentation leaves open is printed."""
    where = Where(
        os.environ[DATA_CENTER],
        os.environ[CLIENT_ID],
        Path(os.environ[CLIENT_SECRET_FILE]).read_text(encoding="utf-8").strip(),
        os.environ.get(TUNNEL, "auto"),
    )
    report = Report()
    try:
        walk(own_command_line(tmp_path), where, AtTheTerminal(), Patience(), report)
    finally:
        text = report.markdown()
        sys.stdout.write(f"\n{text}")
        if REPORT in os.environ:
            Path(os.environ[REPORT]).write_text(text, encoding="utf-8")
    assert report.problems == []
