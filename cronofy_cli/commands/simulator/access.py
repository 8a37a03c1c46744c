"""Reaching the simulator that a command means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cronofy_cli.core.accounts.data_centers import SIMULATOR, data_center_at, parse_data_center
from cronofy_cli.core.times import parse_time
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.adapters.simulator.control import SimulatorControl
    from cronofy_cli.cli.context import AppContext


_ANY_TOKEN = "simulator"  # noqa: S105 - the control API checks none, and the client sends one
"""For a simulator that another user or machine runs."""


def control_of(run: AppContext) -> SimulatorControl:
    """Return the control API of the simulator that is meant: by --data-center, by the context, or the one that runs.

    Raises:
        Unreachable: none runs here.
        WrongUsage: several do and none is named, or what is named is one of Cronofy's own data centers.
    """
    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.adapters.simulator.control import SimulatorControl

    url = _chosen_url(run)
    if url is None:
        run.flags.data_center = SIMULATOR
        run.forget_choices()
        return SimulatorControl(run.api)
    token = next((each.access_token for each in run.running_simulators if each.url == url), _ANY_TOKEN)
    client = ApiClient(data_center_at(url), token, observe=run.observer)
    return SimulatorControl(run.resources.enter_context(client))


def _chosen_url(run: AppContext) -> str | None:
    """Return the address of the simulator that options, environment or settings name; None for the one that runs."""
    choice = run.data_center_choice
    if choice.lower() == SIMULATOR:
        return None
    data_center = parse_data_center(choice)
    if not data_center.is_real:
        return data_center.api_url
    if run.flags.data_center is not None or run.flags.context is not None:
        raise WrongUsage(
            f"data center {data_center.name} is Cronofy itself, not a simulator",
            hint="use --data-center simulator, or the simulator's URL",
        )
    return None


def simulators_now(control: SimulatorControl) -> datetime:
    """Return what time it is there: its clock may have been turned."""
    return parse_time(json.loads(control.clock())["now"])
