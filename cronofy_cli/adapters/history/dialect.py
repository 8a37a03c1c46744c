"""What SQLite and PostgreSQL write differently, as fragments of SQL. All other statements are the same for both.

A `?` in a fragment stands for one parameter, which is the same in both.
"""

from __future__ import annotations

from typing import NamedTuple


class Dialect(NamedTuple):
    """How one of them writes it."""

    chosen_numbers: str
    """A set of the numbers in a JSON array."""
    chosen_texts: str
    """A set of the texts in a JSON array."""
    rows_of_moments: str
    """Rows of four numbers out of a JSON array of arrays."""
    bytes_type: str
    in_bytes: str
    """Whether bytes are a part of the column `{column}`."""
    in_text: str
    """Whether bytes are a part of the UTF-8 of the column `{column}`."""


SQLITE = Dialect(
    chosen_numbers="(SELECT value FROM json_each(?))",
    chosen_texts="(SELECT value FROM json_each(?))",
    rows_of_moments=(
        "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), "
        "json_extract(value, '$[3]') FROM json_each(?) WHERE 1 = 1"
    ),
    bytes_type="BLOB",
    in_bytes="instr({column}, ?) > 0",
    in_text="instr({column}, ?) > 0",
)

POSTGRES = Dialect(
    chosen_numbers="(SELECT value::bigint FROM json_array_elements_text(?::json))",
    chosen_texts="(SELECT value FROM json_array_elements_text(?::json))",
    rows_of_moments=(
        "SELECT (value ->> 0)::bigint, (value ->> 1)::bigint, (value ->> 2)::bigint, (value ->> 3)::bigint "
        "FROM json_array_elements(?::json)"
    ),
    bytes_type="bytea",
    in_bytes="position(?::bytea IN {column}) > 0",
    in_text="position(?::bytea IN convert_to({column}, 'UTF8')) > 0",
)
