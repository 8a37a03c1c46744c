"""What can be sent by hand, as documents."""

from __future__ import annotations

from cronofy_cli.core.notifications.samples import Surface
from cronofy_cli.output.documents.base import Document


class SampleDocument(Document, frozen=True):
    """A notification that `trigger` can send. `type` is null for a body without `notification`."""

    name: str
    type: str | None
    surface: Surface
    """To whose URL Cronofy sends it."""
    meaning: str
    docs: str
