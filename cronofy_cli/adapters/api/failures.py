"""Why no answer came: httpx's exceptions told apart by their cause, as our errors."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

from cronofy_cli.adapters.hosts import is_this_machine
from cronofy_cli.adapters.http import import_httpx
from cronofy_cli.adapters.proxies import find_proxy
from cronofy_cli.adapters.whole_answer import LARGEST_BYTES, MEBIBYTE, TooLarge, TooSlow
from cronofy_cli.core.text import clean, shorten
from cronofy_cli.errors import RequestFailed, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from cronofy_cli.errors import CronofyError

_SHOWN: Final = 200
_NETWORK_HINT: Final = "check the network connection and --data-center"
_Cause = TypeVar("_Cause", bound=BaseException)


class TransportFailure(NamedTuple):
    """A request without an answer."""

    reason: str
    """A few words for people."""
    error: CronofyError
    nothing_sent: bool
    """Whether it failed before the server could know of the request."""
    is_passing: bool
    """Whether another attempt may end differently."""


def explain(error: httpx.HTTPError | TooSlow | TooLarge, url: str) -> TransportFailure:
    """Return what the exception of a request to `url` means."""
    httpx = import_httpx()
    host = urlsplit(url).netloc
    if isinstance(error, TooSlow) and not error.was_sent:
        return _not_reached(host, is_passing=False)
    if isinstance(error, TooSlow):
        told = Unreachable(
            f"{host} did not finish its answer in time", hint="run it again; see https://status.cronofy.com"
        )
        return TransportFailure("no whole answer in time", told, nothing_sent=False, is_passing=False)
    if isinstance(error, TooLarge):
        return _too_large(host)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout) and (failed := _proxy_failure(error, url)):
        return failed
    if isinstance(error, httpx.TimeoutException):
        return _timeout(error, host)
    if isinstance(error, httpx.ProxyError):
        told = Unreachable(
            f"the proxy refused the way to {host}: {_words(error)}",
            hint="check HTTPS_PROXY, or exclude the host in NO_PROXY",
        )
        return TransportFailure("the proxy refused", told, nothing_sent=True, is_passing=False)
    if isinstance(error, httpx.ConnectError):
        return _not_connected(error, url)
    if isinstance(error, httpx.DecodingError):
        undecodable = RequestFailed(f"the answer of {host} cannot be decompressed: {_words(error)}")
        return TransportFailure("undecodable answer", undecodable, nothing_sent=False, is_passing=False)
    proxy = find_proxy(url)
    who = host if proxy is None else f"{host}, or the proxy {proxy.place} on the way to it,"
    told = Unreachable(f"{who} broke the connection off: {_words(error)}", hint="run it again")
    return TransportFailure("broken connection", told, nothing_sent=False, is_passing=True)


def _too_large(host: str) -> TransportFailure:
    told = RequestFailed(
        f"the answer of {host} is larger than {LARGEST_BYTES // MEBIBYTE} MiB: it was not read to its end",
        hint="ask for less, such as a shorter time span, and check that --data-center names Cronofy",
    )
    return TransportFailure("answer too large", told, nothing_sent=False, is_passing=False)


def _proxy_failure(error: httpx.HTTPError, url: str) -> TransportFailure | None:
    """Return the failure if it is the proxy that no connection was made with."""
    proxy = find_proxy(url)
    if proxy is None or _cause(error, ssl.SSLError):
        return None
    if _cause(error, socket.gaierror):
        reason = "its name could not be resolved"
    elif _cause(error, ConnectionRefusedError):
        reason = "the connection was refused"
    else:
        reason = "it could not be reached"
    told = Unreachable(
        f"the proxy {proxy.place} does not answer: {reason}",
        hint=f"correct {proxy.variable}, or exclude {urlsplit(url).hostname} in NO_PROXY",
    )
    return TransportFailure("the proxy does not answer", told, nothing_sent=True, is_passing=False)


def _timeout(error: httpx.TimeoutException, host: str) -> TransportFailure:
    httpx = import_httpx()
    if isinstance(error, httpx.ConnectTimeout):
        return _not_reached(host, is_passing=True)
    told = Unreachable(f"{host} sent no answer in time", hint="run it again; see https://status.cronofy.com")
    return TransportFailure("no answer in time", told, nothing_sent=False, is_passing=True)


def _not_reached(host: str, *, is_passing: bool) -> TransportFailure:
    told = Unreachable(f"{host} could not be reached in time", hint=_NETWORK_HINT)
    return TransportFailure("connecting took too long", told, nothing_sent=True, is_passing=is_passing)


def _not_connected(error: httpx.ConnectError, url: str) -> TransportFailure:
    host = urlsplit(url).netloc
    if certificate := _cause(error, ssl.SSLCertVerificationError):
        told = Unreachable(
            f"the TLS certificate of {host} is not trusted: {certificate.verify_message}",
            hint="if a proxy of yours signs it, name its CA certificate: export SSL_CERT_FILE=...",
        )
        return TransportFailure("untrusted certificate", told, nothing_sent=True, is_passing=False)
    if _cause(error, ssl.SSLError) and not _cause(error, ssl.SSLEOFError):
        told = Unreachable(f"no TLS connection with {host}: {_words(error)}", hint="check the scheme of --data-center")
        return TransportFailure("no TLS connection", told, nothing_sent=True, is_passing=False)
    if _cause(error, socket.gaierror):
        told = Unreachable(f"the name {urlsplit(url).hostname} could not be resolved", hint=_NETWORK_HINT)
        return TransportFailure("unknown name", told, nothing_sent=True, is_passing=True)
    if _cause(error, ConnectionRefusedError):
        return _refused(url)
    told = Unreachable(f"no connection with {host}: {_words(error)}", hint=_NETWORK_HINT)
    return TransportFailure("no connection", told, nothing_sent=True, is_passing=True)


def _refused(url: str) -> TransportFailure:
    parts = urlsplit(url)
    is_here = is_this_machine(parts.hostname or "")
    told = Unreachable(
        f"nothing answers at {parts.netloc}: the connection was refused",
        hint="cronofy simulator run" if is_here else _NETWORK_HINT,
    )
    return TransportFailure("connection refused", told, nothing_sent=True, is_passing=not is_here)


def _cause(error: BaseException, kind: type[_Cause]) -> _Cause | None:
    return next((cause for cause in _causes(error) if isinstance(cause, kind)), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _words(error: httpx.HTTPError) -> str:
    return shorten(clean(str(error)), _SHOWN) or type(error).__name__
