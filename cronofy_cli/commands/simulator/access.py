"""Reaching the simulator that runs on this machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cronofy_cli.core.accounts.data_centers import SIMULATOR
from cronofy_cli.core.times import parse_time

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.adapters.simulator.control import SimulatorControl
    from cronofy_cli.cli.context import AppContext


def control_of(run: AppContext) -> SimulatorControl:
    """Return the control API of the simulator that runs here.

    Raises:
        Unreachable: none does.
    """
    from cronofy_cli.adapters.simulator.control import SimulatorControl

    run.flags.data_center = SIMULATOR
    return SimulatorControl(run.api)


def simulators_now(control: SimulatorControl) -> datetime:
    """Return what time it is there: its clock may have been turned."""
    return parse_time(json.loads(control.clock())["now"])
