"""The search index of a history in PostgreSQL: its blocks with their trigrams, in tables beside the others.

The trigrams are those of bytes, as numbers in an array with an inverted index (GIN), which every PostgreSQL has: no
extension has to be installed. It is written behind the answers, by one of the programs that listen or index.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history.search_blocks import IndexUnavailable, Mark, Stream, asked_trigrams
from cronofy_cli.adapters.postgres.locks import lock_number
from cronofy_cli.adapters.sqlite import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from cronofy_cli.adapters.history.database import Database
    from cronofy_cli.adapters.history.search_blocks import Span

_LOCK: Final = lock_number("history's search index")


class PostgresIndex:
    """An `Index` through the connection of the history itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def close(self) -> None:
        """Do nothing: the connection is the history's."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write everything inside the block, or nothing of it, and be the only one to write.

        Raises:
            IndexUnavailable: another program writes it, and so nothing has to be done here.
        """
        with self._database.transaction():
            if not self._database.value("SELECT pg_try_advisory_xact_lock(?)", (_LOCK,)):
                raise IndexUnavailable(Trouble.LOCKED, "another program writes it")
            yield

    def reading(self) -> AbstractContextManager[None]:
        """Do nothing: a block that comes after the marks were read claims what is looked through anyway."""
        return nullcontext()

    def marks(self) -> dict[Stream, Mark]:
        """Return how far each stream is indexed."""
        rows = self._database.rows("SELECT stream, upto, stamp FROM search_marks")
        known = {name: Mark(upto, stamp) for name, upto, stamp in rows}
        return {stream: known.get(stream.value, Mark()) for stream in Stream}

    def set_mark(self, stream: Stream, mark: Mark) -> None:
        """Keep how far a stream is indexed."""
        self._database.write(
            "INSERT INTO search_marks (stream, upto, stamp) VALUES (?, ?, ?) "
            "ON CONFLICT (stream) DO UPDATE SET upto = excluded.upto, stamp = excluded.stamp",
            (stream.value, mark.upto, mark.stamp),
        )

    def add(self, span: Span, parts: Iterable[bytes]) -> None:
        """Index what belongs to the deliveries of a span."""
        text = b"\n".join(parts)
        grams = {(one << 16) | (two << 8) | three for one, two, three in zip(text, text[1:], text[2:], strict=False)}
        insert = "INSERT INTO search_blocks (first_id, last_id, grams) VALUES (?, ?, ?::integer[])"
        self._database.write(insert, (*span, sorted(grams)))

    def spans(self, texts: Sequence[bytes]) -> list[Span] | None:
        """Return where one of the texts may be; None when the index cannot tell, because one is too short."""
        asked = [asked_trigrams(text) for text in texts]
        if not all(asked):
            return None
        condition = " OR ".join(["grams @> ?::integer[]"] * len(asked))
        values = [[int.from_bytes(trigram) for trigram in trigrams] for trigrams in asked]
        with self._database.transaction():
            # What the rows' own pages do not hold does not count in PostgreSQL's estimate: it would rather read the
            # trigrams of all blocks, which lie elsewhere.
            self._database.value("SELECT set_config('enable_seqscan', 'off', true)")
            found = self._database.rows(f"SELECT first_id, last_id FROM search_blocks WHERE {condition}", values)  # noqa: S608 - question marks
        return [(first, last) for first, last in found]

    def blocks(self) -> list[tuple[int, int, int]]:
        """Return the number, the first and the last delivery of each block."""
        found = self._database.rows("SELECT id, first_id, last_id FROM search_blocks")
        return [(number, first, last) for number, first, last in found]

    def remove(self, numbers: Sequence[int]) -> None:
        """Remove blocks."""
        self._database.write("DELETE FROM search_blocks WHERE id = ANY(?)", (list(numbers),))

    def clear(self) -> None:
        """Forget everything: it is indexed again."""
        self._database.write("DELETE FROM search_blocks")
        self._database.write("DELETE FROM search_marks")
