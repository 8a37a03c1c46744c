"""`cronofy listen`: what is typed wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.in_process import run_main

if TYPE_CHECKING:
    from tests.support import Cli


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--backlog", "foo"], "--backlog"),
        (["--forward-timeout", "abc"], "--forward-timeout"),
        (["--header", "no colon"], "header"),
        (["--forward", "http://"], "http://"),
        (["--ack", "app"], "--ack app"),
        (["--max-offline", "abc"], "--max-offline"),
        (["--timeout", "abc"], "--timeout"),
        (["--since", "abc"], "--since"),
        (["--only", "chnge"], "change"),
        (["--channel", " "], "--channel"),
        (["--where", "((("], "--where"),
        (["--public-url", "example.com"], "example.com"),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else "",
)
def test_nothing_starts_for_what_is_typed_wrong(words: list[str], named: str, cli: Cli) -> None:
    """A value that cannot be meant is refused before a simulator starts or somebody is asked to sign in."""
    for data_center in ("simulator", "us"):
        result = run_main(cli, "listen", "--data-center", data_center, *words)

        assert (result.exit_code, result.stdout) == (2, ""), result.stderr
        assert named in result.stderr
        assert "a simulator runs" not in result.stderr
