"""Golden files: output compared byte for byte with what is kept in `golden/`.

They are written anew by `CRONOFY_WRITE_GENERATED=1 pytest tests/output`; the change is then read in the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"


def check_golden(name: str, content: bytes, folder: Path = GOLDEN) -> None:
    """Compare with the kept file, or write it if asked to."""
    path = folder / name
    if os.environ.get("CRONOFY_WRITE_GENERATED"):
        path.write_bytes(content)
    assert content.decode() == path.read_bytes().decode()
