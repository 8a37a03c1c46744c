"""The table of Cronofy's calls."""

from __future__ import annotations

from cronofy_cli.simulator.operations import NOT_SIMULATED, PAGES, SIMULATED


def test_what_is_simulated_says_so() -> None:
    """Whoever lists the table sees of each call whether it is simulated, and no call stands in it twice."""
    calls = [*SIMULATED, *PAGES, *NOT_SIMULATED]

    assert [one.is_simulated for one in calls] == [*[True] * len((*SIMULATED, *PAGES)), *[False] * len(NOT_SIMULATED)]
    assert len({(one.method, one.path) for one in calls}) == len(calls)
