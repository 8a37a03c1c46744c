"""`cronofy api`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.scripted_server import scripted_server
from tests.in_process import run_main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.commands.conftest import Run
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli

SECRET = "CRN_never_to_be_seen"


@pytest.fixture
def elsewhere() -> Iterator[ScriptedServer]:
    """Another host, which fails the test if anybody asks it for anything."""
    with scripted_server() as server:
        yield server
        assert server.requests == []


def test_exactly_the_body(cli: Cli, cronofy: ScriptedServer) -> None:
    """The body is printed byte for byte, and nothing else."""
    body = b' {"a" : 1.50}\n\n\xff\x00'
    cronofy.answer(body=body, only_for="GET /v1/x")

    result = run_main(cli, "api", "GET", "/v1/x")

    assert (result.exit_code, result.stdout_bytes, result.stderr) == (0, body, "")
    assert cronofy.requests[0].headers["Authorization"] == "Bearer tok_1"


def test_nothing_as_an_answer(cli: Cli, cronofy: ScriptedServer) -> None:
    """Answers without a body are successes, in every format."""
    for arguments in ([], ["--ndjson"], ["--json"], ["--silent"]):
        cronofy.answer(202)
        result = run_main(cli, "api", "POST", "/v1/x", *arguments)
        assert (result.exit_code, result.stdout_bytes) == (0, b"")


def test_fields_of_a_get(cli: Cli, cronofy: ScriptedServer) -> None:
    """Fields join the query that the path has."""
    cronofy.answer(only_for="GET /v1/events?tzid=Etc/UTC&calendar_ids[]=cal_1&include_deleted=true")

    result = run_main(
        cli,
        *("api", "get", "v1/events?tzid=Etc/UTC"),
        *("-f", "calendar_ids[]=cal_1", "-F", "include_deleted=true"),
    )

    assert (result.exit_code, cronofy.requests[0].body) == (0, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_fields_of_a_body(method: str, cli: Cli, cronofy: ScriptedServer, tmp_path: Path) -> None:
    """Fields become JSON: nested, typed where asked for, and one from a file."""
    (tmp_path / "secret.txt").write_text(f"{SECRET}\n")
    cronofy.answer(only_for=f"{method} /v1/channels")

    run_main(
        cli,
        *("api", method, "/v1/channels", "-f", "callback_url=https://example.com", "-f", "filters[calendar_ids][]=1"),
        *("-F", "filters[only_managed]=true", "-F", f"client_secret=@{tmp_path / 'secret.txt'}"),
    )

    assert cronofy.requests[0].headers["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(cronofy.requests[0].body) == {
        "callback_url": "https://example.com",
        "filters": {"calendar_ids": ["1"], "only_managed": True},
        "client_secret": SECRET,
    }


def test_a_body_from_stdin(cli: Cli, cronofy: ScriptedServer) -> None:
    """A given body is sent byte for byte; fields go to the query then."""
    body = b'{"a" : 1}\n\xff'
    cronofy.answer(only_for="POST /v1/x?dry=1")

    run_main(cli, "api", "POST", "/v1/x", "--input", "-", "-f", "dry=1", "-H", "content-type: text/odd", stdin=body)

    assert cronofy.requests[0].body == body
    assert cronofy.requests[0].headers.get_all("Content-Type") == ["text/odd"]


def test_fields_from_files(cli: Cli, cronofy: ScriptedServer) -> None:
    """Stdin and files may each be a field's text, without their last line break."""
    (cli.folder / "text").write_text("of a file\n\n")
    cronofy.answer(json={})

    result = run_main(
        cli, "api", "POST", "/v1/x", "-F", "a=@-", "-F", f"b=@{cli.folder / 'text'}", stdin="é\r\n".encode()
    )

    assert result.exit_code == 0, result.stderr
    assert json.loads(cronofy.requests[0].body) == {"a": "é", "b": "of a file\n"}


def test_a_field_from_a_file_that_is_no_text(cli: Cli, cronofy: ScriptedServer) -> None:
    """JSON cannot hold it: the option for a body that is not text is named."""
    (cli.folder / "odd").write_bytes(b"\xff")

    result = run_main(cli, "api", "POST", "/v1/x", "-F", f"a=@{cli.folder / 'odd'}", "--json")

    assert (result.exit_code, result.lines) == (2, [])
    assert result.error["message"] == f"'{cli.folder / 'odd'}' is not UTF-8 text"
    assert result.error["hint"] == "use --input FILE for the body"


