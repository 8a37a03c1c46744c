"""What the stand-in for the ngrok agent is told to do, and what the real one says then.

The texts are those of ngrok's error reference and of published logs of agents 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Scenario(StrEnum):
    """`FAKE_NGROK_SCENARIO`."""

    OK = "ok"
    MALFORMED_TOKEN = "malformed_token"
    REVOKED_TOKEN = "revoked_token"
    SESSION_LIMIT = "session_limit"
    UNKNOWN_ERROR = "unknown_error"
    OFFLINE = "offline"
    SILENT = "silent"
    CRASH = "crash"
    BAD_CONFIGURATION = "bad_configuration"
    ENDPOINT_IN_USE = "endpoint_in_use"
    DOMAIN_NOT_YOURS = "domain_not_yours"
    DIES = "dies"
    """Ends without a word, at SIGUSR1."""
    ADDRESS_CHANGES = "address_changes"
    """A session that was lost comes back under another address."""
    STUBBORN = "stubborn"
    """Does not end when asked to."""


ERRORS = {
    "ERR_NGROK_4018": "Usage of ngrok requires a verified account and authtoken.\n\nSign up for an account: "
    "https://dashboard.ngrok.com/signup",
    "ERR_NGROK_105": "The authtoken you specified does not look like a proper ngrok authtoken.\n"
    "Your authtoken: {token}",
    "ERR_NGROK_107": "The authtoken you specified is properly formed, but it is invalid.\nYour authtoken: {token}\n"
    "This usually happens when:\n    - You reset your authtoken",
    "ERR_NGROK_108": "Your account is limited to 1 simultaneous ngrok agent sessions.",
    "ERR_NGROK_9999": "Something that no one has seen before with {token}.\nYour authtoken: {token}",
    "ERR_NGROK_334": "The endpoint '{url}' is already online. Either\n1. stop your existing endpoint first, or\n"
    "2. start both endpoints with `--pooling-enabled` to load balance between them.",
    "ERR_NGROK_320": "This domain is reserved for another account.\nFailed to create an endpoint with the domain "
    "'{url}' for the account 'Ada'.",
}
AUTHENTICATION_FAILURES = {
    Scenario.MALFORMED_TOKEN: "ERR_NGROK_105",
    Scenario.REVOKED_TOKEN: "ERR_NGROK_107",
    Scenario.SESSION_LIMIT: "ERR_NGROK_108",
    Scenario.UNKNOWN_ERROR: "ERR_NGROK_9999",
}
ENDPOINT_FAILURES = {Scenario.ENDPOINT_IN_USE: "ERR_NGROK_334", Scenario.DOMAIN_NOT_YOURS: "ERR_NGROK_320"}
NO_SUCH_HOST = (
    'failed to dial ngrok server with address "connect.ngrok-agent.com:443": dial tcp: '
    "lookup connect.ngrok-agent.com: no such host"
)


def error_text(code: str, **values: str) -> str:
    """Return an error as ngrok writes it."""
    return f"{ERRORS[code].format(**values)}\r\n\r\n{code}\r\n"


@dataclass(frozen=True, slots=True)
class Orders:
    """The environment's orders."""

    scenario: Scenario
    version: tuple[int, int, int]
    port: int
    """The first public port; 0 picks a free one, so that the address is new at every start."""
    state_file: str | None
    """Where public addresses are mapped to loopback ones, for a sender that wants to reach an asked-for domain."""
    calls_file: str | None
    """Where each start notes its arguments and the names of its environment, a JSON line each."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Orders:
        """Read them."""
        major, minor, patch = environment.get("FAKE_NGROK_VERSION", "3.39.10").split(".")
        return cls(
            scenario=Scenario(environment.get("FAKE_NGROK_SCENARIO", "ok")),
            version=(int(major), int(minor), int(patch)),
            port=int(environment.get("FAKE_NGROK_PORT", "0")),
            state_file=environment.get("FAKE_NGROK_STATE"),
            calls_file=environment.get("FAKE_NGROK_CALLS"),
        )

    @property
    def version_text(self) -> str:
        """The version as the agent tells it."""
        return ".".join(map(str, self.version))

    @property
    def has_endpoints(self) -> bool:
        """Whether `/api/endpoints` exists, as since 3.30.0."""
        return self.version >= (3, 30, 0)
