"""Cronofy's data centers and their hosts (docs: /developers/data-centers/)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from cronofy_cli.errors import WrongUsage

SIMULATOR = "simulator"
"""The name under which Cronofy on this machine is a data center like the others."""


class DataCenterId(StrEnum):
    """The SDK identifiers. `us` is the default and has no suffix in its host names."""

    US = "us"
    UK = "uk"
    DE = "de"
    AU = "au"
    CA = "ca"
    SG = "sg"


class DataCenter(NamedTuple):
    """Where an account lives: a name to show, and the addresses without a trailing slash."""

    name: str
    api_url: str
    app_url: str

    @property
    def is_real(self) -> bool:
        """Whether this is one of Cronofy's own, out of reach for loopback callback URLs."""
        return self.name in set(DataCenterId)


def real_data_center(identifier: DataCenterId) -> DataCenter:
    """Return one of Cronofy's own data centers."""
    suffix = "" if identifier is DataCenterId.US else f"-{identifier.value}"
    return DataCenter(identifier.value, f"https://api{suffix}.cronofy.com", f"https://app{suffix}.cronofy.com")


def data_center_at(url: str, *, name: str | None = None) -> DataCenter:
    """Return a data center that serves API and pages from one address, such as a simulator.

    Raises:
        WrongUsage: `url` is not an absolute http or https address.
    """
    # Late: commands that make no call need not read addresses.
    from urllib.parse import urlsplit

    from cronofy_cli.core.pages import origin_of

    try:
        origin_of(url)
    except ValueError as error:
        raise WrongUsage(
            f"'{url}' is not a data center",
            hint=f"use one of {', '.join(DataCenterId)}, {SIMULATOR}, or an address such as http://127.0.0.1:7080",
        ) from error
    parts = urlsplit(url)
    base = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
    return DataCenter(name or base, base, base)


def parse_data_center(value: str) -> DataCenter:
    """Return the data center that `value` names: an identifier or an address. `simulator` is found by the settings.

    Raises:
        WrongUsage: it is neither.
    """
    lowered = value.strip().lower()
    if lowered in set(DataCenterId):
        return real_data_center(DataCenterId(lowered))
    return data_center_at(value.strip())
