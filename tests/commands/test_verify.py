"""`cronofy verify`: the stated verdict for every published vector, however body and header come."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.core.signature import digest
from tests.samples import make_delivery
from tests.vectors import VECTORS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.conftest import Record, Run
    from tests.support import Cli, Result
    from tests.vectors import Vector

BODY = b'{"example":"well-known"}'
SECRET = "CRN_NggYusqPGLxwjw5FHOJYOqSrTPNXy8WQf14OID"
SIGNATURE = "5DxentQi5YSXODEzTVv06sRwJ3pULIz1KrYv20qxEK0="
ODD = [vector for vector in VECTORS if vector.name in {"computed-non-ascii-header", "computed-utf8-body"}]


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    """A file with the client secret of the documentation's example."""
    path = tmp_path / "secret.txt"
    path.write_text(f"{SECRET}\n", encoding="utf-8")
    return path


def check(result: Result, vector: Vector) -> None:
    """Compare with the stated verdict; the client secret is shown nowhere."""
    expected = (0, "valid\tsecret.txt\n") if vector.valid else (5, "")
    assert (result.exit_code, result.stdout) == expected
    assert vector.secret not in result.stdout + result.stderr
    assert result.stderr.startswith("error: ") is not vector.valid


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_published_vector(vector: Vector, run: Run, tmp_path: Path) -> None:
    """Each vector gets its stated verdict: exit code 0 or 5; a header that is missing is an option left out."""
    secret, body = tmp_path / "secret.txt", tmp_path / "body.json"
    secret.write_text(vector.secret, encoding="utf-8")
    body.write_bytes(vector.body)
    header = [] if vector.header is None else ["--signature", vector.header]

    check(run("verify", body, *header, "--client-secret-file", secret), vector)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_published_vector_as_a_saved_request(vector: Vector, run: Run, tmp_path: Path) -> None:
    """The same verdicts for a saved raw request on stdin, whose body an editor has ended with a line feed."""
    (tmp_path / "secret.txt").write_text(vector.secret, encoding="utf-8")
    header = b"" if vector.header is None else b"Cronofy-HMAC-SHA256: %s\r\n" % vector.header.encode()
    head = b"POST /hook HTTP/1.1\r\nContent-Length: %d\r\n%s\r\n" % (len(vector.body), header)

    result = run(
        *("verify", "--request", "-", "--client-secret-file", tmp_path / "secret.txt"),
        stdin=head + vector.body + b"\n",
    )

    check(result, vector)


@pytest.mark.parametrize("vector", [VECTORS[0], *ODD], ids=lambda vector: vector.name)
def test_published_vector_in_a_process_of_its_own(vector: Vector, cli: Cli, tmp_path: Path) -> None:
    """Through a real command line, with the body on stdin."""
    assert vector.header is not None
    (tmp_path / "secret.txt").write_text(vector.secret, encoding="utf-8")

    result = cli("verify", "-", "--signature", vector.header, "--client-secret-file", "secret.txt", stdin=vector.body)

    check(result, vector)


@pytest.mark.parametrize(
    ("head_end", "body"),
    [
        (b"\r\n", BODY),
        (b"Content-Length: 24\r\n\r\n", BODY + b"\r\n"),
        (b"Transfer-Encoding: chunked\r\n\r\n", b"18\r\n" + BODY + b"\r\n0\r\n\r\n"),
        (b"Transfer-Encoding: chunked\r\n\r\n", b'2\r\n{"\r\n16;x=y\r\n' + BODY[2:] + b"\r\n0\r\n\r\n"),
    ],
    ids=["plain", "editor", "one-chunk", "two-chunks"],
)
@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"], ids=["CRLF", "LF"])
def test_saved_requests(
    head_end: bytes, body: bytes, line_end: bytes, run: Run, secret_file: Path, tmp_path: Path
) -> None:
    """However a request was saved, the body that was sent is what is verified; the header's spelling is free."""
    head = b"POST /hook?a=1 HTTP/1.1\r\nHost: example.com\r\ncronofy-hmac-sha256: " + SIGNATURE.encode() + b"\r\n"
    saved = tmp_path / "request.txt"
    saved.write_bytes((head + head_end).replace(b"\r\n", line_end) + body)

    result = run("verify", "--request", saved, "--client-secret-file", secret_file)

    assert (result.exit_code, result.stdout, result.stderr) == (0, "valid\tsecret.txt\n", "")


