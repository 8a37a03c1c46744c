"""What is exported, read by those who are to read it: this program, a shell with curl, pytest."""

from __future__ import annotations

import base64
import io
import json
import os
import string
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cronofy_cli.adapters.history.moments import DeliveryTimes
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.exports.formats import ExportFormat, exported
from cronofy_cli.output.exports.ndjson import Beside
from cronofy_cli.output.exports.read_ndjson import read_deliveries
from tests.adapters.history.samples import forward
from tests.golden_files import check_golden
from tests.outbound.app import running_app
from tests.requirements import require_program
from tests.samples import CHANGE, make_delivery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.core.notifications.deliveries import Delivery
    from tests.outbound.app import App

TOKEN = string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"
"""What a header's name is made of (RFC 9110, 5.6.2)."""

ODD_BODIES = [
    CHANGE,
    b"",
    bytes(range(256)),
    b"@file",
    b'it\'s `a` $trap \\ "quoted" %s',
    '{"né":"\u2028 caf\u00e9"}'.encode(),
    b"two\nlines\r\n",
    b"-d x",
    b"\xff" * 10,
    b'"%s"' % (b"x" * 200_000),
]


def read_back(content: bytes) -> list[Delivery]:
    """Return the deliveries of an export."""
    return [each.delivery for each in read_deliveries(io.BytesIO(content))]


def export(deliveries: list[Delivery], form: ExportFormat) -> bytes:
    """Return everything that is written."""
    return b"".join(exported(deliveries, form, "1.2.3"))


@pytest.mark.parametrize("form", ExportFormat)
def test_every_byte(form: ExportFormat) -> None:
    """What is written of a usual, an empty and a binary body is what is kept, in each form."""
    behind_a_tunnel = (
        (b"Host", b"127.0.0.1:4040"),
        (b"X-Forwarded-Host", b"ab12.example.test"),
        (b"X-Forwarded-Proto", b"https"),
        (b"Content-Type", b"application/json"),
    )
    deliveries = [
        make_delivery(1, headers=behind_a_tunnel),
        make_delivery(2, b"", SignatureState.UNSIGNED, 401, headers=((b"Host", b"localhost"), (b"X-Empty", b""))),
        make_delivery(3, b"\xff\x00", SignatureState.INVALID, 401, headers=((b"content-type", b"application/json"),)),
    ]

    check_golden(f"export-{form.value}.txt", export(deliveries, form))


def odd_deliveries() -> list[Delivery]:
    """Return deliveries whose bodies are hard to write down."""
    return [make_delivery(number, body) for number, body in enumerate(ODD_BODIES, start=1)]


@settings(max_examples=50)
@given(
    bodies=st.lists(st.binary(max_size=60), max_size=4),
    name=st.text(TOKEN, min_size=1, max_size=9).map(str.encode),
    value=st.binary(max_size=9).filter(lambda raw: not set(raw) & {0, 10, 13}),
    state=st.sampled_from(SignatureState),
)
def test_lines_of_json_and_back(bodies: list[bytes], name: bytes, value: bytes, state: SignatureState) -> None:
    """What is exported and imported again is the same, to the byte, but for its number and less than a millisecond."""
    deliveries = [make_delivery(number, body, state, headers=((name, value),)) for number, body in enumerate(bodies)]

    again = read_back(export(deliveries, ExportFormat.NDJSON))

    assert [(each.request.body, each.request.headers, each.request.target, each.verdict) for each in again] == [
        (each.request.body, each.request.headers, each.request.target, each.verdict) for each in deliveries
    ]
    assert {each.id for each in again} <= {None}
    assert all(
        abs((each.request.received_at - deliveries[0].request.received_at).total_seconds()) < 0.001 for each in again
    )


def test_lines_of_an_earlier_version() -> None:
    """What 0.1.0 exported, where the response was the answer, can still be imported."""
    line = export([make_delivery(1, status=503)], ExportFormat.NDJSON)

    [again] = read_back(line.replace(b'"response_status"', b'"answer_status"'))

    assert again.answer_status == 503


@pytest.mark.parametrize(
    "change",
    [
        {"received_at": "2026-11-22"},
        {"headers": [["a", "b\nc"]]},
        {"headers": [["\u2028", "b"]]},
        {"headers": [["@/etc/passwd", "b"]]},
        {"headers": [["a b", "c"]]},
        {"method": "POST; reboot"},
        {"method": None},
        {"received_at": "0001-01-01T00:00:00+14:00"},
        {"headers": 5},
        {"response_status": 7},
        {"signature": {"state": "perfect", "secret": None}},
        {"body": None},
        {"body": ..., "body_base64": "not base64!"},
        {"data_center": ...},
    ],
    ids=str,
)
def test_a_line_that_is_none(change: dict[str, Any]) -> None:
    """A line that no export has written is named by its number."""
    document = json.loads(export([make_delivery(1)], ExportFormat.NDJSON)) | change
    lines = b"\n\n" + json.dumps({key: value for key, value in document.items() if value is not ...}).encode()

    with pytest.raises(WrongUsage, match="line 3 is not an exported delivery"):
        read_back(lines)
    for other in (b"[]", b"5", b"{}", b"{", b"\xff"):
        with pytest.raises(WrongUsage, match="line 1"):
            read_back(other)


