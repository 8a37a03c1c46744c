"""One request to a world: its parameters, its body, and who is calling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import NotAllowed, NotSignedIn, RateLimited
from cronofy_cli.simulator.http.exchange import StatusError
from cronofy_cli.simulator.messages.bodies import decode_body

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.simulator.http.exchange import Request
    from cronofy_cli.simulator.simulated_world import SimulatedWorld
    from cronofy_cli.simulator.world.model import Application
    from cronofy_cli.simulator.world.scopes import Access
    from cronofy_cli.simulator.world_slot import WorldSlot

MAX_BODY_BYTES: Final = 1024 * 1024


class PersonalTokenRefused(NotAllowed):
    """A personal token belongs to no application, so it has no channels; the status is a choice."""

    def __init__(self, status: int) -> None:
        super().__init__("a personal token belongs to no application")
        self.status = status


class Call:
    """What a handler is given."""

    __slots__ = ("access", "application", "body_bytes", "parameters", "request", "slot", "world")

    def __init__(self, request: Request, slot: WorldSlot, parameters: Mapping[str, str]) -> None:
        self.request = request
        self.slot = slot
        self.world: SimulatedWorld = slot.world
        self.parameters = parameters
        self.access: Access | None = None
        """Set once the token was looked at."""
        self.application: Application | None = None
        """Set once a client secret was looked at."""
        self.body_bytes = b""

    @property
    def base_url(self) -> str:
        """The address at which the client finds this world, without a trailing slash."""
        return f"{self.request.scope['cronofy.origin']}{self.slot.base_path}"

    def allowed(self, accepted: frozenset[str] | None = None) -> Access:
        """Return what the token allows; None accepts any scope.

        Raises:
            NotSignedIn: there is no token, or it is not known, expired or revoked.
            NotAllowed: it has none of the accepted scopes.
            RateLimited: the application has made too many calls.
        """
        access = self.slot.signing_in.access(self._bearer())
        self.access = access
        self.count(access.application or "")
        if accepted is not None:
            access.require(accepted)
        return access

    def allowed_application(self) -> Application:
        """Return the application whose client secret is the bearer token, as an API key.

        Raises:
            NotSignedIn: it is none.
            RateLimited: the application has made too many calls.
        """
        self.application = self.slot.signing_in.application_of_secret(self._bearer())
        if self.application is None:
            raise NotSignedIn("the API key is not a client secret of a known application")
        self.count(self.application.name)
        return self.application

    def count(self, application: str) -> None:
        """Count a call for the rate limit (docs: /developers/faqs/rate-limits).

        Raises:
            RateLimited: the application has made too many calls.
        """
        if self.world.settings.enforce_rate_limit and not self.world.rate_limit.admits(application, self.world.clock()):
            raise RateLimited("the application has made too many calls")

    async def body(self) -> dict[str, object]:
        """Return the object in the body, JSON or form.

        Raises:
            InvalidRequest: it is not an object.
            StatusError: 413, it is longer than 1 MiB.
        """
        body = bytearray()
        async for chunk in self.request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise StatusError(413)
        self.body_bytes = bytes(body)
        return decode_body(self.request.headers.get("content-type", ""), self.body_bytes)

    async def json_body(self) -> dict[str, object]:
        """Return the object in a JSON body; no other type is taken, so that a browser must ask first (CORS).

        Raises:
            StatusError: 415, the content type is another one.
            InvalidRequest: the body is not an object.
        """
        if self.request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise StatusError(415)
        return await self.body()

    def _bearer(self) -> str:
        scheme, _, token = self.request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise NotSignedIn("there is no bearer token")
        return token.strip()
