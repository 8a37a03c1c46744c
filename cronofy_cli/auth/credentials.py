"""The credentials for a data center. From the environment; a simulator brings its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.core.signature import ClientSecret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.adapters.simulator.running import RunningSimulator


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is known; neither the token nor the secrets appear in a repr."""

    data_center_name: str
    token: str | None = field(repr=False)
    client_secrets: tuple[ClientSecret, ...]


def from_environment(data_center_name: str, environment: Mapping[str, str]) -> Credentials:
    """Return the credentials that the environment holds."""
    return Credentials(
        data_center_name,
        token=environment.get(Variable.ACCESS_TOKEN, "").strip() or None,
        client_secrets=split_secrets(environment.get(Variable.CLIENT_SECRET, ""), label=Variable.CLIENT_SECRET),
    )


def of_simulator(simulator: RunningSimulator) -> Credentials:
    """Return the credentials that a simulator accepts. Those of the environment are never sent to it."""
    return Credentials(
        "simulator",
        token=simulator.access_token,
        client_secrets=tuple(
            ClientSecret("simulator" if number == 1 else f"simulator #{number}", secret)
            for number, secret in enumerate(simulator.client_secrets, 1)
        ),
    )


def split_secrets(text: str, *, label: str) -> tuple[ClientSecret, ...]:
    """Return the secrets of a comma-separated list, labelled by their number if there are several."""
    values = [part.strip() for part in text.removeprefix("\ufeff").split(",") if part.strip()]
    if len(values) == 1:
        return (ClientSecret(label, values[0]),)
    return tuple(ClientSecret(f"{label} #{number}", value) for number, value in enumerate(values, 1))
