"""Who may ask the inspector, and what it answers."""

from __future__ import annotations

import io
import json
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.notifications.deliveries import Arrival
from cronofy_cli.core.signature import HEADER, ClientSecret, SignatureState, judge
from cronofy_cli.errors import WrongUsage
from cronofy_cli.inspector.run import InspectorRun
from cronofy_cli.inspector.server import InspectorServer
from tests.inspector.conftest import CONCLUSION, FILE, POSTGRES, Inspected, around_of, inspecting
from tests.inspector.story import CHANGE, CHANNEL, TOTAL, Story
from tests.open_files import open_files
from tests.outbound.app import answer_of
from tests.samples import make_delivery

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.errors import CronofyError
    from tests.outbound.app import App

in_both = pytest.mark.parametrize("place", [FILE, POSTGRES], indirect=True)
"""Has a test run with a history in a file, and with one in PostgreSQL."""


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.nip.io",
        "localhost.evil.example",
        "192.168.0.7",
        "[::1].evil.com",
        "",
    ],
)
def test_another_host_is_refused(host: str, inspected: Inspected) -> None:
    """A name that a page elsewhere has made lead to this machine opens nothing, token or not."""
    for path in ("/", "/main.js", "/api/list", "/api/stream"):
        answer = inspected.ask("GET", path, Host=host)

        assert (answer.status, answer.json["message"]) == (403, "this server answers on loopback only")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_sites_page_is_refused(headers: dict[str, str], inspected: Inspected, app: App) -> None:
    """Neither data nor an action, though it knew the token."""
    sent = {name.replace("-", "_"): value for name, value in headers.items()}

    assert inspected.ask("GET", "/api/list", **sent).status == 403
    assert inspected.ask("POST", "/api/deliveries/1/replay", {}, **sent).status == 403
    assert app.received == []


@pytest.mark.parametrize("token", [None, "", "x", "ÿ"])
def test_without_the_token_nothing_is_given(token: str | None, inspected: Inspected, app: App) -> None:
    """The page's files are everybody's on this machine; its data and actions are not."""
    for method, path in (("GET", "list"), ("GET", "deliveries/1"), ("GET", "stream"), ("POST", "deliveries/1/replay")):
        answer = inspected.ask(method, f"/api/{path}", {} if method == "POST" else None, X_Cronofy_Token=token)

        assert (answer.status, answer.json["code"]) == (401, "token_missing")
    assert inspected.ask("GET", "/", X_Cronofy_Token=token).status == 200
    assert app.received == []


def test_after_its_run(file: Path) -> None:
    """When the run is over, its port is free and nothing of it is at work any more."""
    before = workers()
    with inspecting(file) as inspected:
        assert inspected.ask("GET", "/").status == 200
        assert workers() - before

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", inspected.port), 60).close()
    assert workers() <= before


def test_a_run_that_cannot_start(file: Path) -> None:
    """What it has begun by then has ended when the error comes."""
    before = workers()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(WrongUsage, match=f"^port {port} cannot be used for the page: "):
            InspectorRun(around_of(file, file.parent), fail, port=port).__enter__()

        assert workers() <= before
        assert open_files(file) == set()


def test_what_a_burst_has_left(file: Path) -> None:
    """What was received in a burst just before the start is there at the first look, whoever moves the rest."""
    received = [Arrival(each.request, each.verdict, 200, "uk") for each in map(make_delivery, range(40))]
    with open_history(file) as history:
        history.receive(received)
        with InspectorRun(around_of(file, file.parent), fail, source=io.BytesIO()) as run:
            inspected = Inspected(run.url, Story(file), [], file.parent)

            assert inspected.get("count")["total"] == 40


def fail(error: CronofyError) -> None:
    """Nothing may fail."""
    raise AssertionError(error)


def workers() -> set[threading.Thread]:
    """Return the threads that have a name of their own, as those have not that answer one request."""
    return {thread for thread in threading.enumerate() if not thread.name.startswith("Thread-")}


