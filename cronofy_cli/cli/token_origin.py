"""Saying where the access token in use comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.adapters.environment import Variable

if TYPE_CHECKING:
    from cronofy_cli.cli.context import AppContext


def token_source(run: AppContext) -> str:
    """Return what a known access token comes from: a variable's name, a context, the running simulator."""
    if not run.environment_is_enough and run.account is not None and run.account.has_tokens:
        return f"context {run.account.context.name}"
    return "the running simulator" if run.is_simulator else Variable.ACCESS_TOKEN.value
