"""The built-in world, `default.toml`: what a simulator starts with when no world file is named."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from cronofy_cli.simulator.world.world_file import parse_world_file, snapshot_of

if TYPE_CHECKING:
    from datetime import date

    from cronofy_cli.simulator.world.model import Snapshot
    from cronofy_cli.simulator.world.world_tables import WorldFile

HOME: Final = "cal_Xk3vQ2mZ7yHnT4pB_sJ9dW1uRcE5fLgA8oNbM0qV"
WORK: Final = "cal_Xk3vQ2mZ7yHnT4pB_a7GhK2xPqS4tUvY6zCdE9fRj"
BANK_HOLIDAYS: Final = "cal_Pw8rT5nC2bLfJ6kD_h3MsV9yQxZ1gUoE7iAtB4wKc"
ACCOUNT_ID: Final = "acc_5700a00eb0ccd07000000001"
"""The ids of its first account, for those who name them."""


def default_world_text() -> str:
    """Return the file."""
    return files("cronofy_cli.simulator.world").joinpath("default.toml").read_text("utf-8")


def default_world() -> WorldFile:
    """Return what the file says."""
    return parse_world_file(default_world_text(), "the built-in world")


def seed_world(today: date, *, extra_events: int = 0, random_seed: int = 1) -> Snapshot:
    """Return the built-in world, whose events lie around `today`, none of them changed on that day."""
    return snapshot_of(default_world(), today, extra_events=extra_events, random_seed=random_seed)
