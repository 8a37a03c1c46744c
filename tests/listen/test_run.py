"""A run whose parts fail while it goes on: never "ready" without them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.event_cache import open_event_cache
from cronofy_cli.adapters.http import open_client
from cronofy_cli.adapters.paths import history_file
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.core.accounts.foreign_secrets import ForeignSecrets
from cronofy_cli.core.print_style import PrintStyle
from cronofy_cli.core.signature import ClientSecret
from cronofy_cli.errors import WorkerFailed
from cronofy_cli.listen.options import ListenOptions
from cronofy_cli.listen.run import ListenRun
from cronofy_cli.listen.stop import StopRequest
from cronofy_cli.listen.surroundings import Surroundings
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, CLIENT_SECRET
from tests.listen.leavings import nothing_left
from tests.output.outputs import MemoryOutput
from tests.scripts.listening import edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.listen.changes.read_request import ChangeRead
    from cronofy_cli.simulator.server import SimulatorServer
    from tests.support import Cli

LIMIT_S = 60.0


@pytest.fixture
def surroundings(cli: Cli, simulator: SimulatorServer) -> Iterator[Surroundings]:
    """What a run with the simulator is given."""
    with ApiClient(data_center_at(simulator.url, name="simulator"), ACCESS_TOKEN) as api:
        yield Surroundings(
            api=api,
            data_center="simulator",
            must_be_public=False,
            environment=cli.environment,
            history=history_file(cli.environment),
            output=MemoryOutput().output,
            client_secrets=(ClientSecret("simulator", CLIENT_SECRET),),
            published_secret=None,
            find_other_secrets=lambda: ForeignSecrets((), ()),
            calendar_names=dict,
            open_event_cache=lambda sub: open_event_cache("simulator", sub, cli.environment),
            chosen_options=(),
            clock=partial(datetime.now, UTC),
        )


def test_a_part_that_fails(cli: Cli, surroundings: Surroundings) -> None:
    """The run ends with what failed, /healthz says 503 at once, the ready file is gone, and nothing is left."""
    ready_file = cli.folder / "ready.json"
    options = ListenOptions(PrintStyle.COMPACT, ready_file=ready_file, health_port=0)

    def fail(_read: ChangeRead) -> None:
        raise KeyError("x")

    with nothing_left(cli), StopRequest() as stop, ListenRun(surroundings, options, stop, on_read=fail):
        health = json.loads(ready_file.read_bytes())["health_url"]
        with open_client(health) as client:
            assert client.get(health).status_code == 200
            edit(cli, "add", "Lunch")
            with pytest.raises(WorkerFailed, match="change reader failed: KeyError: 'x'"):
                stop.wait(LIMIT_S)
            assert client.get(health).status_code == 503
        assert not ready_file.exists()