def test_stdin_is_read_once(cli: Cli, cronofy: ScriptedServer) -> None:
    """Body and field cannot both come from stdin."""
    result = run_main(cli, "api", "POST", "/v1/x", "--input", "-", "-F", "a=@-", stdin=b"x")

    assert (result.exit_code, result.lines) == (2, [])
    assert "only once" in result.stderr


@pytest.mark.parametrize(
    ("status", "exit_code"), [(400, 1), (401, 4), (402, 4), (403, 4), (404, 1), (422, 1), (423, 1), (429, 1), (500, 3)]
)
def test_refusals(status: int, exit_code: int, cli: Cli, cronofy: ScriptedServer) -> None:
    """An answer that is an error is printed as it came, and the sentence and the exit code say what it means."""
    body = b'{"why":"\x1b[2J"}'
    cronofy.answer(status, body=body)

    result = run_main(cli, "api", "POST", "/v1/x")

    assert (result.exit_code, result.stdout_bytes) == (exit_code, body)
    assert result.stderr.startswith("error: ")
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize(
    ("path", "hint"),
    [("userinfo", "the API's paths begin with /v1, such as /v1/userinfo"), ("/v1/nothing", None)],
)
def test_a_path_without_its_beginning(path: str, hint: str | None, cli: Cli, cronofy: ScriptedServer) -> None:
    """Who leaves out /v1 and is answered with 404 is told so."""
    cronofy.answer(404)

    assert run_main(cli, "api", "GET", path, "--json").error["hint"] == hint


def test_a_refused_field(cli: Cli, cronofy: ScriptedServer) -> None:
    """The hint for a refused field is about this command's options; as JSON the error has the fields too."""
    body = {"errors": {"tzid": [{"key": "errors.required", "description": "required"}]}}
    cronofy.answer(422, json=body)

    result = run_main(cli, "api", "POST", "/v1/x", "--json")

    assert result.json == body
    assert result.error["hint"] == "correct tzid; a field is given as -f name=value"
    assert result.error["fields"]["tzid"] == [{"key": "errors.required", "description": "required"}]


def test_a_refusal_is_no_item(cli: Cli, cronofy: ScriptedServer) -> None:
    """Among items an answer that is an error has no place: stdout stays what it promised to be."""
    cronofy.answer(404, body=b"<html>")

    result = run_main(cli, "api", "GET", "/v1/x", "--ndjson")

    assert (result.exit_code, result.stdout, result.error["code"]) == (1, "", "not_found")


def test_a_get_is_tried_again(cli: Cli, cronofy: ScriptedServer) -> None:
    """A GET that fails for now is sent again, and people are told."""
    cronofy.answer(503)
    cronofy.answer(body=b"{}")

    result = run_main(cli, "api", "GET", "/v1/x")

    assert (result.exit_code, result.stdout) == (0, "{}")
    assert "trying again" in result.stderr


def test_a_post_is_not(cli: Cli, cronofy: ScriptedServer) -> None:
    """What may have been done is not done twice."""
    cronofy.answer(503)

    assert run_main(cli, "api", "POST", "/v1/x").exit_code == 3


@pytest.mark.parametrize(
    "path",
    [
        "//{host}/v1/x",
        "http://{host}/v1/x",
        "HTTP://{host}",
        "http:/{host}/v1/x",
        "\\\\{host}/v1/x",
        "/\\{host}/v1/x",
        "http://{own}@{host}/v1/x",
        "http://{host}#@{own}/v1/x",
        "http://{host}\\@{own}/v1/x",
        "https://{own}/v1/x",
    ],
)
def test_never_to_another_host(path: str, cli: Cli, cronofy: ScriptedServer, elsewhere: ScriptedServer) -> None:
    """An address of another host, however it is disguised, is refused before anything is sent to anybody."""
    hosts = {"host": urlsplit(elsewhere.url).netloc, "own": urlsplit(cronofy.url).netloc}

    result = run_main(cli, "api", "GET", path.format(**hosts))

    assert (result.exit_code, result.stdout, cronofy.requests) == (2, "", [])


