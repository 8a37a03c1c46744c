"""Commands of ours that messages name."""

from __future__ import annotations

import shlex

from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.command_line import own_command


def test_the_options_stand_last() -> None:
    """What was chosen for the run that tells of it is chosen again."""
    command = own_command(("channels", "close", "chn_1"), ("--data-center", "uk", "--context", "my team"))

    assert command == "cronofy channels close chn_1 --data-center uk --context 'my team'"


@given(words=st.lists(st.text(min_size=1)))
def test_nothing_from_outside_can_act_in_a_shell(words: list[str]) -> None:
    """Whatever a word holds, a shell takes it as that one word."""
    assert shlex.split(own_command(words)) == ["cronofy", *words]
