"""One run of `listen`, against a simulator: ready, or an error, and in both cases nothing left behind."""

from __future__ import annotations

import socket
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.api import endpoints
from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.journal import Journal
from cronofy_cli.adapters.tunnels.none import NoTunnel
from cronofy_cli.adapters.tunnels.own_url import OwnUrl
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.core.signature import ClientSecret, SignaturePolicy, SignatureState
from cronofy_cli.errors import NotSignedIn, SignatureMismatch, Unreachable
from cronofy_cli.listen.channels import ChannelCalls, RunChannel, VerificationWatch
from cronofy_cli.listen.notes import RunNotes
from cronofy_cli.listen.session import Session, SessionPlan, new_callback_path
from cronofy_cli.listen.tunnel import PublicAddress, served_paths
from cronofy_cli.receiver.pipeline import Pipeline
from cronofy_cli.receiver.server import Listener, ListenerCalls, ListenerSettings
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, CLIENT_SECRET
from tests.listen.patient import patient_client
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from cronofy_cli.adapters.history import Gap, History
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError
    from cronofy_cli.simulator.server import SimulatorServer

SECRETS = (ClientSecret("simulator", CLIENT_SECRET),)


class Told:
    """What the run reported on its way."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, str]] = []
        self.troubles: list[CronofyError] = []

    def tick(self, name: str, detail: str) -> None:
        """A step is done."""
        self.steps.append((name, detail))

    def remark(self, text: str) -> None:
        """Nothing is remarked here."""

    def gap(self, gap: Gap) -> None:
        """There are no gaps here."""

    def trouble(self, error: CronofyError) -> None:
        """Something failed, and the run goes on."""
        self.troubles.append(error)


@dataclass(frozen=True)
class Plan:
    """What a session is made of."""

    path: str
    client_secrets: tuple[ClientSecret, ...] = SECRETS
    policy: SignaturePolicy = SignaturePolicy.STRICT
    public_url: str | None = None
    port: int = 0
    probe_limit_s: float = 15.0
    verification_limit_s: float = 60.0
    cut: Callable[[float], float] = float
    """Shortens a limit."""


class Setting:
    """A simulator's API, and all that a session needs beside it."""

    def __init__(self, api: ApiClient, folder: Path) -> None:
        self.api = api
        self.told = Told()
        self.received: list[Delivery] = []
        self._folder = folder

    def open_history(self) -> History:
        """Open the store of deliveries once more."""
        return open_history(self._folder / "deliveries.db")

    @contextmanager
    def session(
        self,
        plan: Plan,
        calls: ChannelCalls | None = None,
        hold_signals: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> Iterator[Session]:
        """Have a session that is open inside the `with`."""
        with RunNotes(Journal({"CRONOFY_DATA_DIR": str(self._folder)}), "simulator", "acc_1", self.told) as notes:
            session = self._made(plan, notes, calls or ChannelCalls(self.api), hold_signals)
            try:
                session.open()
                yield session
            finally:
                session.close()

    def _made(
        self,
        plan: Plan,
        notes: RunNotes,
        calls: ChannelCalls,
        hold_signals: Callable[[], AbstractContextManager[object]],
    ) -> Session:
        watch = VerificationWatch()
        trouble = self.told.trouble
        pipeline = Pipeline(self.open_history, [watch, self.take], on_trouble=trouble, on_failed=trouble)
        settings = ListenerSettings(
            served_paths(plan.public_url, plan.path), "simulator", plan.client_secrets, plan.policy, plan.port
        )
        listener = Listener(
            settings, ListenerCalls(pipeline.put, trouble, trouble), self.open_history, partial(datetime.now, UTC)
        )
        channel = RunChannel(
            calls,
            notes,
            self.told,
            watch,
            verification_limit_s=plan.verification_limit_s,
            hold_signals=hold_signals,
            cut=plan.cut,
        )
        tunnel = NoTunnel() if plan.public_url is None else OwnUrl(plan.public_url)
        address = PublicAddress(tunnel, plan.path, query="", must_be_public=False)
        session_plan = SessionPlan(plan.path, probe_limit_s=plan.probe_limit_s)
        return Session(pipeline, listener, address, channel, self.told, plan=session_plan)

    def take(self, deliveries: Sequence[Delivery]) -> None:
        """Be the sink."""
        self.received.extend(deliveries)

    def open_channels(self) -> list[str]:
        """Return the ids of the channels that are open now."""
        return [channel.channel_id for channel in endpoints.list_channels(self.api)]


@pytest.fixture
def setting(simulator: SimulatorServer, tmp_path: Path) -> Iterator[Setting]:
    """A simulator, and a history of its own."""
    with ApiClient(data_center_at(simulator.url), ACCESS_TOKEN) as api:
        yield Setting(api, tmp_path)


@pytest.fixture
def plan() -> Plan:
    """A session that Cronofy reaches at the listener's own address."""
    return Plan(new_callback_path())


def test_a_run(setting: Setting, plan: Plan) -> None:
    """Inside it is ready: listening, with an open channel whose verification arrived and was right."""
    with setting.session(plan) as session:
        assert session.channel is not None
        channel_id = session.channel.channel_id
        assert setting.open_channels() == [channel_id]
        assert session.callback_url == f"http://127.0.0.1:{session.port}{plan.path}"

    assert setting.open_channels() == []
    assert [name for name, _ in setting.told.steps] == ["listening", "channel", "verification", "closed"]
    details = dict(setting.told.steps)
    assert plan.path not in details["listening"]
    assert details["channel"] == f"{channel_id}, all calendars"
    assert details["verification"].startswith("arrived and verified after ")
    assert [each.verdict.state for each in setting.received] == [SignatureState.VALID]
    with setting.open_history() as history:
        assert [each.notification.type for each in history.latest(10)] == ["verification"]


def test_after_the_run_nothing_listens(setting: Setting, plan: Plan) -> None:
    """The port is free again."""
    with setting.session(plan) as session:
        port = session.port

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_a_path_cannot_be_guessed() -> None:
    """128 bits of chance, new each time."""
    paths = {new_callback_path() for _ in range(100)}

    assert len(paths) == 100
    assert {len(path) for path in paths} == {len("/r/") + 22}


def test_a_public_url_with_a_path(setting: Setting, plan: Plan) -> None:
    """A proxy in front may keep the public path or strip it: both are served, and the channel has the public one."""
    port = free_port()
    public = replace(plan, public_url=f"http://127.0.0.1:{port}/cronofy/", port=port)

    with setting.session(public) as session, patient_client(session.callback_url) as client:
        assert session.callback_url == f"http://127.0.0.1:{port}/cronofy{plan.path}"
        statuses = [
            client.post(f"http://127.0.0.1:{port}{path}").status_code
            for path in (f"/cronofy{plan.path}", plan.path, "/cronofy", "/")
        ]

    assert statuses == [401, 401, 404, 404]


def test_no_verification_comes(setting: Setting, plan: Plan) -> None:
    """If the public address leads nowhere the run is not ready: it ends with what to check, without a channel."""
    port = free_port()
    lost = replace(plan, public_url=f"http://127.0.0.1:{port}", probe_limit_s=0.2)

    with pytest.raises(Unreachable, match=r"did not come back: nothing answers at") as caught, setting.session(lost):
        pass

    assert f"http://127.0.0.1:{port}{plan.path} leads to 127.0.0.1:" in str(caught.value.hint)
    assert setting.open_channels() == []


def test_the_client_secret_is_another_applications(setting: Setting, plan: Plan) -> None:
    """A verification with a wrong signature ends the run at once: nothing would ever verify."""
    wrong = replace(plan, client_secrets=(ClientSecret("mine", "CRN_mine"),))

    with pytest.raises(SignatureMismatch, match="does not match the client secret"), setting.session(wrong):
        pass

    assert setting.open_channels() == []
    assert [each.answer_status for each in setting.received] == [401]


@pytest.mark.parametrize(
    ("secrets", "policy"),
    [((), SignaturePolicy.STRICT), ((ClientSecret("mine", "CRN_mine"),), SignaturePolicy.OFF)],
    ids=["no-secret", "not-checked"],
)
def test_signatures_are_not_checked(
    secrets: tuple[ClientSecret, ...], policy: SignaturePolicy, setting: Setting, plan: Plan
) -> None:
    """Where nothing can or shall be checked the run is ready all the same, and says so."""
    with setting.session(replace(plan, client_secrets=secrets, policy=policy)):
        pass

    assert "its signature was not checked" in dict(setting.told.steps)["verification"]


def test_no_channel_can_be_created(setting: Setting, plan: Plan, simulator: SimulatorServer) -> None:
    """If Cronofy refuses, the error is Cronofy's and the port is free again."""
    port = free_port()
    with (
        ApiClient(data_center_at(simulator.url), "wrong-token") as stranger,
        pytest.raises(NotSignedIn),
        setting.session(replace(plan, port=port), ChannelCalls(stranger)),
    ):
        pass

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_the_channel_cannot_be_closed(setting: Setting, plan: Plan, simulator: SimulatorServer) -> None:
    """If closing fails the run still ends, and the command to do it by hand is told."""
    with setting.session(plan) as session:
        assert session.channel is not None
        simulator.stop()

    [trouble] = setting.told.troubles
    assert trouble.hint == f"close the channel by hand: cronofy channels close {session.channel.channel_id}"


def test_an_interrupt_at_the_creation_leaves_no_channel(setting: Setting, plan: Plan) -> None:
    """An interrupt that comes while the channel is created is held until it is known, and then it is closed."""

    @contextmanager
    def interrupting() -> Iterator[None]:
        yield
        assert len(setting.open_channels()) == 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), setting.session(plan, hold_signals=interrupting):
        pass

    assert setting.open_channels() == []
