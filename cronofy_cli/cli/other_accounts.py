"""Runs for other accounts than the one that the command line chose: each may be used by a thread of its own.

They have the same options, and write to the same output. Whoever makes one closes its `resources`.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.environment import Variable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.adapters.api.tokens import AccessTokens
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.cli.flags import Flags
    from cronofy_cli.core.accounts.contexts import Context

_SHARED: Final = ("output", "running_simulators", "simulator")
"""What does not follow from whose account it is."""


def run_of_context(run: AppContext, context: Context) -> AppContext:
    """Return a run for a context's account, whatever token the environment has."""
    environment = {name: value for name, value in run.environment.items() if name != Variable.ACCESS_TOKEN}
    return _beside(run, environment, replace(run.flags, context=context.name, data_center=context.data_center))


def run_with_tokens(run: AppContext, tokens: AccessTokens) -> AppContext:
    """Return a run for an account that no context knows, at the same data center."""
    beside = _beside(run, run.environment, run.flags)
    beside.__dict__ |= {"tokens": tokens, "data_center": run.data_center}
    return beside


def _beside(run: AppContext, environment: Mapping[str, str], flags: Flags) -> AppContext:
    beside = replace(run, environment=environment, flags=flags, resources=ExitStack(), _warned=set())
    beside.__dict__ |= {name: run.__dict__[name] for name in _SHARED if name in run.__dict__}
    return beside