def test_an_option_takes_the_place_of_the_saved_header(run: Run, secret_file: Path, tmp_path: Path) -> None:
    """A header that is given by hand counts more than the saved one."""
    saved = tmp_path / "request.txt"
    saved.write_bytes(b"POST / HTTP/1.1\nCronofy-HMAC-SHA256: wrong\n\n" + BODY)

    result = run("verify", "--request", saved, "--signature", SIGNATURE, "--client-secret-file", secret_file)

    assert result.exit_code == 0


def test_a_stored_delivery(run: Run, record: Record, secret_file: Path) -> None:
    """What `listen` kept is verified by its number, and the newest by `last`."""
    good = make_delivery(body=BODY, headers=((b"CRONOFY-hmac-sha256", SIGNATURE.encode()),))
    bad = make_delivery(body=BODY + b" ", headers=((b"Cronofy-HMAC-SHA256", SIGNATURE.encode()),))
    record(good._replace(id=None), bad._replace(id=None))

    results = [
        run("verify", "--delivery", choice, "--client-secret-file", secret_file).exit_code
        for choice in ("1", "#1", "2", "last")
    ]

    assert results == [0, 0, 5, 5]


@pytest.mark.parametrize("own_secret", ["", "CRN_of_the_real_application"], ids=["nothing set up", "own secret set"])
def test_a_delivery_of_the_simulator(own_secret: str, cli: Cli, run: Run, record: Record, secret_file: Path) -> None:
    """What the simulator sent is verified with its secret without being told, also after it ended, as 'demo' leaves it.

    What the command line says counts more.
    """
    cli.environment["CRONOFY_CLIENT_SECRET"] = own_secret
    header = (b"Cronofy-HMAC-SHA256", digest(BODY, "CRN_simulator_client_secret").encode())
    record(make_delivery(body=BODY, headers=(header,))._replace(id=None))

    alone = run("verify", "--delivery", "last")
    with_file = run("verify", "--delivery", "last", "--client-secret-file", secret_file)
    elsewhere = run("verify", "--delivery", "last", "--data-center", "uk")

    assert (alone.exit_code, alone.stdout) == (0, "valid\tsimulator\n")
    assert (with_file.exit_code, elsewhere.exit_code) == (5, 5 if own_secret else 4)


def test_several_secrets(run: Run, secret_file: Path, tmp_path: Path) -> None:
    """While a secret is rotated any of the given files may hold the right one, and the answer names its file."""
    other = tmp_path / "other.txt"
    other.write_text("CRN_other", encoding="utf-8")
    body = tmp_path / "body"
    body.write_bytes(BODY)

    files = ("--client-secret-file", other, "--client-secret-file", secret_file)
    first = run("verify", body, "--signature", SIGNATURE, *files)
    second = run("verify", body, "--signature", digest(BODY, "CRN_other"), *files)

    assert (first.stdout, second.stdout) == ("valid\tsecret.txt\n", "valid\tother.txt\n")


def test_secrets_of_the_environment(cli: Cli, run: Run) -> None:
    """`CRONOFY_CLIENT_SECRET` may hold several, comma-separated; the answer tells which one it was."""
    cli.environment["CRONOFY_CLIENT_SECRET"] = f"CRN_other, {SECRET}"

    result = run("verify", "-", "--signature", SIGNATURE, stdin=BODY)

    assert result.stdout == "valid\tCRONOFY_CLIENT_SECRET #2\n"


def test_a_secret_with_odd_bytes(cli: Cli) -> None:
    """An environment variable that is not UTF-8 is a secret like any other."""
    odd = b"CRN_\xff".decode("utf-8", "surrogateescape")

    result = cli(
        *("verify", "-", "--signature", digest(BODY, odd)), stdin=BODY, environment={"CRONOFY_CLIENT_SECRET": odd}
    )

    assert (result.exit_code, result.stderr) == (0, "")


def test_the_secret_from_stdin(run: Run, tmp_path: Path) -> None:
    """A secret can be piped in, so that it is in no file and in no argument."""
    (tmp_path / "body").write_bytes(BODY)

    result = run(
        *("verify", tmp_path / "body", "--signature", SIGNATURE, "--client-secret-file", "-"),
        stdin=f"{SECRET}\n".encode(),
    )

    assert result.stdout == "valid\tstdin\n"


