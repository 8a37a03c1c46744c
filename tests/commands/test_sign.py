"""`cronofy sign`: what Cronofy would send along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.vectors import VECTORS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.conftest import Run
    from tests.support import Cli
    from tests.vectors import Vector

SIGNED_BY_ONE = [vector for vector in VECTORS if vector.valid and vector.header and "," not in vector.header]
BODY = b'{"example":"well-known"}'
BOTH = next(each for each in VECTORS if each.name == "docs-current-multi-secret-checked-with-first")
SECRETS = "CRN_NggYusqPGLxwjw5FHOJYOqSrTPNXy8WQf14OID,CRN_nGlYDFXwfSXgB9rvGNBJyfE454GGPtWIbNuPwr"


@pytest.mark.parametrize("vector", SIGNED_BY_ONE, ids=lambda vector: vector.name)
def test_published_vector(vector: Vector, run: Run, tmp_path: Path) -> None:
    """Signing a published body gives the published header, and shows no secret."""
    (tmp_path / "secret").write_text(vector.secret, encoding="utf-8")

    result = run("sign", "-", "--client-secret-file", tmp_path / "secret", stdin=vector.body)

    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{vector.header}\n", "")


def test_a_digest_per_secret(cli: Cli, run: Run, tmp_path: Path) -> None:
    """Several secrets sign as during a rotation: a digest each, in their order, one comma."""
    cli.environment["CRONOFY_CLIENT_SECRET"] = SECRETS
    (tmp_path / "body").write_bytes(BODY)

    assert run("sign", tmp_path / "body").stdout == f"{BOTH.header}\n"


def test_labelled_files(run: Run, tmp_path: Path) -> None:
    """Files sign in the order in which they are given, with a label or without."""
    old, new = (tmp_path / name for name in ("old", "new"))
    for path, secret in zip((old, new), SECRETS.split(","), strict=True):
        path.write_text(secret, encoding="utf-8")

    files = ("--client-secret-file", f"before={old}", "--client-secret-file", new)

    assert run("sign", "-", *files, stdin=BODY).stdout == f"{BOTH.header}\n"


@pytest.mark.parametrize("flag", ["--json", "--ndjson"])
def test_for_programs(flag: str, cli: Cli, run: Run) -> None:
    """Header name and value as a document."""
    cli.environment["CRONOFY_CLIENT_SECRET"] = SECRETS

    assert run(flag, "sign", "-", stdin=BODY).json == {"header": "Cronofy-HMAC-SHA256", "value": BOTH.header}


def test_what_was_signed_verifies(cli: Cli, run: Run) -> None:
    """`verify` agrees with `sign`, for any bytes."""
    cli.environment["CRONOFY_CLIENT_SECRET"] = "CRN_1"
    body = bytes(range(256))

    signature = run("sign", "-", stdin=body).stdout.strip()

    assert run("verify", "-", "--signature", signature, stdin=body).exit_code == 0


def test_no_secret_is_known(run: Run) -> None:
    """Without a client secret nothing can be signed."""
    assert run("sign", "-", stdin=BODY).exit_code == 4


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf%s\r\n" % SECRETS.split(",", maxsplit=1)[0].encode(),
        b"\xff\xfe" + f"{SECRETS.split(',', maxsplit=1)[0]}\r\n".encode("utf-16-le"),
    ],
    ids=["BOM", "UTF-16"],
)
def test_a_secret_file_of_windows(content: bytes, run: Run, tmp_path: Path) -> None:
    """A secret that PowerShell or Notepad saved signs as the same secret saved anywhere else does."""
    (tmp_path / "body").write_bytes(BODY)
    (tmp_path / "windows").write_bytes(content)
    (tmp_path / "plain").write_text(SECRETS.split(",", maxsplit=1)[0])

    result = run("sign", tmp_path / "body", "--client-secret-file", tmp_path / "windows")

    assert result.stdout == run("sign", tmp_path / "body", "--client-secret-file", tmp_path / "plain").stdout
