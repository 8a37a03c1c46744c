"""Cronofy's data centers and their hosts."""

from __future__ import annotations

import pytest

from cronofy_cli.core.accounts.data_centers import (
    DataCenter,
    DataCenterId,
    data_center_at,
    parse_data_center,
    real_data_center,
)
from cronofy_cli.errors import WrongUsage


@pytest.mark.parametrize(
    ("identifier", "api_host", "app_host"),
    [
        ("us", "api.cronofy.com", "app.cronofy.com"),
        ("uk", "api-uk.cronofy.com", "app-uk.cronofy.com"),
        ("de", "api-de.cronofy.com", "app-de.cronofy.com"),
        ("au", "api-au.cronofy.com", "app-au.cronofy.com"),
        ("ca", "api-ca.cronofy.com", "app-ca.cronofy.com"),
        ("sg", "api-sg.cronofy.com", "app-sg.cronofy.com"),
    ],
)
def test_the_six_data_centers(identifier: str, api_host: str, app_host: str) -> None:
    """Each has the hosts that Cronofy documents; `us` has no suffix."""
    found = parse_data_center(identifier)

    assert found == DataCenter(identifier, f"https://{api_host}", f"https://{app_host}")
    assert found.is_real


def test_there_are_no_others() -> None:
    """The six of the test above are all."""
    assert len(DataCenterId) == 6


def test_case_and_spaces_do_not_matter() -> None:
    """A name is a name however it is typed."""
    assert parse_data_center(" UK ") == real_data_center(DataCenterId.UK)


def test_an_address_is_a_data_center_of_its_own() -> None:
    """A simulator elsewhere is named by its address; it serves API and pages, and is not one of Cronofy's."""
    found = parse_data_center("http://127.0.0.1:7080/")

    assert found == DataCenter("http://127.0.0.1:7080", "http://127.0.0.1:7080", "http://127.0.0.1:7080")
    assert not found.is_real


def test_an_address_may_have_a_path_and_a_name() -> None:
    """A path is kept, as behind a proxy; a name is shown instead of the address."""
    found = data_center_at("https://proxy.example/cronofy/", name="simulator")

    assert (found.name, found.api_url) == ("simulator", "https://proxy.example/cronofy")


@pytest.mark.parametrize(
    "value",
    [
        *("fr", "", "api.cronofy.com", "ftp://127.0.0.1", "http://", "http://me:secret@127.0.0.1"),
        *("http://[::1", "http://127.0.0.1:99999", "http://127.0.0.1:port"),
    ],
)
def test_anything_else_is_refused(value: str) -> None:
    """What names no data center is refused with what does."""
    with pytest.raises(WrongUsage, match="is not a data center") as caught:
        parse_data_center(value)

    assert "us, uk, de, au, ca, sg, simulator" in str(caught.value.hint)