def test_a_form_of_another_page_is_refused(inspected: Inspected, app: App) -> None:
    """What a browser sends without asking first is no action."""
    answer = inspected.ask("POST", "/api/deliveries/1/replay", b"{}", Content_Type="text/plain")

    assert answer.status == 403
    assert app.received == []


@pytest.mark.parametrize("path", ["/", "/main.js", "/shared/tokens.css", "/api/list", "/nothing", "/api/nothing"])
def test_every_answer_has_the_policy(path: str, inspected: Inspected) -> None:
    """No inline code, nothing from elsewhere, no frame around it, nothing kept."""
    headers = inspected.ask("GET", path).headers

    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    "path", ["/../run.py", "/%2e%2e/run.py", "/shared/../files.py", "//etc/passwd", "/page/main.js"]
)
def test_only_the_pages_files(path: str, inspected: Inspected) -> None:
    """No name leads out of the page's folder."""
    assert inspected.ask("GET", path).status == 404


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code", "message"),
    [
        ("GET", "/api/nothing", {}, 404, "not_found", "there is no such thing here"),
        ("POST", "/api/list", {}, 404, "not_found", "there is no such thing here"),
        ("GET", "/nothing", {}, 404, "not_found", "there is no such file"),
        ("POST", "/main.js", {}, 404, "not_found", "there is no such file"),
        (
            "GET",
            "/api/list",
            {"X_Cronofy_Token": "x"},
            401,
            "token_missing",
            "this needs the address that 'cronofy inspect' has printed",
        ),
        (
            "GET",
            "/api/list",
            {"Transfer_Encoding": "chunked"},
            413,
            "too_large",
            "the request's body is too large, or has no length",
        ),
    ],
)
def test_what_is_not_there(
    method: str, path: str, headers: dict[str, str], status: int, code: str, message: str, inspected: Inspected
) -> None:
    """Each refusal has its status, a code and a sentence."""
    answer = inspected.ask(method, path, {} if method == "POST" else None, **headers)

    assert (answer.status, answer.json["code"], answer.json["message"]) == (status, code, message)


def test_it_listens_on_loopback_alone(inspected: Inspected) -> None:
    """On a port of its own: another address of this machine does not answer there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        own = probe.getsockname()[0]
    if own.startswith("127."):
        pytest.skip("this machine has no other address")
    with socket.socket() as outside, pytest.raises(ConnectionRefusedError):
        outside.connect((own, inspected.port))


def test_a_port_that_is_taken(inspected: Inspected) -> None:
    """The sentence names the option."""
    shared = None

    def never(_: object) -> None:
        raise AssertionError

    server = InspectorServer(shared, shared, shared, never, port=inspected.port)  # type: ignore[arg-type]  # they are not asked
    with pytest.raises(WrongUsage, match=str(inspected.port)) as caught:
        server.start()
    assert caught.value.hint == "choose another: --port PORT"


@in_both
def test_the_list_goes_by_keys(inspected: Inspected) -> None:
    """Parts follow one another without a gap and without an overlap, and lead back."""
    first = inspected.get("list?limit=20")
    second = inspected.get(f"list?limit=20&before={first['next_before']}")
    back = inspected.get(f"list?limit=3&after={second['rows'][0]['id']}")

    assert [row["id"] for row in first["rows"] + second["rows"]] == list(range(TOTAL, 0, -1))
    assert second["next_before"] is None
    assert [row["id"] for row in back["rows"]] == [TOTAL - 17, TOTAL - 18, TOTAL - 19]
    assert [gap["reason"] for gap in first["gaps"]] == ["the tunnel ended"]
    assert first["rows"][0]["what"].startswith("“Sales call”  ")
    assert first["rows"][0]["what"].endswith("and 2 more")


@in_both
@pytest.mark.parametrize(
    ("q", "numbers", "command"),
    [
        ("type:verification", [31], "cronofy deliveries list --type verification"),
        ("signature:invalid", [35], "cronofy deliveries list --signature invalid"),
        ("status:failed", [37, 36], "cronofy deliveries list --status failed"),
        ("status:5xx", [36], "cronofy deliveries list --status 5xx"),
        ("answered:401", [35, 32], "cronofy deliveries list --answered 401"),
        ("is:look", [37, 36, 35, 33, 32], "cronofy deliveries list --needs-look"),
        ("@broken", [36], "cronofy deliveries show @broken"),
        ("Sales call", [38], "cronofy deliveries list --search 'Sales call'"),
        ("NoMethodError", [36], "cronofy deliveries list --search NoMethodError"),
        ('where:"comment" type:change', [], "cronofy deliveries list --where comment --type change"),
        ("where:comment", [32], "cronofy deliveries list --where comment"),
        ("channel:chn_none", [], "cronofy deliveries list --channel chn_none"),
        ("since:11m", [38, 37, 36], "cronofy deliveries list --since 11m"),
        ("since:25m until:11m", [35, 34], "cronofy deliveries list --since 25m --until 11m"),
        ("nothing:here", [], "cronofy deliveries list --search nothing:here"),
    ],
)
def test_what_is_searched_for(q: str, numbers: list[int], command: str, inspected: Inspected) -> None:
    """The page's one field takes the options of `deliveries list` and text, and names the command for the same."""
    from urllib.parse import quote

    found = inspected.get(f"list?q={quote(q)}")

    assert [row["id"] for row in found["rows"]] == numbers
    assert found["command"] == command
    if "where:" not in q:
        assert inspected.get(f"count?q={quote(q)}")["count"] == len(numbers)