@pytest.mark.parametrize("flag", ["--json", "--ndjson"])
def test_for_programs(flag: str, run: Run, secret_file: Path) -> None:
    """One document with the same keys either way; a mismatch is an error document on stderr besides."""
    arguments = ("verify", "-", "--client-secret-file", secret_file)

    good = run(flag, *arguments, "--signature", SIGNATURE, stdin=BODY)
    bad = run(flag, *arguments, "--signature", SIGNATURE, stdin=BODY + b"\n")

    nothing = dict.fromkeys(("cause", "detail", "explanation", "hint", "confidence")) | {"evidence": [], "also": []}
    assert good.json == {"state": "valid", "secret": "secret.txt"} | nothing
    assert (bad.exit_code, bad.error["code"]) == (5, "signature_mismatch")
    assert bad.json == {
        "state": "invalid",
        "secret": "secret.txt",
        "cause": "body_whitespace",
        "detail": "newline_added",
        "explanation": "A newline was added at the end of the body.",
        "hint": "Save and pass on the body byte for byte: editors, echo and here-documents change how it ends.",
        "confidence": "proven",
        "evidence": bad.json["evidence"],
        "also": [],
    }
    assert "the recomputed digest matches with the secret 'secret.txt'" in bad.json["evidence"][0]


def test_on_a_terminal(run: Run, secret_file: Path) -> None:
    """For people a green mark."""
    arguments = ("verify", "-", "--client-secret-file", secret_file, "--signature", SIGNATURE)

    assert run(*arguments, stdin=BODY, terminal=True).stdout == "\x1b[32m✓ valid\x1b[0m  signed with secret.txt\n"


@pytest.mark.parametrize(
    ("body", "signature", "cause", "hint"),
    [
        (BODY + b"\n", SIGNATURE, "a newline was added at the end of the body", "byte for byte"),
        (b'{"example": "well-known"}', SIGNATURE, "parsed and printed again", "raw bytes"),
        (BODY[:-5], SIGNATURE, "the body was cut short", "look for a size limit"),
        (BODY, b64decode(SIGNATURE).hex(), "written in hexadecimal", "standard base64"),
        (BODY, f"sha256={SIGNATURE}", "other text stands in front of it", "no prefix"),
        (BODY, "", "the Cronofy-HMAC-SHA256 header is there but holds no digest", "copy the value"),
    ],
)
def test_why_it_failed(body: bytes, signature: str, cause: str, hint: str, run: Run, secret_file: Path) -> None:
    """A mismatch has one sentence for the cause and one hint, whatever happened on the way."""
    result = run("verify", "-", "--signature", signature, "--client-secret-file", secret_file, stdin=body)

    error, hint_line = result.stderr.splitlines()
    assert (result.exit_code, result.stdout) == (5, "")
    assert cause in error
    assert hint in hint_line
    assert not error.endswith(".")


def test_it_does_not_guess(run: Run, secret_file: Path) -> None:
    """For a digest that nothing explains the cause is unknown, and what was tried is told to programs."""
    stranger = digest(b"something else", "CRN_stranger")
    arguments = ("verify", "-", "--signature", stranger, "--client-secret-file", secret_file)

    person, program = run(*arguments, stdin=BODY), run(*arguments, "--json", stdin=BODY)

    assert person.stderr.startswith("error: the signature does not match, and the cause is unknown\nhint: compare ")
    assert (program.exit_code, program.json["cause"], program.json["confidence"]) == (5, "unknown", "none")
    assert "secrets: secret.txt" in program.json["evidence"][1]


def test_the_framework_at_hand(run: Run, secret_file: Path, tmp_path: Path) -> None:
    """Where the request tells which framework passed it on, the hint speaks of that."""
    saved = tmp_path / "request.txt"
    head = f"POST / HTTP/1.1\nX-Powered-By: Express\nCronofy-HMAC-SHA256: {SIGNATURE}\n\n"
    saved.write_bytes(head.encode() + b'{"example": "well-known"}')

    result = run("verify", "--request", saved, "--client-secret-file", secret_file)

    assert "\nhint: in Express, put express.raw(" in result.stderr


def test_a_header_under_another_name(run: Run, secret_file: Path, tmp_path: Path) -> None:
    """All headers of a request are looked at, not only the one that was missed."""
    saved = tmp_path / "request.txt"
    saved.write_bytes(f"POST / HTTP/1.1\nX-Cronofy-Signature: {SIGNATURE}\n\n".encode() + BODY)

    result = run("verify", "--request", saved, "--client-secret-file", secret_file, "--json")

    assert (result.exit_code, result.json["state"], result.json["cause"]) == (5, "unsigned", "header_wrong_name")


