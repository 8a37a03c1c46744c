"""A walk through everything that needs a real Cronofy: sign-in, a channel, edits, a rotated secret, the close."""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx

from cronofy_cli.adapters.secrets import secret_path
from cronofy_cli.core.accounts.data_centers import parse_data_center
from cronofy_cli.core.signature import HEADER, digest
from tests.in_process import run_main
from tests.live.answers import CHANNELS, close_again, look_at_answers, look_at_channels, outcome
from tests.outbound.app import OK, answer_of, running_app
from tests.support import REPOSITORY, Cli

if TYPE_CHECKING:
    from pathlib import Path

    from tests.live.facts import Report
    from tests.live.person import Person
    from tests.outbound.app import Received
    from tests.support import Running

TITLE = "cronofy check"
LOOK_AGAIN_S = 0.2
OVERRIDING = (
    "CRONOFY_ACCESS_TOKEN",
    "CRONOFY_CLIENT_ID",
    "CRONOFY_CLIENT_SECRET",
    "CRONOFY_CONTEXT",
    "CRONOFY_DATA_CENTER",
)


@dataclass(frozen=True, slots=True)
class Where:
    """Which application of which data center, and how it reaches this machine."""

    data_center: str
    client_id: str
    client_secret: str
    tunnel: str


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the walk waits, in seconds: for a change, for one more, for a verification, and for a second attempt."""

    change_s: float = 900.0
    quiet_s: float = 30.0
    verification_s: float = 30.0
    retry_s: float = 600.0


def own_command_line(folder: Path) -> Cli:
    """Return a command line whose settings, tokens and deliveries are in a folder, and nowhere else."""
    cli = Cli(folder)
    cli.environment = {name: value for name, value in os.environ.items() if name not in OVERRIDING} | {
        "CRONOFY_CONFIG_DIR": str(folder / "config"),
        "CRONOFY_DATA_DIR": str(cli.data),
        "CRONOFY_NO_KEYRING": "1",
        "PYTHONPATH": str(REPOSITORY),
    }
    return cli


def walk(cli: Cli, where: Where, person: Person, patience: Patience, report: Report) -> None:
    """Go the whole way. The tokens are removed at the end; channels are closed.

    Raises:
        TimeoutError: a notification did not come in time: what was seen until then is in the report.
    """
    context = _sign_in(cli, where, person)
    try:
        with _api(cli, where) as api:
            look_at_answers(api, report)
            _listen(cli, where, api, _Companions(report, person, patience))
        _refresh(cli, context, report)
    finally:
        run_main(cli, "auth", "logout")


def _sign_in(cli: Cli, where: Where, person: Person) -> str:
    started = _json(
        cli,
        *("auth", "login", "--start", "--insecure-storage", "--data-center", where.data_center),
        *("--client-id", where.client_id, "--client-secret-file", "-"),
        stdin=where.client_secret,
    )
    done = _json(cli, "auth", "login", "--complete", "-", stdin=person.approve(started["authorize_url"]))
    return str(done["context"])


def _api(cli: Cli, where: Where) -> httpx.Client:
    token = run_main(cli, "auth", "token").stdout.strip()
    return httpx.Client(
        base_url=parse_data_center(where.data_center).api_url,
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )


def _refresh(cli: Cli, context: str, report: Report) -> None:
    kept = [json.loads(secret_path(context, cli.environment).read_bytes())["refresh_token"]]
    done = run_main(cli, "auth", "refresh")
    report.expect(done.exit_code == 0, f"the token is not refreshed: {done.stderr}")
    kept.append(json.loads(secret_path(context, cli.environment).read_bytes())["refresh_token"])
    report.note("refresh_token", "the same" if kept[0] == kept[1] else "another one")


@dataclass(frozen=True, slots=True)
class _Companions:
    """What every step has beside the listener."""

    report: Report
    person: Person
    patience: Patience


def _listen(cli: Cli, where: Where, api: httpx.Client, companions: _Companions) -> None:
    arguments = ("--ack", "app", "--json", "--tunnel", where.tunnel)
    with running_app() as app, cli.start("listen", f"{app.port}/hook", *arguments) as running:
        ready = json.loads(running.wait_for('"kind":"ready"', 120))
        steps = Steps(cli, running, ready["callback_url"], ready["channel_id"], companions)
        steps.see_the_verification()
        number = steps.see_an_edit()
        steps.read_it(number)
        look_at_channels(api, companions.report, steps.callback_url, steps.channel_id)
        steps.create_it_again(api)
        answers = iter([answer_of(500)])
        app.answer = lambda received: next(answers, OK) if _is_change(received) else OK
        steps.see_a_second_attempt()
        steps.rotate(where.client_secret)
        exit_code = running.stop(limit_s=60)
        companions.report.expect(exit_code == 130, f"listen ends with {exit_code}")
    listed = {each["channel_id"] for each in api.get(CHANNELS).json()["channels"]}
    companions.report.note("closed_listed", "listed" if ready["channel_id"] in listed else "not listed")
    again = api.delete(f"{CHANNELS}/{ready['channel_id']}")
    companions.report.note("closed_twice", str(again.status_code))


def _is_change(received: Received) -> bool:
    return b'"change"' in received.body


@dataclass
class Steps:
    """A running listener, and what is tried with it."""

    cli: Cli
    running: Running
    callback_url: str
    channel_id: str
    companions: _Companions

    @property
    def report(self) -> Report:
        """Where it is noted."""
        return self.companions.report

    def see_the_verification(self) -> None:
        """What the first request looks like."""
        first = next(each for each in self.kept() if each["type"] == "verification")
        self.report.expect(first["signature"]["state"] == "valid", "the verification is not verified")
        headers = {name.lower(): value for name, value in first["headers"]}
        names = sorted(name for name in headers if not name.startswith("x-forwarded"))
        self.report.note("headers", f"{', '.join(names)}; User-Agent {headers.get('user-agent', 'missing')}")
        self.report.note("source", headers.get("x-forwarded-for", "no X-Forwarded-For"))
        self.report.note("layout", layout_of(first["body"]))

    def see_an_edit(self) -> int:
        """An edit is notified, and verified. Returns the delivery's number."""
        known = len(self.changes())
        self.companions.person.edit(f"add an event with the title '{TITLE}' for tomorrow at 10:00")
        edited = datetime.now(UTC)
        change = self.next_changes(known, 1, self.companions.patience.change_s)[0]
        received = datetime.fromisoformat(change["received_at"])
        self.report.expect(change["signature"]["state"] == "valid", "the change is not verified")
        self.report.note("delay", f"{(received - edited).total_seconds():.0f} s after it was saved")
        since = datetime.fromisoformat(change["changes_since"])
        self.report.note("changes_since", f"{(received - since).total_seconds():.0f} s before it arrived")
        threading.Event().wait(self.companions.patience.quiet_s)
        self.report.note("folding", f"{len(self.changes()) - known}")
        return int(change["id"])

    def read_it(self, number: int) -> None:
        """Read Events has what was edited."""
        found = _json(self.cli, "events", "read", "--changes-since", str(number))
        titles = [each.get("summary") for each in found]
        self.report.expect(TITLE in titles, f"Read Events has no '{TITLE}' among {len(titles)} changed events")

    def create_it_again(self, api: httpx.Client) -> None:
        """A channel like the listener's."""
        before = self.verifications(self.channel_id)
        answer = api.post(CHANNELS, json={"callback_url": self.callback_url})
        if not answer.is_success:
            self.report.note("identical", outcome(answer))
            return
        opened = answer.json()["channel"]["channel_id"]
        same = opened == self.channel_id
        verified = "verified again" if self.is_verified(opened, before if same else 0) else "not verified again"
        self.report.note("identical", f"{answer.status_code}, {'the same id' if same else 'another id'}, {verified}")
        close_again(api, answer, self.channel_id)

    def is_verified(self, channel_id: str, before: int) -> bool:
        """Whether a channel's next verification comes in time."""
        deadline = time.monotonic() + self.companions.patience.verification_s
        while self.verifications(channel_id) == before:
            if time.monotonic() > deadline:
                return False
            threading.Event().wait(LOOK_AGAIN_S)
        return True

    def see_a_second_attempt(self) -> None:
        """The application fails once."""
        known = len(self.changes())
        self.companions.person.edit(f"move '{TITLE}' to 11:00")
        first = self.next_changes(known, 1, self.companions.patience.change_s)[0]
        try:
            second = self.next_changes(known, 2, self.companions.patience.retry_s)[1]
        except TimeoutError:
            self.report.note("retry", f"none within {self.companions.patience.retry_s:.0f} s")
            return
        pause = datetime.fromisoformat(second["received_at"]) - datetime.fromisoformat(first["received_at"])
        body = "the same body" if second["body"] == first["body"] else "another body"
        self.report.note("retry", f"after {pause.total_seconds():.1f} s, {body}")

    def rotate(self, client_secret: str) -> None:
        """With two client secrets a notification is still verified."""
        added = self.companions.person.second_secret()
        if added is None:
            return
        known = len(self.changes())
        self.companions.person.edit(f"delete '{TITLE}'")
        change = self.next_changes(known, 1, self.companions.patience.change_s)[0]
        self.report.expect(change["signature"]["state"] == "valid", "the change is not verified after the rotation")
        sent = next(value for name, value in change["headers"] if name.lower() == HEADER.lower()).split(",")
        ours = {
            digest(change["body"].encode(), client_secret): "the first",
            digest(change["body"].encode(), added): "the second",
        }
        named = [ours.get(each.strip(), "an unknown one") for each in sent]
        self.report.note("rotation", f"{len(sent)}: {', '.join(named)}")

    def kept(self) -> list[dict[str, Any]]:
        """Everything that arrived, the oldest first."""
        found: list[dict[str, Any]] = _json(self.cli, "deliveries", "list")
        return found

    def verifications(self, channel_id: str) -> int:
        """How many verifications of a channel have arrived."""
        return sum(each["type"] == "verification" and each["channel_id"] == channel_id for each in self.kept())

    def changes(self) -> list[dict[str, Any]]:
        """The changes that the listener has printed."""
        lines = [json.loads(line) for line in list(self.running.lines)]
        return [each for each in lines if each["kind"] == "delivery" and each["type"] == "change"]

    def next_changes(self, known: int, count: int, limit_s: float) -> list[dict[str, Any]]:
        """Return the next changes after those that were known.

        Raises:
            TimeoutError: they did not come in time.
        """
        with self.running.changed:
            enough = self.running.changed.wait_for(lambda: len(self.changes()) >= known + count, limit_s)
        if not enough:
            raise TimeoutError(f"no notification within {limit_s:.0f} s; 'cronofy why' says more")
        return self.changes()[known:]


def layout_of(body: str) -> str:
    """Return how a body is written, and in which order."""
    document = json.loads(body)
    compact = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    layout = {compact: "compact", json.dumps(document, ensure_ascii=False): "spaced"}.get(body, "of its own")
    return f"{layout}, {' before '.join(document)}"


def _json(cli: Cli, *arguments: str, stdin: str = "") -> Any:
    result = run_main(cli, *arguments, "--json", stdin=stdin.encode())
    assert result.exit_code == 0, (arguments, result.stderr)
    return result.json