@pytest.mark.parametrize(
    "q",
    [
        "status:nonsense",
        "signature:nonsense",
        "since:nonsense",
        "where:[",
        "is:nonsense",
        "answered:x",
        "type:change%20type:verification",
        "@one%20@two",
    ],
)
def test_what_is_not_understood(q: str, inspected: Inspected) -> None:
    """A value that cannot be meant is refused in a sentence with a hint, and nothing else breaks."""
    answer = inspected.ask("GET", f"/api/list?q={q}")

    assert answer.status == 400
    assert answer.json["message"]
    assert answer.json["hint"]


@pytest.mark.parametrize(
    "path",
    [
        "list?before=x",
        f"list?before={'9' * 5000}",
        "list?limit=-1",
        "rows?ids=1,x",
        "compare?a=1",
        "deliveries/999999",
        "export?format=x",
    ],
)
def test_odd_questions_are_answered(path: str, inspected: Inspected) -> None:
    """With a refusal, not with a traceback."""
    assert inspected.ask("GET", f"/api/{path}").status in {400, 404}


@in_both
def test_a_replay_reaches_the_application(inspected: Inspected, app: App) -> None:
    """The same bytes and headers as they came, from the server's side; it is kept, with a verdict."""
    [result] = inspected.ask("POST", "/api/deliveries/37/replay", {}).json

    [received] = app.received
    assert (result["status"], result["verdict"], received.body) == (200, "fixed", CHANGE)
    assert received.value(HEADER.encode()) is not None
    detail = inspected.get("deliveries/37")
    assert [each["replay"] for each in detail["shown"]["forwards"]] == [False, True]
    assert detail["verdicts"] == [None, "fixed"]
    app.answer = lambda _: answer_of(500)
    assert [each["verdict"] for each in inspected.ask("POST", "/api/deliveries/37/replay", {}).json] == ["regressed"]


@pytest.mark.parametrize(
    ("sign", "state"),
    [
        ("all", SignatureState.VALID),
        ("current", SignatureState.VALID),
        ("wrong", SignatureState.INVALID),
        ("nothing", SignatureState.UNSIGNED),
    ],
)
def test_an_edited_body_is_signed_as_chosen(sign: str, state: SignatureState, inspected: Inspected, app: App) -> None:
    """It is not kept: it says nothing about what Cronofy sent."""
    body = '{"notification":{"type":"change"},"edited":true}'

    [result] = inspected.ask("POST", "/api/deliveries/38/replay", {"body": body, "sign": sign}).json

    [received] = app.received
    header = received.value(HEADER.encode())
    verdict = judge(None if header is None else header.decode(), received.body, [ClientSecret("current", "s3cret")])
    assert (received.body.decode(), verdict.state, result["verdict"]) == (body, state, None)
    assert len(inspected.get("deliveries/38")["shown"]["forwards"]) == 1