@pytest.mark.parametrize("path", ["@{host}/v1/x", ":80@{host}/", ".{host}/v1", "/v1/..//{host}/", "?http://{host}/"])
def test_what_looks_like_another_host(path: str, cli: Cli, cronofy: ScriptedServer, elsewhere: ScriptedServer) -> None:
    """What only looks like another host is a path of the data center."""
    cronofy.answer(body=b"own")

    result = run_main(cli, "api", "GET", path.format(host=urlsplit(elsewhere.url).netloc))

    assert result.stdout == "own"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40)
@given(
    parts=st.lists(
        st.sampled_from(["{host}", "{own}", "http:", "/", "//", "\\", "@", ":", "?", "#", ".", "%2f", "x"]), max_size=7
    )
)
def test_no_disguise(parts: list[str], cli: Cli, elsewhere: ScriptedServer) -> None:
    """Whatever the path is made of, the other host never hears of it."""
    with scripted_server() as own:
        cli.environment |= {"CRONOFY_DATA_CENTER": own.url, "CRONOFY_ACCESS_TOKEN": "tok_1"}
        hosts = {"host": urlsplit(elsewhere.url).netloc, "own": urlsplit(own.url).netloc}
        own.answer(body=b"own")

        result = run_main(cli, "api", "GET", "".join(parts).format(**hosts))

        assert result.exit_code == (0 if own.requests else 2)
        assert elsewhere.requests == []
        if not own.requests:
            httpx.get(own.url, trust_env=False)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_redirects_are_not_followed(
    status: int, method: str, cli: Cli, cronofy: ScriptedServer, elsewhere: ScriptedServer
) -> None:
    """A redirect to another host is told, not followed: the other host never sees the token."""
    cronofy.answer(status, headers={"Location": f"{elsewhere.url}/v1/x"}, body=b"moved")

    result = run_main(cli, "api", method, "/v1/x")

    assert (result.exit_code, result.stdout) == (1, "moved")
    assert "not followed" in result.stderr


def test_a_next_page_elsewhere(cli: Cli, cronofy: ScriptedServer, elsewhere: ScriptedServer) -> None:
    """A page on another host is not asked for; what came before it is printed."""
    first = b'{"things":[1],"pages":{"next_page":"%s/v1/things/2"}}' % elsewhere.url.encode()
    cronofy.answer(body=first)

    result = run_main(cli, "api", "GET", "/v1/things", "--paginate")

    assert (result.exit_code, result.stdout_bytes) == (1, first + b"\n")
    assert "it was not asked for" in result.stderr


