"""Posting to an application as Cronofy would, and each post as `--verbose` shows it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cronofy_cli.adapters.api.exchanges import Exchange, mask_text
from cronofy_cli.outbound.connection import way_to
from cronofy_cli.outbound.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cronofy_cli.core.attempt import Attempt
    from cronofy_cli.outbound.request import Post
    from cronofy_cli.outbound.settings import SenderSettings
    from cronofy_cli.outbound.target import Target


class Poster:
    """Posts to one target, on any number of threads."""

    def __init__(self, target: Target, settings: SenderSettings, clock: Callable[[], datetime]) -> None:
        """Take the target.

        Raises:
            WrongUsage: the environment names a proxy or certificates that cannot be used.
        """
        self.target = target
        self.limit_s = math.inf if settings.limit_s is None else settings.limit_s
        self._settings = settings
        self._clock = clock
        self._way = way_to(target, settings)

    def post(self, post: Post) -> Attempt:
        """Post once, over a connection of its own, and return what came of it."""
        return Sender(self.target, self._settings, self._clock, way=self._way).send(post.to(self.target))


def exchange_of(target: Target, post: Post, attempt: Attempt) -> Exchange:
    """Return a post and its answer. A signature is no secret: it is what is looked for here."""
    answer_lines = (line.partition(":") for line in attempt.answer_head.decode("latin-1").splitlines()[1:] if line)
    return Exchange(
        "POST",
        mask_text(target.url),
        tuple((name.decode(), value.decode("latin-1")) for name, value in post.to(target).headers),
        post.body,
        attempt.duration_ms,
        attempt.status,
        answer_headers=tuple((name, value.strip()) for name, _, value in answer_lines),
        answer_body=attempt.answer_body,
        failure=attempt.summary,
    )