def test_another_machine_is_asked_about(inspected: Inspected) -> None:
    """Nothing is sent to it before the user has agreed."""
    answer = inspected.ask("POST", "/api/deliveries/38/replay", {"to": "http://app.invalid/hook"})
    agreed = inspected.ask("POST", "/api/deliveries/38/replay", {"to": "http://app.invalid/hook", "confirmed": True})

    assert (answer.status, answer.json["confirm"]) == (409, "Send it to app.invalid, which is not this machine?")
    assert (agreed.status, agreed.json[0]["failure"]) == (200, "name_not_resolved")


@in_both
def test_a_delivery_without_a_target(inspected: Inspected) -> None:
    """The page has to name one."""
    answer = inspected.ask("POST", "/api/deliveries/34/replay", {})

    assert (answer.status, answer.json["hint"]) == (400, "name one: 3000/your/hook")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"more":1}', b'{"to":5}'])
def test_an_odd_request_does_nothing(body: bytes, inspected: Inspected, app: App) -> None:
    """Unknown fields and other types are refused."""
    assert inspected.ask("POST", "/api/deliveries/38/replay", body).status in {400, 403}
    assert app.received == []


@in_both
def test_tags(inspected: Inspected) -> None:
    """They are given and taken by the rules of `deliveries tag`."""
    given = inspected.ask("POST", "/api/deliveries/38/tag", {"name": "@odd"})
    wrong = inspected.ask("POST", "/api/deliveries/38/tag", {"name": "<b>"})
    taken = inspected.ask("POST", "/api/deliveries/36/tag", {"name": "broken", "remove": True})

    assert (given.json, wrong.status, taken.json) == (["odd"], 400, [])
    with open_history(inspected.story.place) as history:
        assert history.tags.all() == {"odd": 38}


@in_both
def test_a_diagnosis(inspected: Inspected) -> None:
    """A wrong signature is explained as `verify` explains it."""
    found = inspected.get("deliveries/35/signature")

    assert (found["state"], inspected.get("deliveries/38/signature")["secret"]) == ("invalid", "current")
    assert found["explanation"]
    assert found["hint"]


@in_both
def test_exports_and_comparisons(inspected: Inspected) -> None:
    """They are those of the commands; what is exported is redacted unless that is declined."""
    whole = inspected.ask("GET", "/api/export?ids=38&redact=no")
    redacted = inspected.ask("GET", "/api/export?ids=38")
    curl = inspected.ask("GET", "/api/deliveries/38/curl").body.decode()
    found = inspected.ask("GET", "/api/export?q=type:verification&format=pytest").body.decode()
    differences = inspected.get("compare?a=31&b=38")["differences"]

    assert whole.headers["Content-Disposition"] == 'attachment; filename="deliveries.ndjson"'
    assert json.loads(whole.body)["body"] == CHANGE.decode()
    assert b"ab12.example" not in redacted.body
    assert curl.startswith("curl ")
    assert "s3cret" not in curl
    assert "def " in found
    assert {each["place"] for each in differences if each["part"] == "body"} == {
        "notification.type",
        "notification.changes_since",
    }


def test_why(inspected: Inspected) -> None:
    """The answer about a channel is passed on as it is."""
    answer = inspected.ask("POST", "/api/why", {"channel_id": CHANNEL})

    assert answer.json["conclusion"] == json.loads(CONCLUSION)
    assert inspected.asked_why == [CHANNEL]


@in_both
def test_no_secret_is_in_any_answer(inspected: Inspected) -> None:
    """Labels are; the client secret, and the token, are not."""
    for path in (
        "list",
        "state",
        "secrets",
        "deliveries/38",
        "deliveries/35/signature",
        "export?ids=38&redact=no",
        "deliveries/38/curl",
    ):
        body = inspected.ask("GET", f"/api/{path}").body

        assert b"s3cret" not in body
        assert inspected.token.encode() not in body
    assert inspected.get("secrets") == ["current"]
