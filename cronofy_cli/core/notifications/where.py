"""`--where EXPR`: notifications whose body an expression finds something in. The language is in `core.query`."""

from __future__ import annotations

import msgspec

from cronofy_cli.core.query import Query


class Where(Query):
    """An expression about a notification's body."""

    def fits_body(self, body: bytes) -> bool:
        """Whether the expression finds something in a raw body; one that is not JSON has no fields at all."""
        try:
            document = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            document = None
        return self.fits(document)


def parse_where(text: str) -> Where:
    """Read an expression.

    Raises:
        WrongUsage: it is not understood; the message and the hint point at the place.
    """
    return Where(text, option="--where")
