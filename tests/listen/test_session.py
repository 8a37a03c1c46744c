"""One run of `listen`, against a simulator: ready, or an error, and in both cases nothing left behind."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.api import endpoints
from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.http import open_client
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.core.signature import ClientSecret, SignaturePolicy, SignatureState
from cronofy_cli.errors import NotSignedIn, SignatureMismatch, Unreachable
from cronofy_cli.listen.channels import ChannelCalls
from cronofy_cli.listen.session import Session, SessionPlan, new_callback_path
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, CLIENT_SECRET
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError
    from cronofy_cli.simulator.server import SimulatorServer

SECRETS = (ClientSecret("simulator", CLIENT_SECRET),)


class Told:
    """What the run said on its way."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, str]] = []
        self.troubles: list[CronofyError] = []

    def tick(self, name: str, detail: str) -> None:
        """A step is done."""
        self.steps.append((name, detail))

    def trouble(self, error: CronofyError) -> None:
        """Something failed, and the run goes on."""
        self.troubles.append(error)


class Setting:
    """A simulator's API, and all that a run needs beside it."""

    def __init__(self, api: ApiClient, history_file: Path) -> None:
        self.api = api
        self.told = Told()
        self.received: list[Delivery] = []
        self._history_file = history_file
        self._histories: list[History] = []

    def open_history(self) -> History:
        """Open the store of deliveries once more."""
        self._histories.append(open_history(self._history_file))
        return self._histories[-1]

    def session(self, plan: SessionPlan) -> Session:
        """Return a run."""
        return Session(
            plan, ChannelCalls(self.api), self.open_history, self.told, [self.take], partial(datetime.now, UTC)
        )

    def take(self, deliveries: Sequence[Delivery]) -> None:
        """Be the sink."""
        self.received.extend(deliveries)

    def open_channels(self) -> list[str]:
        """Return the ids of the channels that are open now."""
        return [channel.channel_id for channel in endpoints.list_channels(self.api)]

    def close(self) -> None:
        """Let go of the store."""
        for history in self._histories:
            history.close()


@pytest.fixture
def setting(simulator: SimulatorServer, tmp_path: Path) -> Iterator[Setting]:
    """A simulator, and a history of its own."""
    with ApiClient(data_center_at(simulator.url), ACCESS_TOKEN) as api:
        made = Setting(api, tmp_path / "deliveries.db")
        yield made
        made.close()


@pytest.fixture
def plan() -> SessionPlan:
    """A run that Cronofy reaches at the listener's own address."""
    return SessionPlan(new_callback_path(), "simulator", SECRETS, SignaturePolicy.STRICT)


def test_a_run(setting: Setting, plan: SessionPlan) -> None:
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
    assert [each.notification.type for each in setting.open_history().latest(10)] == ["verification"]


def test_after_the_run_nothing_listens(setting: Setting, plan: SessionPlan) -> None:
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


def test_a_public_url_with_a_path(setting: Setting, plan: SessionPlan) -> None:
    """A proxy in front may keep the public path or strip it: both are served, and the channel has the public one."""
    port = free_port()
    public = replace(plan, public_url=f"http://127.0.0.1:{port}/cronofy/", port=port)

    with setting.session(public) as session, open_client(session.callback_url) as client:
        assert session.callback_url == f"http://127.0.0.1:{port}/cronofy{plan.path}"
        statuses = [
            client.post(f"http://127.0.0.1:{port}{path}").status_code
            for path in (f"/cronofy{plan.path}", plan.path, "/cronofy", "/")
        ]

    assert statuses == [401, 401, 404, 404]


def test_no_verification_comes(setting: Setting, plan: SessionPlan) -> None:
    """If the public address leads nowhere the run is not ready: it ends with what to check, without a channel."""
    port = free_port()
    lost = replace(plan, public_url=f"http://127.0.0.1:{port}", probe_limit_s=0.2)

    with pytest.raises(Unreachable, match=r"did not come back: nothing answers at") as caught, setting.session(lost):
        pass

    assert f"http://127.0.0.1:{port}{plan.path} leads to 127.0.0.1:" in str(caught.value.hint)
    assert setting.open_channels() == []


def test_the_client_secret_is_another_applications(setting: Setting, plan: SessionPlan) -> None:
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
    secrets: tuple[ClientSecret, ...], policy: SignaturePolicy, setting: Setting, plan: SessionPlan
) -> None:
    """Where nothing can or shall be checked the run is ready all the same, and says so."""
    with setting.session(replace(plan, client_secrets=secrets, policy=policy)):
        pass

    assert "its signature was not checked" in dict(setting.told.steps)["verification"]


def test_no_channel_can_be_created(setting: Setting, plan: SessionPlan, simulator: SimulatorServer) -> None:
    """If Cronofy refuses, the error is Cronofy's and the port is free again."""
    with ApiClient(data_center_at(simulator.url), "wrong-token") as stranger:
        session = Session(
            plan, ChannelCalls(stranger), setting.open_history, setting.told, [], partial(datetime.now, UTC)
        )
        with pytest.raises(NotSignedIn), session:
            pass

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", session.port))


def test_the_channel_cannot_be_closed(setting: Setting, plan: SessionPlan, simulator: SimulatorServer) -> None:
    """If closing fails the run still ends, and the command to do it by hand is told."""
    with setting.session(plan) as session:
        assert session.channel is not None
        simulator.stop()

    [trouble] = setting.told.troubles
    assert trouble.hint == f"close the channel by hand: cronofy channels close {session.channel.channel_id}"


def test_an_interrupt_at_the_creation_leaves_no_channel(setting: Setting, plan: SessionPlan) -> None:
    """An interrupt that comes while the channel is created is held until it is known, and then it is closed."""

    @contextmanager
    def interrupting() -> Iterator[None]:
        yield
        assert len(setting.open_channels()) == 1
        raise KeyboardInterrupt

    calls, clock = ChannelCalls(setting.api), partial(datetime.now, UTC)
    session = Session(plan, calls, setting.open_history, setting.told, [], clock, interrupting)
    with pytest.raises(KeyboardInterrupt), session:
        pass

    assert setting.open_channels() == []
