"""Reaching the simulator that runs on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.data_centers import SIMULATOR

if TYPE_CHECKING:
    from cronofy_cli.adapters.simulator_control import SimulatorControl
    from cronofy_cli.context import AppContext


def control_of(run: AppContext) -> SimulatorControl:
    """Return the control API of the simulator that runs here.

    Raises:
        Unreachable: none does.
    """
    from cronofy_cli.adapters.simulator_control import SimulatorControl

    run.flags.data_center = SIMULATOR
    return SimulatorControl(run.api)
