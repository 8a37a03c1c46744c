"""The search: forms of the body, keys and readings of the header are combined until a digest matches.

It goes from plain to far-fetched and is bounded (`MOST_DIGESTS`, `MOST_HASHED_BYTES`): a body of 1 MiB takes well under
two seconds.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronofy_cli.core.autopsy.byte_forms import BodyForm
from cronofy_cli.core.autopsy.candidates import all_steps, body_candidates
from cronofy_cli.core.autopsy.causes import Cause, Step
from cronofy_cli.core.autopsy.keys import exact_keys, misread_keys
from cronofy_cli.core.autopsy.other_messages import other_digests, other_messages
from cronofy_cli.core.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cronofy_cli.core.autopsy.header_readings import SentDigests
    from cronofy_cli.core.autopsy.keys import Key
    from cronofy_cli.core.notifications.deliveries import Headers
    from cronofy_cli.core.signature import ClientSecret

MOST_DIGESTS = 4000
MOST_HASHED_BYTES = 192 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class KnownSecrets:
    """The client secrets to try, as keys."""

    configured: tuple[ClientSecret, ...]
    exact: tuple[Key, ...]
    """The configured ones, as they are."""
    foreign: tuple[Key, ...]
    """Those of other contexts, and removed ones."""

    @classmethod
    def of(
        cls,
        configured: Sequence[ClientSecret],
        others: Sequence[ClientSecret],
        removed: Sequence[ClientSecret],
    ) -> KnownSecrets:
        """Sort secrets by where they come from; one that is configured is foreign no more."""
        other = exact_keys(others, Step(Cause.OTHER_CONTEXT_SECRET, "a secret of another context"))
        old = exact_keys(removed, Step(Cause.REMOVED_SECRET, "a secret that was removed"))
        return cls(tuple(configured), tuple(exact_keys(configured)), (*old, *other))

    @property
    def all(self) -> tuple[Key, ...]:
        """Every secret as it is, the configured ones first."""
        return (*self.exact, *self.foreign)


@dataclass(frozen=True, slots=True)
class Match:
    """A digest that was found in the header."""

    secret_label: str | None
    """None if no known secret took part."""
    steps: tuple[Step, ...]
    """What had to be done to the body, the secret and the header; nothing if the signature is valid."""


class Search:
    """One search for what a header was computed from."""

    def __init__(self, sent: SentDigests, known: KnownSecrets) -> None:
        self._sent = sent
        self._known = known
        self._digests = 0
        self._hashed_bytes = 0
        self._forms: set[int] = set()

    def run(self, body: bytes, headers: Headers) -> Match | None:
        """Return the plainest match, or None."""
        raw = [BodyForm(body)]
        misread = tuple(misread_keys(self._known.configured)) if self._sent.may_hold_sha256 else ()
        found = (
            self._match(raw, self._known.exact)
            # Before the foreign ones: a misread secret may be right in another context.
            or self._match(raw, misread)
            or self._match(raw, self._known.foreign)
            or self._run_other_digests(body)
        )
        if found is not None or not self._sent.may_hold_sha256:
            return found
        return self._match(other_messages(body), self._known.exact) or self._match(
            body_candidates(body, headers), self._known.all
        )

    def run_raw(self, body: bytes) -> Match | None:
        """Return a match of the body as it is with a secret as it is, or None."""
        return self._match([BodyForm(body)], self._known.all)

    def summary(self) -> tuple[str, ...]:
        """Say what was tried, for when nothing matched."""
        labels = ", ".join(dict.fromkeys(clean(key.label or "") for key in self._known.all)) or "none"
        tried = f"tried {self._digests} digests over {len(self._forms)} forms of the body; secrets: {labels}"
        readable = (
            f"digests that the header can be read as: {self._sent.count}"
            if self._sent.may_hold_sha256
            else "the header holds nothing that could be a SHA-256 digest"
        )
        stopped = ("the search stopped at its limit",) if self._is_exhausted() else ()
        return (readable, tried, *stopped)

    def _match(self, forms: Iterable[BodyForm], keys: Sequence[Key]) -> Match | None:
        if not keys:
            return None
        seen: set[int] = set()
        for form in forms:
            identity = hash(form.body)
            if identity in seen:
                continue
            seen.add(identity)
            self._forms.add(identity)
            for key in keys:
                header_steps = self._find(hmac.digest(key.value, form.body, "sha256"), len(form.body))
                if header_steps is not None:
                    return Match(key.label, (*all_steps(form), *key.steps, *header_steps))
            if self._is_exhausted():
                return None
        return None

    def _run_other_digests(self, body: bytes) -> Match | None:
        for key in self._known.exact:
            for computed, step in other_digests(body, key, self._sent.lengths):
                header_steps = self._find(computed, len(body))
                if header_steps is not None:
                    return Match(key.label, (step, *header_steps))
        return None

    def _find(self, computed: bytes, size: int) -> tuple[Step, ...] | None:
        self._digests += 1
        self._hashed_bytes += size
        return self._sent.find(computed)

    def _is_exhausted(self) -> bool:
        return self._digests >= MOST_DIGESTS or self._hashed_bytes >= MOST_HASHED_BYTES
