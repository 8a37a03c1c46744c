"""The simulator's choices: each has a range, and nothing beyond it gets in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.errors import WrongUsage
from cronofy_cli.simulator.world.settings import SimulatorSettings

CHOICES = {each.name: each.value for each in SimulatorSettings().choices()}
NONE_OF_ANY: tuple[object, ...] = (
    "",
    "-1",
    "-5",
    "nan",
    "inf",
    "-inf",
    "1e300",
    "-1e300",
    "9" * 5000,
    "many",
    None,
    [1],
    {},
    -1,
    1e300,
)


@pytest.mark.parametrize("name", CHOICES)
def test_every_choice_has_a_range(name: str) -> None:
    """What is no value of a choice is refused in words that name the choice and what it can be."""
    for value in NONE_OF_ANY:
        with pytest.raises(WrongUsage) as refusal:
            SimulatorSettings().with_choices({name: value})
        assert f"the choice '{name}' is " in refusal.value.message
        assert len(refusal.value.message) < 200


@pytest.mark.parametrize(("name", "value"), CHOICES.items())
def test_every_choice_takes_its_own_default(name: str, value: object) -> None:
    """As a value, and as the text that a command line has."""
    for written in (value, str(value), str(value).lower()):
        assert getattr(SimulatorSettings().with_choices({name: written}), name) == value


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("page_size", "0", "the choice 'page_size' is a whole number from 1 to 100000, not '0'"),
        ("page_size", "2.5", "the choice 'page_size' is a whole number from 1 to 100000, not '2.5'"),
        ("coalesce_window_s", "nan", "the choice 'coalesce_window_s' is a number from 0 to 86400, not 'nan'"),
        ("wrong_client_status", "200", "the choice 'wrong_client_status' is 400 or 401, not '200'"),
        ("body_layout", "wide", "the choice 'body_layout' is compact, spaced or escaped, not 'wide'"),
        ("invite_adds", "no", "the choice 'invite_adds' is true or false, not 'no'"),
    ],
)
def test_what_a_refusal_says(name: str, value: str, said: str) -> None:
    """The range, and what was given."""
    with pytest.raises(WrongUsage) as refusal:
        SimulatorSettings().with_choices({name: value})
    assert refusal.value.message == said


@pytest.mark.parametrize("name", ["pagesize", "client_id", "port", ""])
def test_what_is_no_choice(name: str) -> None:
    """A name that is none, or that of another setting, is refused with the way to those that there are."""
    with pytest.raises(WrongUsage) as refusal:
        SimulatorSettings().with_choices({name: 1})

    assert refusal.value.message == f"there is no choice '{name}'"
    assert refusal.value.hint == "cronofy simulator routes --choices"


@pytest.mark.parametrize(("extra", "shown"), [("", ""), ("y", "…")])
def test_what_is_shown_of_a_long_value(extra: str, shown: str) -> None:
    """A refusal does not grow with what was given: its beginning is enough."""
    with pytest.raises(WrongUsage, match=f", not '{'x' * 60}{shown}'$"):
        SimulatorSettings().with_choices({"page_size": "x" * 60 + extra})


@given(name=st.sampled_from(sorted(CHOICES)), value=st.text(max_size=8) | st.integers() | st.floats() | st.booleans())
def test_any_value_is_taken_or_refused(name: str, value: object) -> None:
    """Nothing else happens, and what is taken has the default's type."""
    try:
        settings = SimulatorSettings().with_choices({name: value})
    except WrongUsage:
        return
    assert type(getattr(settings, name)) is type(CHOICES[name])
