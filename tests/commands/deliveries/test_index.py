"""`cronofy deliveries index`, and what `--search` says about what is not indexed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.commands.deliveries import list as listing
from tests.samples import make_delivery

if TYPE_CHECKING:
    from tests.commands.conftest import Record, Run


@pytest.fixture
def many(record: Record) -> None:
    """Two hundred deliveries, one of them with a text of its own."""
    record(*(make_delivery(number, b'{"note":"findable"}' if number == 7 else b"{}") for number in range(1, 201)))


def test_index(many: None, run: Run) -> None:
    """What is indexed is counted once, the newest few are left, and a search finds the same before and after."""
    before = run("deliveries", "list", "--search", "findable")

    assert run("deliveries", "index", "--json").json == {"indexed": 192, "not_indexed": 8}
    assert run("deliveries", "index").lines == ["0 deliveries indexed; the newest 8 are searched without it"]
    after = run("deliveries", "list", "--search", "findable")
    assert after == before
    assert [line.split("\t")[0] for line in after.lines] == ["7"]


def test_a_slow_search_says_so(many: None, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever searches many deliveries without an index hears of the command that makes one, and nothing afterwards."""
    monkeypatch.setattr(listing, "_WORTH_INDEXING", 100)

    slow = run("deliveries", "list", "--search", "findable")
    run("deliveries", "index")
    quick = run("deliveries", "list", "--search", "findable")

    assert "200 deliveries were searched one by one" in slow.stderr
    assert "cronofy deliveries index" in slow.stderr
    assert (quick.stdout, quick.stderr) == (slow.stdout, "")