def test_a_body_alone(run: Run, secret_file: Path, tmp_path: Path) -> None:
    """A body without a header says nothing about who signed it: what to give is told, a whole request recognised."""
    (tmp_path / "body").write_bytes(BODY)
    saved = tmp_path / "request.txt"
    saved.write_bytes(b"POST / HTTP/1.1\n\n" + BODY)

    body = run("verify", tmp_path / "body", "--client-secret-file", secret_file)
    request = run("verify", saved, "--client-secret-file", secret_file)

    assert (body.exit_code, request.exit_code) == (5, 5)
    assert "with --signature, or the whole request with --request FILE" in body.stderr
    assert f"hint: this is a whole request: cronofy verify --request {saved}" in request.stderr


def test_labelled_secrets(run: Run, tmp_path: Path) -> None:
    """Secrets are told apart by labels; files of one name by their paths; a file with such a name is a file."""
    for folder, secret in (("old", "CRN_other"), ("new", SECRET)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "secret").write_text(secret, encoding="utf-8")
    (tmp_path / "a=b").write_text(SECRET, encoding="utf-8")
    files = [
        f"--client-secret-file={label}{tmp_path}/{name}" for label, name in (("", "old/secret"), ("", "new/secret"))
    ]
    named = [f"--client-secret-file=before={tmp_path}/old/secret", f"--client-secret-file=now={tmp_path}/new/secret"]

    def label(*options: str) -> str:
        return run("verify", "-", "--signature", SIGNATURE, *options, stdin=BODY).stdout

    assert label(*files) == f"valid\t{tmp_path}/new/secret\n"
    assert label(*named) == "valid\tnow\n"
    assert label(f"--client-secret-file={tmp_path}/a=b") == "valid\ta=b\n"


def test_a_labelled_secret_from_stdin(run: Run, tmp_path: Path) -> None:
    """Also what comes from stdin can be given a label."""
    (tmp_path / "body").write_bytes(BODY)

    result = run(
        *("verify", tmp_path / "body", "--signature", SIGNATURE, "--client-secret-file", "piped=-"),
        stdin=SECRET.encode(),
    )

    assert result.stdout == "valid\tpiped\n"


def test_a_label_twice(run: Run, secret_file: Path) -> None:
    """Two secrets under one label could not be told apart."""
    option = f"--client-secret-file=main={secret_file}"

    result = run("verify", "-", "--signature", SIGNATURE, option, option, stdin=BODY)

    assert result.exit_code == 2
    assert "two client secrets have the label 'main'" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--signature", SIGNATURE], "exactly one thing to verify is needed"),
        (["body", "--delivery", "1"], "exactly one thing to verify is needed"),
        (["nowhere"], "'nowhere' cannot be read"),
        (["--delivery", "first"], "'first' does not name a delivery"),
        (["--delivery", "²"], "'²' does not name a delivery"),
        (["-", "--client-secret-file", "-"], "stdin can be read only once"),
        (["-", "--client-secret-file", "/dev/null"], "has no client secret"),
        (["--request", "-"], "not an HTTP request"),
    ],
)
def test_what_cannot_be_meant(arguments: list[str], said: str, cli: Cli, run: Run) -> None:
    """Wrong usage is exit code 2 and says what to give instead."""
    cli.environment["CRONOFY_CLIENT_SECRET"] = SECRET

    result = run("verify", *arguments, stdin=BODY)

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert "\nhint: " in result.stderr


def test_no_secret_is_known(run: Run) -> None:
    """Without a client secret there is nothing to verify with: said before the body is looked at."""
    result = run("verify", "-", "--signature", SIGNATURE, stdin=BODY)

    assert result.exit_code == 4
    assert "set CRONOFY_CLIENT_SECRET, add --client-secret-file FILE" in result.stderr


def test_no_delivery_is_there(cli: Cli, run: Run) -> None:
    """With an empty history there is no last delivery, and nothing is created by looking."""
    cli.environment["CRONOFY_CLIENT_SECRET"] = SECRET

    result = run("verify", "--delivery", "last")

    assert (result.exit_code, json.dumps(result.stderr)) == (
        1,
        json.dumps("error: nothing has been received yet\nhint: cronofy deliveries list\n"),
    )
    assert not cli.data.exists()


def test_the_simulators_own_secret(run_at_simulator: Run) -> None:
    """With the simulator as data center its client secret is known without being given."""
    signature = digest(BODY, "CRN_simulator_client_secret")

    result = run_at_simulator("verify", "-", "--signature", signature, stdin=BODY)

    assert result.stdout == "valid\tsimulator\n"
