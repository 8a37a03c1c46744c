"""Where nothing is set up yet: what a newcomer reads first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.in_process import run_main

if TYPE_CHECKING:
    from tests.support import Cli


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("listen", "3000"), "not signed in to data center us"),
        (("check", "handler", "3000"), "no client secret is known"),
        (("trigger", "change", "3000"), "no client secret is known"),
        (("sign", "-"), "no client secret is known"),
    ],
)
def test_a_fresh_machine(arguments: tuple[str, ...], message: str, cli: Cli) -> None:
    """Where nothing is set up, the first error says how to sign in, and that it can be tried without an account."""
    result = run_main(cli, *arguments)

    assert result.exit_code == 4
    assert result.stderr.startswith(f"error: {message}\nhint: ")
    assert "cronofy auth login" in result.stderr
    assert "--data-center simulator" in result.stderr
