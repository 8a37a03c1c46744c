"""Servers on loopback whose TLS is right, or wrong in one way, with certificates of an authority made for it."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import trustme

from cronofy_cli.adapters.callback_probe import ProbeLimits
from tests.fakes.scripted_server import scripted_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes.scripted_server import ScriptedServer

HOST = "localhost"
PATIENT = ProbeLimits(60, 60, 60, 60)
"""Limits that nothing here comes near to, however busy the machine is."""
NOW = datetime.now(UTC)


@dataclass
class Authorities:
    """A root that is trusted, the intermediate that issues for it, and where files can be written."""

    folder: Path
    root: trustme.CA
    intermediate: trustme.CA

    @property
    def trust(self) -> ssl.SSLContext:
        """What trusts the root and nothing else."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.root.configure_trust(context)
        return context

    @property
    def root_file(self) -> Path:
        """The root, as `SSL_CERT_FILE` takes it."""
        path = self.folder / "root.pem"
        self.root.cert_pem.write_to_path(path)
        return path

    def valid(self) -> ssl.SSLContext:
        """A complete chain for the right host."""
        return self._context(self.intermediate.issue_cert(HOST))

    def incomplete_chain(self) -> ssl.SSLContext:
        """The server's own certificate without the intermediate's."""
        return self._context(self.intermediate.issue_cert(HOST), presented=1)

    def expired(self) -> ssl.SSLContext:
        """A certificate that ended yesterday."""
        before, after = NOW - timedelta(days=90), NOW - timedelta(days=1)
        return self._context(self.intermediate.issue_cert(HOST, not_before=before, not_after=after))

    def not_yet_valid(self) -> ssl.SSLContext:
        """A certificate that begins tomorrow."""
        before, after = NOW + timedelta(days=1), NOW + timedelta(days=90)
        return self._context(self.intermediate.issue_cert(HOST, not_before=before, not_after=after))

    def expiring(self, days: int, *, lifetime_days: int = 90) -> ssl.SSLContext:
        """A certificate that ends in so many days."""
        after = NOW + timedelta(days=days)
        before = after - timedelta(days=lifetime_days)
        return self._context(self.intermediate.issue_cert(HOST, not_before=before, not_after=after))

    def wrong_host(self) -> ssl.SSLContext:
        """A certificate for another host."""
        return self._context(self.intermediate.issue_cert("other.example"))

    def self_signed(self) -> ssl.SSLContext:
        """A certificate that vouches for itself."""
        own = trustme.CA()
        return self._load([own.cert_pem.bytes()], own.private_key_pem.bytes())

    def untrusted_root(self) -> ssl.SSLContext:
        """A certificate of another authority, which is presented too."""
        other = trustme.CA()
        leaf = other.issue_cert(HOST)
        return self._load([leaf.cert_chain_pems[0].bytes(), other.cert_pem.bytes()], leaf.private_key_pem.bytes())

    def old_protocol(self) -> ssl.SSLContext:
        """Nothing newer than TLS 1.1."""
        context = self.valid()
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        return context

    def _context(self, leaf: trustme.LeafCert, *, presented: int | None = None) -> ssl.SSLContext:
        chain = [certificate.bytes() for certificate in leaf.cert_chain_pems]
        return self._load(chain[:presented], leaf.private_key_pem.bytes())

    def _load(self, chain: list[bytes], key: bytes) -> ssl.SSLContext:
        path = self.folder / "server.pem"
        path.write_bytes(b"".join([key, *chain]))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def make_authorities(folder: Path) -> Authorities:
    """Return authorities that no one else knows."""
    root = trustme.CA()
    return Authorities(folder, root, root.create_child_ca())


@contextmanager
def serving(tls: ssl.SSLContext | None, *statuses: int) -> Iterator[tuple[str, ScriptedServer]]:
    """Serve a handler that answers so; yields its callback URL and what came."""
    with scripted_server(tls=tls) as server:
        for status in statuses:
            server.answer(status)
        port = server.url.rpartition(":")[2]
        yield f"{'https' if tls else 'http'}://{HOST}:{port}/cronofy?user_id=42", server


@contextmanager
def plain_http(*, patient: bool) -> Iterator[int]:
    """Yield the port of a server of plain HTTP; a patient one waits for the end of a request before it answers."""
    with answering(
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", wait_for=b"\r\n\r\n" if patient else b""
    ) as port:
        yield port


@contextmanager
def answering(
    answer: bytes, *, wait_for: bytes = b"", pause_s: float | None = None, stays_open: bool = False
) -> Iterator[int]:
    """Yield the port of a server that answers every connection with the same bytes, then closes it.

    It reads until `wait_for` has come, in whichever packet; with `pause_s` it sends a byte at a time; with `stays_open`
    the client is the one that closes.
    """
    over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            got = self.request.recv(65536)
            while wait_for not in got:
                piece = self.request.recv(65536)
                if not piece:
                    return
                got += piece
            with suppress(OSError):
                for byte in answer if pause_s is not None else ():
                    self.request.sendall(bytes([byte]))
                    over.wait(pause_s)
                if pause_s is None:
                    self.request.sendall(answer)
                if stays_open:
                    self.request.recv(1)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            over.set()
            server.shutdown()
            thread.join()


@contextmanager
def listening() -> Iterator[int]:
    """Yield a port that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield silent.getsockname()[1]
