"""What a run is given to work with."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.event_cache import open_event_cache
from cronofy_cli.adapters.paths import history_file
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.core.accounts.foreign_secrets import ForeignSecrets
from cronofy_cli.core.signature import ClientSecret
from cronofy_cli.listen.surroundings import Surroundings
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, CLIENT_SECRET
from tests.output.outputs import MemoryOutput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.support import Cli


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
