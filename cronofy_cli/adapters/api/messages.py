"""What goes over the wire: the headers of a request, and the head of its answer as it came."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cronofy_cli import __version__
from cronofy_cli.adapters.whole_answer import ACCEPTED_ENCODING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

USER_AGENT: Final = f"cronofy-cli/{__version__}"


@dataclass(frozen=True, slots=True)
class Sending:
    """A request with the credential that it is sent with."""

    method: str
    url: str
    content: bytes | None
    token: str = field(repr=False)
    further: Sequence[tuple[str, str]] = ()
    """Headers that take the place of the usual ones of their names."""

    def headers(self) -> list[tuple[str, str]]:
        """Return all headers but those that the HTTP library adds."""
        usual = [
            ("Accept", "application/json"),
            ("Accept-Encoding", ACCEPTED_ENCODING),
            ("User-Agent", USER_AGENT),
        ]
        if self.content is not None:
            usual.append(("Content-Type", "application/json; charset=utf-8"))
        named = {name.lower() for name, _ in self.further}
        kept = [(name, value) for name, value in usual if name.lower() not in named]
        return [("Authorization", f"Bearer {self.token}"), *kept, *self.further]


def head_of(response: httpx.Response) -> bytes:
    """Return the status line and the header lines as they came, each with a line feed."""
    first = f"{response.http_version} {response.status_code} {response.reason_phrase}".rstrip()
    lines = [first.encode("ascii", "replace"), *(b"%s: %s" % line for line in response.headers.raw)]
    return b"".join(b"%s\n" % line for line in lines)
