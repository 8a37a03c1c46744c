"""Exit codes, and the one tree of errors.

Every error is a sentence, a hint that fixes it, a stable code for programs, and an exit code. They are caught once,
in `app.main()`; how they are drawn is `output.errors`' job.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process answers its caller. An API: listed in `docs/exit-codes.md` and in `cronofy help exit-codes`."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    AUTH = 4
    SIGNATURE = 5
    ALREADY_LISTENING = 6
    TIME_LIMIT = 124
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """One line for people."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.DONE: "done",
    ExitCode.FAILED: "failed",
    ExitCode.USAGE: "wrong usage: an option, argument or setting",
    ExitCode.UNREACHABLE: "Cronofy, the tunnel or the target could not be reached",
    ExitCode.AUTH: "not signed in, or not allowed",
    ExitCode.SIGNATURE: "the signature does not match",
    ExitCode.ALREADY_LISTENING: "another 'listen' forwards to this target already",
    ExitCode.TIME_LIMIT: "the time limit was reached",
    ExitCode.INTERRUPTED: "interrupted (Ctrl-C); SIGTERM gives 143, SIGHUP 129",
}


PIPE_CLOSED = 141
"""The exit code when whoever reads our output has gone: as a shell reports a program that SIGPIPE ended."""


class CronofyError(Exception):
    """Something the user can act on.

    `code` is stable for programs (`--json`); `hint` is a command or a step that fixes it; `docs` is an address.
    """

    exit_code = ExitCode.FAILED
    code = "failed"

    def __init__(self, message: str, *, hint: str | None = None, docs: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.docs = docs


class WrongUsage(CronofyError):
    """An option, argument or setting that cannot be meant."""

    exit_code = ExitCode.USAGE
    code = "usage"


class Unreachable(CronofyError):
    """No answer came from the other side: name, connection, TLS or time."""

    exit_code = ExitCode.UNREACHABLE
    code = "unreachable"


class NotSignedIn(CronofyError):
    """No credential is known, or Cronofy does not recognise it (401)."""

    exit_code = ExitCode.AUTH
    code = "not_signed_in"


class NotAllowed(CronofyError):
    """The credential is known but does not allow this (402 plan, 403 scope)."""

    exit_code = ExitCode.AUTH
    code = "not_allowed"


class NotFound(CronofyError):
    """What was named does not exist (404, or no such delivery)."""

    code = "not_found"


class RequestFailed(CronofyError):
    """Cronofy answered with an error that has no closer name."""

    code = "request_failed"


class InvalidRequest(RequestFailed):
    """Cronofy refused the parameters (422). `fields` maps each field to its (key, description) pairs."""

    code = "invalid_request"

    def __init__(
        self,
        message: str,
        *,
        fields: dict[str, tuple[tuple[str, str], ...]],
        hint: str | None = None,
        docs: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, docs=docs)
        self.fields = fields


class RateLimited(RequestFailed):
    """Too many requests, still so after the retries (429)."""

    code = "rate_limited"


class ServerFailed(RequestFailed):
    """Cronofy failed, still so after the retries (5xx)."""

    exit_code = ExitCode.UNREACHABLE
    code = "server_failed"


class SignatureMismatch(CronofyError):
    """No digest in the header comes from a known client secret."""

    exit_code = ExitCode.SIGNATURE
    code = "signature_mismatch"


class AlreadyListening(CronofyError):
    """Another run for the same account forwards to the same target."""

    exit_code = ExitCode.ALREADY_LISTENING
    code = "already_listening"


class TimeLimitReached(CronofyError):
    """What was waited for did not come within the limit."""

    exit_code = ExitCode.TIME_LIMIT
    code = "time_limit"


class HistoryUnavailable(CronofyError):
    """The store of deliveries cannot be read or written."""

    code = "history_unavailable"


class EventCacheUnavailable(CronofyError):
    """What is kept of the events' last seen states cannot be read or written."""

    code = "event_cache_unavailable"


class OutputLost(CronofyError):
    """What was found cannot be written to stdout."""

    code = "output_lost"


class RequestRefused(CronofyError):
    """Something that was posted to the listener is beyond its limits."""

    code = "request_refused"


class WorkerFailed(CronofyError):
    """A part of a run that works beside the main thread has ended too early, by a fault of ours."""

    code = "worker_failed"

    def __init__(self, message: str) -> None:
        super().__init__(message, hint="this is a bug in cronofy: report it with this message")
