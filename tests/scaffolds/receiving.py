"""Notifications, pages of events, and the receiver of the Python handlers."""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING, Any

from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


def receiver_of(folder: Path, on_event: Any = print, **environment: str) -> Any:
    """Return the receiver of the Python handlers."""
    path = REPOSITORY / "cronofy_cli" / "scaffolds" / "python" / "cronofy_receiver.py"
    spec = importlib.util.spec_from_file_location("cronofy_receiver", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Receiver(on_event, {"CRONOFY_INBOX": str(folder / "inbox.db"), **environment})


def change(channel: str, since: str) -> bytes:
    """Return a notification's body."""
    notification = {"type": "change", "changes_since": since}
    return json.dumps({"notification": notification, "channel": {"channel_id": channel}}).encode()


def page(*titles: str, deleted: Collection[str] = ()) -> bytes:
    """Return a page of Read Events."""
    events = [{"event_uid": f"evt_{title}", "summary": title, "deleted": title in deleted} for title in titles]
    return json.dumps({"pages": {"current": 1, "total": 1}, "events": events}).encode()
