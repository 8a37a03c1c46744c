"""An inspector of a history, a browser at its page, and an application to replay to."""

from __future__ import annotations

import http.client
import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from cronofy_cli.adapters.event_cache import open_event_cache
from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.postgres import PostgresAddress
from cronofy_cli.core.accounts.foreign_secrets import ForeignSecrets
from cronofy_cli.core.signature import ClientSecret
from cronofy_cli.inspector.around import Around
from cronofy_cli.inspector.run import InspectorRun
from tests.browser import LIMIT_MS, Complaints, find_made_up_words, listen_to
from tests.inspector.story import TOTAL, Story
from tests.outbound.app import running_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from cronofy_cli.adapters.history_place import HistoryPlace
    from cronofy_cli.errors import CronofyError
    from tests.outbound.app import App

SECRET = ClientSecret("current", "s3cret")
FILE, POSTGRES = "file", "postgres"
CONCLUSION = (
    b'{"verdict":"cause_found","causes":[{"code":"channel_closed","likelihood":"certain","subject":"chn_1",'
    b'"sentence":"The channel <b>chn_1</b> is closed.","hint":"create another one","evidence":{}}],'
    b'"worth_knowing":[],"checked":[],"not_checked":[]}'
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server has said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Inspected:
    """A running inspector."""

    url: str
    story: Story
    asked_why: list[str]
    folder: Path
    """Of what is not the history's."""

    def last_saw(self, *events: bytes) -> None:
        """Put events into the cache of last seen states, as a run does that read them."""
        environment = {"CRONOFY_DATA_DIR": str(self.folder)}
        with open_event_cache("simulator", "acc_1", environment) as cache:
            cache.remember(events)

    @property
    def origin(self) -> str:
        """Its address without the token."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def port(self) -> int:
        """Its port."""
        port = urlsplit(self.url).port
        assert port is not None
        return port

    @property
    def token(self) -> str:
        """The run's token."""
        return urlsplit(self.url).fragment.removeprefix("token=")

    def ask(self, method: str, path: str, body: object = None, **headers: str | None) -> Answer:
        """Send a request with the token, and other headers; None leaves one out."""
        sent: dict[str, str | None] = {"X-Cronofy-Token": self.token}
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.putrequest(method, path, skip_host="Host" in sent)
        for name, value in sent.items():
            if value is not None:
                connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(content)))
        connection.endheaders(content)
        response = connection.getresponse()
        answer = Answer(response.status, dict(response.getheaders()), response.read())
        connection.close()
        return answer

    def get(self, path: str) -> Any:
        """Return the JSON of something that is there."""
        answer = self.ask("GET", f"/api/{path}")
        assert answer.status == 200, answer.body
        return answer.json


def around_of(place: HistoryPlace, folder: Path) -> Around:
    """Return the surroundings of an inspector of a history. What is not the history's is in `folder`."""
    return Around(
        history=place,
        environment={"CRONOFY_DATA_DIR": str(folder)},
        data_center="uk",
        account="acme",
        tzid="Etc/UTC",
        now=partial(datetime.now, UTC),
        client_secrets=lambda: (SECRET,),
        other_secrets=lambda _: ForeignSecrets((), ()),
        why=lambda _: CONCLUSION,
    )


@contextmanager
def inspecting(place: HistoryPlace, folder: Path | None = None) -> Iterator[Inspected]:
    """Run an inspector of a history, which must not fail. What is not the history's is in `folder`, or beside it."""
    if folder is None:
        assert isinstance(place, Path)
        folder = place.parent
    failures: SimpleQueue[CronofyError] = SimpleQueue()
    asked: list[str] = []

    def why(channel_id: str) -> bytes:
        asked.append(channel_id)
        return CONCLUSION

    with InspectorRun(replace(around_of(place, folder), why=why), failures.put) as run:
        yield Inspected(run.url, Story(place), asked, folder)
    assert failures.empty()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the history is."""
    return tmp_path / "deliveries.db"


@pytest.fixture
def app() -> Iterator[App]:
    """The user's application."""
    with running_app() as running:
        yield running


@pytest.fixture
def place(request: pytest.FixtureRequest, file: Path) -> HistoryPlace:
    """Where the history is: in the file, unless a test asks for POSTGRES."""
    if getattr(request, "param", FILE) == FILE:
        return file
    return PostgresAddress.parse(request.getfixturevalue("postgres_url"))


@pytest.fixture
def story(place: HistoryPlace, app: App) -> Story:
    """A history in which one of everything has happened."""
    open_history(place).close()
    told = Story(place)
    told.tell(f"http://localhost:{app.port}/hook")
    return told


@pytest.fixture
def inspected(place: HistoryPlace, file: Path, story: Story) -> Iterator[Inspected]:
    """An inspector of that history."""
    with inspecting(place, file.parent) as running:
        yield running


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser without a past."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    context.set_default_timeout(LIMIT_MS)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, inspected: Inspected) -> Iterator[Page]:
    """The page, with the newest delivery and how many there are; it must break no policy and ask nobody else."""
    page = context.new_page()
    listen_to(page)
    complaints = Complaints(page, inspected.origin)
    page.goto(inspected.url)
    expect(page.locator(".head")).to_contain_text(f"#{TOTAL}")
    expect(page.locator("#count")).to_have_text(f"{TOTAL} deliveries")
    yield page
    made_up = find_made_up_words(page)
    page.close()
    assert (complaints.found, made_up) == ([], [])