@pytest.mark.parametrize(("more", "said"), [(0, "is not an exported delivery"), (1, "is longer than 64 MiB")])
def test_the_longest_line(more: int, said: str) -> None:
    """A line that never ends takes a bounded amount of memory; its number is said."""
    line = b"x" * (64 * 1024 * 1024 + more)

    with pytest.raises(WrongUsage, match=f"^line 2 {said}$") as refused:
        read_back(b"\n" + line)
    assert refused.value.hint == "import what 'cronofy deliveries export --format ndjson' has written"


def test_har() -> None:
    """One document of HAR 1.2 with every field that it asks for; bodies that are no text are base64."""
    headers = ((b"Host", b"ab12.example.com"), (b"X-Forwarded-Proto", b"https"), (b"Content-Type", b"application/json"))
    deliveries = [make_delivery(1, headers=headers), make_delivery(2, b"\xff", SignatureState.INVALID, 401)]

    log = json.loads(export(deliveries, ExportFormat.HAR))["log"]

    first, second = log["entries"]
    assert (log["version"], log["creator"]) == ("1.2", {"name": "cronofy", "version": "1.2.3"})
    assert first.keys() == {"startedDateTime", "time", "request", "response", "cache", "timings", "comment"}
    assert first["startedDateTime"] == "2026-11-22T12:04:31.123Z"
    assert first["request"]["url"] == "https://ab12.example.com/r/k3v9?user_id=42"
    assert first["request"]["queryString"] == [{"name": "user_id", "value": "42"}]
    assert first["request"]["postData"] == {"mimeType": "application/json", "text": CHANGE.decode()}
    assert second["request"]["postData"]["text"] == base64.b64encode(b"\xff").decode()
    assert second["response"]["status"] == 401
    assert json.loads(export([], ExportFormat.HAR))["log"]["entries"] == []


def test_har_of_forwards() -> None:
    """Behind each delivery stands what each application was sent and said, with its time, or why it said nothing."""
    attempts = [forward(1, 302, number=1), forward(1, None, number=2)]
    moved = attempts[0].attempt._replace(
        answer_head=b"HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n", answer_body=b"no"
    )
    attempts[0] = attempts[0]._replace(attempt=moved, is_replay=True, target="http://app.test:8080/hook?a=b")
    beside = Beside((), (), tuple(attempts), None, is_reconstructed=False, times=DeliveryTimes())

    parts = exported([make_delivery(1)], ExportFormat.HAR, "1.2.3", lambda _: beside)

    _, first, second = json.loads(b"".join(parts))["log"]["entries"]
    assert first["request"]["url"] == "http://app.test:8080/hook?a=b&user_id=42"
    assert first["request"]["headers"][0] == {"name": "Host", "value": "app.test:8080"}
    assert [each["name"].lower() for each in first["request"]["headers"]].count("host") == 1
    assert first["request"]["postData"]["text"] == CHANGE.decode()
    assert (first["response"]["status"], first["response"]["statusText"]) == (302, "Found")
    assert first["response"]["redirectURL"] == "/login"
    assert first["response"]["content"] == {"size": 2, "mimeType": "", "text": "no"}
    assert (first["time"], first["timings"]["wait"]) == (23.005, 23.005)
    assert first["comment"] == "delivery #1 to the application, sent again by hand, the response is cut"
    assert second["response"]["status"] == 0
    assert "attempt 2, connection_refused: connection refused" in second["comment"]


@pytest.fixture
def app() -> Iterator[App]:
    """An app that takes everything."""
    with running_app() as running:
        yield running


def test_curl(app: App, tmp_path: Path) -> None:
    """The script, run by a shell, sends every body to the byte, with the headers as they were."""
    require_program("curl")
    script = tmp_path / "send.sh"
    script.write_bytes(export(odd_deliveries(), ExportFormat.CURL))

    done = subprocess.run(
        [require_program("sh"), str(script), f"http://127.0.0.1:{app.port}/hook"],
        capture_output=True,
        env={"PATH": os.environ["PATH"]},  # without a proxy
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert [each.body for each in app.received] == ODD_BODIES
    assert {each.value(b"x-odd") for each in app.received} == {b"\xe9\x1b[2J"}
    sent = {line.split(b":")[0].lower() for each in app.received for line in each.lines}
    assert sent == {b"host", b"content-type", b"x-odd", b"content-length"}


def test_pytest(tmp_path: Path) -> None:
    """A test that takes the fixture runs once for each delivery, with exactly its bytes."""
    (tmp_path / "conftest.py").write_bytes(export(odd_deliveries(), ExportFormat.PYTEST))
    (tmp_path / "test_handler.py").write_text(
        "import pathlib\n"
        "def test_handler(cronofy_delivery):\n"
        "    with pathlib.Path('seen').open('ab') as file:\n"
        "        file.write(repr((cronofy_delivery.body, cronofy_delivery.headers[1])).encode() + b'\\n')\n"
    )

    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        # The options of the run that this test is part of are not for the one that it starts.
        env={name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert (tmp_path / "seen").read_text().splitlines() == [
        repr((body, ("x-Odd", "\xe9\x1b[2J"))) for body in ODD_BODIES
    ]


def test_a_method_that_is_a_command() -> None:
    """Whatever is in the history, what is given to a shell is only ever one word of curl's."""
    odd = make_delivery(1)
    odd = odd._replace(request=odd.request._replace(method="POST; reboot #"))

    assert b"curl --silent --show-error --include -X 'POST; reboot #' \"$target\"" in export([odd], ExportFormat.CURL)
