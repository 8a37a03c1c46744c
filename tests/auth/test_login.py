"""What a token says of itself while somebody signs in."""

from __future__ import annotations

import pytest

from cronofy_cli.auth.login import Server, is_personal
from cronofy_cli.core.accounts.data_centers import data_center_at
from tests.fakes.scripted_server import scripted_server


@pytest.mark.parametrize(("status", "expected"), [(200, False), (403, True), (401, False), (500, False), (429, False)])
def test_a_personal_token(status: int, expected: bool) -> None:
    """A token that may list no channels is one; any other failure says nothing, and is not tried again."""
    with scripted_server() as server:
        server.answer(status, json={"channels": []}, only_for="GET /v1/channels")

        found = is_personal(Server(data_center_at(server.url), "cronofy auth login"), "tok_1")

    assert found is expected
    assert [request.headers["Authorization"] for request in server.requests] == ["Bearer tok_1"]
