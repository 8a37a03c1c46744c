"""A post and how it ended, as `--verbose` shows every exchange. The answer is told as far as an outcome keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.adapters.api.exchanges import Exchange, mask_text

if TYPE_CHECKING:
    from cronofy_cli.outbound.outcome import Outcome
    from cronofy_cli.outbound.request import Post
    from cronofy_cli.outbound.target import Target


def exchange_of(target: Target, post: Post, outcome: Outcome) -> Exchange:
    """Return a post to `target` and what came of it. A signature is no secret: it is what is looked for here."""
    return Exchange(
        "POST",
        mask_text(target.url),
        (("Host", target.authority), *((name.decode(), value.decode("latin-1")) for name, value in post.headers)),
        post.body,
        outcome.elapsed_ms,
        outcome.status,
        answer_headers=(("Location", outcome.location),) if outcome.location else (),
        answer_body=outcome.excerpt.encode(),
        failure=outcome.summary,
    )
