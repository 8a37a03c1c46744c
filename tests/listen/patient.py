"""A client for what a run serves on this machine, as patient as the tests are."""

from __future__ import annotations

import httpx

from cronofy_cli.adapters.http import open_client


def patient_client(url: str) -> httpx.Client:
    """Return a client whose limit only ends what hangs."""
    return open_client(url, httpx.Timeout(60))
