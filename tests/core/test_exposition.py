"""Metrics as text, read back by Prometheus' own parser."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as some
from prometheus_client.parser import text_string_to_metric_families as parse

from cronofy_cli.core.exposition import Family, Histogram, Sample, exposition

WORDS = some.text(string.printable + 'é\\\n"{}=,#😀', max_size=20)


def parsed(*families: Family) -> list[tuple[str, str, str, list[tuple[str, dict[str, str], float]]]]:
    """Return what the parser finds."""
    return [
        (
            family.name,
            family.type,
            family.documentation,
            [(each.name, each.labels, each.value) for each in family.samples],
        )
        for family in parse(exposition(families).decode())
    ]


@given(some.floats(allow_nan=False, allow_infinity=False), WORDS, WORDS)
def test_every_text_comes_back(value: float, label: str, meaning: str) -> None:
    """Whatever stands in a label or a meaning, and any number, is read back as it is."""
    # The parser takes the spaces around a meaning for its own, and carriage returns for ends of lines.
    meaning = meaning.replace("\r", "").strip() or "m"
    label = label.replace("\r", "").replace("\v", "").replace("\f", "")
    family = Family("cronofy_x", "gauge", meaning, (Sample(value, {"label": label}),))

    assert parsed(family) == [("cronofy_x", "gauge", meaning, [("cronofy_x", {"label": label}, value)])]


def test_text_that_is_not_utf_8() -> None:
    """What cannot be encoded stands as a question mark, and the rest is there."""
    family = Family("cronofy_x", "gauge", "m", (Sample(1, {"label": "a\udcff"}),))

    assert exposition([family]).decode().splitlines()[-1] == 'cronofy_x{label="a?"} 1'


def test_a_histogram() -> None:
    """Each bucket counts what is not larger than its bound, and what is smaller; the last one counts everything."""
    histogram = Histogram((0.25, 1.0))
    for value in (0.25, 0.1, 0.5, 7.0):
        histogram.observe(value)
    samples = tuple(histogram.samples({"target": "a:1"}))

    [(name, kind, _, found)] = parsed(Family("cronofy_x_seconds", "histogram", "m", samples))

    assert (name, kind) == ("cronofy_x_seconds", "histogram")
    assert found == [
        ("cronofy_x_seconds_bucket", {"target": "a:1", "le": "0.25"}, 2.0),
        ("cronofy_x_seconds_bucket", {"target": "a:1", "le": "1"}, 3.0),
        ("cronofy_x_seconds_bucket", {"target": "a:1", "le": "+Inf"}, 4.0),
        ("cronofy_x_seconds_sum", {"target": "a:1"}, 7.85),
        ("cronofy_x_seconds_count", {"target": "a:1"}, 4.0),
    ]


def test_a_family_without_values() -> None:
    """What has no value yet is named, and nothing is made up."""
    assert exposition([Family("cronofy_x", "gauge", "m", ())]) == b"# HELP cronofy_x m\n# TYPE cronofy_x gauge\n"
