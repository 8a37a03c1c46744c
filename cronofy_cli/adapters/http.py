"""httpx, made cheap: how it is imported, which certificates it trusts, when it uses a proxy.

Every part that speaks HTTP as a client starts here. What is asked, and what an answer means, is not known here.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from cronofy_cli.adapters.proxies import find_proxy
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Sequence
    from types import ModuleType

    import httpx

HASHED_DIRECTORIES: Final = ("/etc/ssl/certs", "/etc/pki/tls/certs")
"""Where distributions keep the system's certificates under OpenSSL's hashed names."""


def import_httpx() -> ModuleType:
    """Import httpx without its own command line, which would load rich, pygments and click.

    httpx leaves `httpx._main` out when that cannot be imported, as if click were not installed.
    """
    # A module that is None in sys.modules cannot be imported.
    modules = cast("dict[str, ModuleType | None]", sys.modules)
    blocked = "httpx" not in modules and modules.setdefault("httpx._main", None) is None
    try:
        import httpx
    finally:
        if blocked:
            modules.pop("httpx._main", None)
    return httpx


def open_client(url: str, timeout: httpx.Timeout | None = None) -> httpx.Client:
    """Return a client for requests to the origin of `url` and no other.

    The proxies of the environment are honoured, except for a host on this machine. Redirects are never followed.

    Raises:
        WrongUsage: the environment names a proxy or certificates that cannot be used.
    """
    library = import_httpx()
    with _proxy_errors(library):
        client: httpx.Client = library.Client(**_options(url), timeout=timeout or library.Timeout(5))
    return client


def tls_context(hashed_directories: Sequence[str] = HASHED_DIRECTORIES) -> ssl.SSLContext:
    """Return a context that checks certificates and names, and is cheap to make where the system allows it.

    `SSL_CERT_FILE` and `SSL_CERT_DIR` come first; then a hashed directory, from which OpenSSL reads a certificate when
    it needs it (0.2 ms); then certifi's bundle, which is parsed whole (26 ms).

    Raises:
        WrongUsage: `SSL_CERT_FILE` cannot be read or holds no certificate.
    """
    context = _trust_nobody()
    cafile, capath = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if cafile or capath:
        _load_named(context, cafile or None, capath or None)
    elif hashed := next(filter(_is_hashed, hashed_directories), None):
        context.load_verify_locations(capath=hashed)
    else:
        import certifi

        context.load_verify_locations(cafile=certifi.where())
    return context


def _options(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    usual = tls_context if parts.scheme == "https" else _trust_nobody
    proxy = find_proxy(url)
    return {
        "verify": usual(),
        "proxy": None if proxy is None else proxy.url,
        "trust_env": False,
        "follow_redirects": False,
    }


@contextmanager
def _proxy_errors(library: ModuleType) -> Iterator[None]:
    try:
        yield
    except (ImportError, ValueError, library.InvalidURL) as error:
        # httpx asks for the package socksio when a proxy is SOCKS. A proxy's address may hold a password: not shown.
        raise WrongUsage(
            "the proxy that the environment names cannot be used",
            hint="name an http:// or https:// proxy in HTTPS_PROXY, or exclude the host in NO_PROXY",
        ) from error


def _trust_nobody() -> ssl.SSLContext:
    import ssl

    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _load_named(context: ssl.SSLContext, cafile: str | None, capath: str | None) -> None:
    try:
        context.load_verify_locations(cafile=cafile, capath=capath)
    except OSError as error:  # ssl.SSLError is one
        raise WrongUsage(
            f"SSL_CERT_FILE names '{cafile}', which cannot be read as certificates: {error.strerror or error}",
            hint="correct SSL_CERT_FILE, or unset it to trust the system's certificates",
        ) from error


def _is_hashed(directory: str) -> bool:
    return any(Path(directory).glob("*.0"))
