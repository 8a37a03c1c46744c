"""What the options of `trigger` say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cronofy_cli.core.notifications.sample_bodies import Setting
from cronofy_cli.core.notifications.samples import Sample, Surface, encode_body, with_fields


@dataclass(frozen=True, slots=True)
class Choice:
    """What is sent, how often, and how it is signed."""

    sample: Sample
    assignments: tuple[str, ...]
    count: int
    rate_per_s: float | None
    digests: int | None
    is_bad: bool
    is_unsigned: bool
    secret_files: tuple[str, ...]
    is_insecure: bool

    @property
    def can_be_pushed(self) -> bool:
        """Whether the simulator can send it by itself: it signs, and it sends to channels."""
        ours = self.is_bad or self.is_unsigned or self.digests or self.secret_files or self.rate_per_s
        is_inside = all(assignment.startswith("notification.") for assignment in self.assignments)
        return self.sample.surface is Surface.CHANNEL and is_inside and not ours

    @property
    def is_forged(self) -> bool:
        """Whether a receiver that checks signatures refuses it."""
        return self.is_bad or self.is_unsigned

    def body(self, url: str) -> bytes:
        """Return what is posted to `url`."""
        return encode_body(with_fields(self.sample.make(Setting(datetime.now(UTC), url)), self.assignments))
