"""All pages of Read Events as one event a line, with Cronofy's own Python library.

python pycronofy_events.py ORIGIN
"""

from __future__ import annotations

import json
import sys

import pycronofy
from pycronofy import settings


def main(origin: str) -> None:
    """Print the events that the server at `origin` has."""
    settings.API_BASE_URL = origin
    client = pycronofy.Client(access_token="token")
    for event in client.read_events(from_date="2026-11-01", to_date="2026-12-01", tzid="Etc/UTC"):
        sys.stdout.write(f"{json.dumps(event, ensure_ascii=False)}\n")


if __name__ == "__main__":
    main(sys.argv[1])
