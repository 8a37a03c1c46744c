"""What needs a real Cronofy account is collected only where one is named: `docs/real-cronofy.md`."""

from __future__ import annotations

import os

from tests.live.variables import NEEDED

collect_ignore = [] if all(os.environ.get(each) for each in NEEDED) else ["test_real_cronofy.py"]