def test_an_address_of_the_data_center(cli: Cli, cronofy: ScriptedServer) -> None:
    """A page's address, as an answer names it, can be asked for."""
    cronofy.answer(only_for="GET /v1/events/pages/08a0?x=1")

    assert run_main(cli, "api", "GET", f"{cronofy.url}/v1/events/pages/08a0?x=1").exit_code == 0


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ([], b'{"x":[1, 2],"pages":{"next_page":"NEXT"}}\n{"x":[3]}\n'),
        (["--ndjson"], b"1\n2\n3\n"),
        (["--json"], b"[1,2,3]\n"),
        (["--silent"], b""),
        (["--silent", "--json"], b""),
    ],
    ids=["pages", "NDJSON", "JSON", "silent", "silent JSON"],
)
def test_all_pages(options: list[str], written: bytes, cli: Cli, cronofy: ScriptedServer) -> None:
    """Pages are followed: each document on a line, or their items, one a line or as one array."""
    url = f"{cronofy.url}/v1/x/pages/2".encode()
    cronofy.answer(body=b'{"x":[1, 2],"pages":{"next_page":"%s"}}' % url, only_for="GET /v1/x?a=1")
    cronofy.answer(body=b'{"x":[3]}', only_for="GET /v1/x/pages/2")

    result = run_main(cli, "api", "GET", "/v1/x", "-f", "a=1", "--paginate", "-H", "X-Mine: 1", *options)

    assert (result.exit_code, result.stdout_bytes) == (0, written.replace(b"NEXT", url))
    assert [request.headers["X-Mine"] for request in cronofy.requests] == ["1", "1"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["POST", "/v1/x", "--paginate"],
        ["GET", "/v1/x", "--include", "--ndjson"],
        ["GET", "/v1/x", "-i", "--paginate", "--json"],
        ["FETCH", "/v1/x"],
        ["GET", ""],
        ["GET", "/v1/calendars/{calendar_id}/events"],
        ["GET", "/v1/x", "-f", "a"],
        ["GET", "/v1/x", "-H", "Host: example.com"],
        ["GET", "/v1/x", "-H", f"Authorization: Bearer {SECRET}"],
        ["POST", "/v1/x", "--input", "not-there.json"],
        ["POST", "/v1/x", "-F", "a=@not-there.txt"],
    ],
    ids=" ".join,
)
def test_wrong_usage(arguments: list[str], cli: Cli, cronofy: ScriptedServer) -> None:
    """What cannot be meant is refused before anything is sent, without repeating a secret."""
    result = run_main(cli, "api", *arguments)

    assert (result.exit_code, result.stdout, cronofy.requests) == (2, "", [])
    assert "hint" in result.stderr
    assert SECRET not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        (["/v1/x"], "GET /v1/x"),
        (["/v1/x", "-f", "a=1"], "POST /v1/x"),
        (["/v1/x", "-F", "a=1"], "POST /v1/x"),
        (["/v1/x", "--input", "-"], "POST /v1/x"),
        (["/v1/x", "-f", "a=1", "--paginate"], "GET /v1/x?a=1"),
        (["-X", "GET", "/v1/x", "-f", "a=1"], "GET /v1/x?a=1"),
        (["-X", "delete", "/v1/x"], "DELETE /v1/x"),
        (["PATCH", "/v1/x", "-f", "a=1"], "PATCH /v1/x"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_the_method_need_not_be_named(arguments: list[str], sent: str, cli: Cli, cronofy: ScriptedServer) -> None:
    """A path alone is a GET; with a field or a body it is a POST, unless pages are read."""
    cronofy.answer(body=b"[]", only_for=sent)

    assert run_main(cli, "api", *arguments, stdin=b"{}").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["GET"], "the path is missing"),
        (["GET", "/v1/x", "-X", "POST"], "the method is given twice"),
        (["GET", "/v1/x", "/v1/y"], "there is one path, not 2"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_method_and_path_are_told_apart(arguments: list[str], message: str, cli: Cli, cronofy: ScriptedServer) -> None:
    """What is missing, or too much, is named."""
    result = run_main(cli, "api", *arguments)

    assert (result.exit_code, cronofy.requests) == (2, [])
    assert result.stderr.startswith(f"error: {message}")


def test_status_and_headers(cli: Cli, cronofy: ScriptedServer) -> None:
    """With --include the answer's head comes first, that of a refusal too."""
    cronofy.answer(200, headers={"X-Request-Id": "r1"}, body=b"{}")
    cronofy.answer(404, body=b"no")

    done = run_main(cli, "api", "GET", "/v1/x", "-i")
    refused = run_main(cli, "api", "GET", "/v1/x", "--include", "--silent")

    assert done.stdout == "HTTP/1.1 200 Scripted\nContent-Length: 2\nX-Request-Id: r1\n\n{}"
    assert refused.stdout == "HTTP/1.1 404 Scripted\nContent-Length: 2\n\n"


def test_as_the_application(cli: Cli, cronofy: ScriptedServer) -> None:
    """With --use-client-secret the client secret takes the place of the token, and --verbose does not show it."""
    cli.environment |= {"CRONOFY_CLIENT_SECRET": SECRET}
    cronofy.answer(body=f'{{"echo":"{SECRET}"}}'.encode())

    result = run_main(cli, "api", "POST", "/v1/element_tokens", "--use-client-secret", "--verbose")

    assert cronofy.requests[0].headers.get_all("Authorization") == [f"Bearer {SECRET}"]
    assert "authorization: Bearer ***" in result.stderr
    assert SECRET not in result.stderr


def test_no_client_secret(cli: Cli, cronofy: ScriptedServer) -> None:
    """Without a client secret nothing is sent, least of all the token in its place."""
    result = run_main(cli, "api", "POST", "/v1/element_tokens", "--use-client-secret")

    assert (result.exit_code, cronofy.requests) == (4, [])
    assert "CRONOFY_CLIENT_SECRET" in result.stderr


@pytest.mark.parametrize(
    ("path", "options", "hint"),
    [
        ("/v1/smart_invites", [], "add --use-client-secret"),
        ("/v1/userinfo", ["--use-client-secret"], "leave out --use-client-secret"),
    ],
)
def test_the_other_credential(path: str, options: list[str], hint: str, cli: Cli, cronofy: ScriptedServer) -> None:
    """Who is refused and asked with the wrong credential is told of the other one."""
    cli.environment |= {"CRONOFY_CLIENT_SECRET": SECRET}
    cronofy.answer(401)

    result = run_main(cli, "api", "GET", path, *options)

    assert result.exit_code == 4
    assert hint in result.stderr


def test_verbose_hides_what_fields_hold(cli: Cli, cronofy: ScriptedServer) -> None:
    """Secrets in a body or a query are masked in what --verbose shows, and sent as they are."""
    cronofy.answer()
    cronofy.answer()

    body = run_main(cli, "api", "POST", "/oauth/token", "--verbose", "-f", f"client_secret={SECRET}")
    query = run_main(cli, "api", "GET", "/oauth/x", "--verbose", "-f", f"access_token={SECRET}")

    assert SECRET.encode() in cronofy.requests[0].body
    assert cronofy.requests[1].target == f"/oauth/x?access_token={SECRET}"
    assert SECRET not in body.stderr + query.stderr
    assert "***" in body.stderr


def test_on_a_terminal(cli: Cli, cronofy: ScriptedServer) -> None:
    """People get indented JSON that cannot drive their terminal."""
    cronofy.answer(body=b'{"summary":"\xc2\x9b2J\\u001b[2J"}')

    result = run_main(cli, "api", "GET", "/v1/x", "--color", "never", terminal=True)

    assert result.stdout == '{\n  "summary": "\\u009b2J\\u001b[2J"\n}\n'


def test_the_simulators_events(run_at_simulator: Run) -> None:
    """Over many pages the items are those that 'events read' has."""
    items = run_at_simulator("api", "GET", "/v1/events", "-f", "tzid=Etc/UTC", "--paginate", "--ndjson")
    events = run_at_simulator("events", "read", "--ndjson", "--tzid", "Etc/UTC")

    assert len(items.lines) > 40
    assert items.stdout_bytes == events.stdout_bytes


def test_a_channel_in_the_simulator(run_at_simulator: Run) -> None:
    """A channel is opened, seen and closed with nothing but calls of the API."""
    opened = run_at_simulator("api", "POST", "/v1/channels", "-f", "callback_url=http://127.0.0.1:9/api-test").json
    channel_id = opened["channel"]["channel_id"]

    assert channel_id in run_at_simulator("api", "GET", "v1/channels").stdout
    assert run_at_simulator("api", "DELETE", f"/v1/channels/{channel_id}").exit_code == 0
    assert channel_id not in run_at_simulator("api", "GET", "v1/channels").stdout


def test_a_token_that_was_refused_is_renewed(
    cli: Cli, cronofy: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A context's token that is refused is renewed and the call sent again, a POST too: nothing was done with it."""
    monkeypatch.chdir(tmp_path)
    del cli.environment["CRONOFY_ACCESS_TOKEN"]
    cli.environment |= {"CRONOFY_CONFIG_DIR": str(tmp_path / "config"), "CRONOFY_NO_KEYRING": "1"}
    (tmp_path / "secret.txt").write_text(SECRET)
    cronofy.answer(json={"sub": "acc_1"}, only_for="GET /v1/userinfo")
    cronofy.answer(json={"channels": []}, only_for="GET /v1/channels")
    pasted = json.dumps({"access_token": "tok_old", "refresh_token": "ref_1", "expires_in": 3600}).encode()
    application = ("--client-id", "mine", "--client-secret-file", tmp_path / "secret.txt", "--context", "acme")
    run_main(cli, "auth", "login", "--access-token-file", "-", *application, "--insecure-storage", stdin=pasted)
    cronofy.answer(401)
    cronofy.answer(json={"access_token": "tok_new"}, only_for="POST /oauth/token")
    cronofy.answer(202, only_for="POST /v1/x")

    result = run_main(cli, "api", "POST", "/v1/x", "-f", "a=1")

    assert (result.exit_code, result.stdout) == (0, "")
    refused, _, renewed = cronofy.requests[2:]
    assert refused.headers["Authorization"] == "Bearer tok_old"
    assert (renewed.headers["Authorization"], renewed.body) == ("Bearer tok_new", b'{"a":"1"}')
