"""How httpx is imported, what is trusted, and when a proxy is used."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import trustme

from cronofy_cli.adapters.hosts import is_loopback
from cronofy_cli.adapters.http import import_httpx, open_client, tls_context
from cronofy_cli.errors import WrongUsage
from tests.fakes.scripted_server import scripted_server

if TYPE_CHECKING:
    from pathlib import Path

IMPORT = """
import importlib.util, sys
assert importlib.util.find_spec("click"), "click must be installed, or this shows nothing"
from cronofy_cli.adapters.http import import_httpx
httpx = import_httpx()
assert import_httpx() is httpx
assert httpx.get
print(sorted({"rich", "pygments", "click", "httpx._main"} & set(sys.modules)))
"""


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own certificates and proxies are left out."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_import_is_light() -> None:
    """Importing httpx loads neither rich nor pygments nor click, although click is installed."""
    result = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True)

    assert result.stdout == "[]\n"


def test_hashed_directory_is_not_parsed(tmp_path: Path) -> None:
    """A directory with hashed names is looked into when a certificate is needed, not before."""
    (tmp_path / "002c0b4f.0").write_text("")

    context = tls_context([str(tmp_path / "missing"), str(tmp_path)])

    assert context.cert_store_stats()["x509_ca"] == 0
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_without_hashed_directory(tmp_path: Path) -> None:
    """Where no directory has hashed names, certifi's certificates are trusted."""
    assert tls_context([str(tmp_path)]).cert_store_stats()["x509_ca"] > 50


def test_named_certificates_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`SSL_CERT_FILE` replaces the system's certificates."""
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    assert tls_context().cert_store_stats()["x509_ca"] == 1


def test_named_directory_is_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`SSL_CERT_DIR` replaces the system's certificates without reading them all."""
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))

    assert tls_context(["/"]).cert_store_stats()["x509_ca"] == 0


@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_unusable_certificates(content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of certificates that is missing or holds none is named."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))

    with pytest.raises(WrongUsage, match=r"SSL_CERT_FILE names '.*ca\.pem'"):
        tls_context()


def test_plain_http_trusts_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """For an http address no certificate is read at all, not even one that could not be."""
    monkeypatch.setenv("SSL_CERT_FILE", "/does/not/exist")

    with scripted_server() as server, open_client(server.url) as client:
        server.answer(204)
        assert client.get(server.url).status_code == 204


def test_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that is not this machine is reached through the environment's proxy."""
    with scripted_server() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        proxy.answer(204, only_for="GET http://cronofy.example/v1/channels")
        with open_client("http://cronofy.example") as client:
            assert client.get("http://cronofy.example/v1/channels").status_code == 204


def test_no_proxy_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine is never reached through a proxy."""
    with scripted_server() as proxy, scripted_server() as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        server.answer(204)
        with open_client(server.url) as client:
            assert client.get(server.url).status_code == 204


def test_no_proxy_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host in NO_PROXY is reached directly."""
    httpx = import_httpx()
    with scripted_server() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "cronofy.example")

        def no_such_host(*_: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", no_such_host)
        with open_client("http://cronofy.example") as client, pytest.raises(httpx.ConnectError):
            client.get("http://cronofy.example/")


@pytest.mark.parametrize("proxy", ["socks5://user:hunter2@127.0.0.1:1", "gopher://user:hunter2@127.0.0.1:1"])
def test_unusable_proxy(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of another kind is refused without showing the password in its address."""
    monkeypatch.setenv("https_proxy", proxy)

    with pytest.raises(WrongUsage) as caught:
        open_client("https://api.cronofy.com")

    assert "HTTPS_PROXY" in str(caught.value.hint)
    assert "hunter2" not in caught.value.message


def test_redirects_are_not_followed() -> None:
    """A redirect is an answer, not a new request."""
    with scripted_server() as server, open_client(server.url) as client:
        server.answer(302, headers={"Location": "/elsewhere"})
        assert client.get(server.url).status_code == 302


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("app.localhost", True),
        ("10.0.0.1", False),
        ("localhost.example.com", False),
        ("api.cronofy.com", False),
        ("", False),
    ],
)
def test_is_loopback(host: str, expected: bool) -> None:
    """Names and addresses of this machine are known without looking one up."""
    assert is_loopback(host) is expected
