"""Two ways to follow a calendar, and one truth: what a full read says.

The first is the copy that `sync` keeps; the second knows nothing but the changes that are printed for notifications,
whichever of those are lost, late or doubled. Both are held to a simulator over HTTP, whatever its owner, its
application and its clock do.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import given, settings

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.event_cache import open_event_cache
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.core.api.sync_window import sync_window
from cronofy_cli.core.zones import find_zone
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN
from tests.simulator.receiver import receiving
from tests.support import Cli
from tests.sync.following import Follower, folded, in_window
from tests.sync.keeping import POSTGRES, ZONE, keeping
from tests.sync.owner import STEPS, Act, Burst, Edit, Fate, Owner, Turn, Write

if TYPE_CHECKING:
    from datetime import date

    from tests.postgres_server import PostgresServer
    from tests.sync.keeping import Keeping
    from tests.sync.owner import Step

SENTINEL = Edit(Act.ADD, 0, 0, 12)
"""An edit that Cronofy is sure to tell of: each burst has one, so that each burst has its notification."""


class Story:
    """One account, its owner, its copy, and its follower."""

    def __init__(self, account: Keeping, follower: Follower) -> None:
        self.account = account
        self.owner = Owner(account)
        self.follower = follower
        self.account.synced()

    def tell(self, step: Step) -> None:
        """Let one thing happen."""
        match step:
            case Burst():
                self._burst(step)
            case Write():
                self.owner.writes(step)
            case Turn():
                self.account.clock.turn(days=step.days, seconds=step.seconds)
                self.follower.read_edge()
            case _:
                self.sync()

    def sync(self) -> None:
        """Bring the copy up to date: it is what a full read says."""
        self.account.synced()
        assert self.account.copied() == self.account.truth()

    def end(self) -> None:
        """One more notification arrives, and what was put off is worked on."""
        self._burst(Burst([], Fate.ARRIVES))
        self.follower.catch_up()

    def _burst(self, burst: Burst) -> None:
        self.follower.expect(burst.fate)
        for edit in (*burst.edits, SENTINEL):
            self.owner.does(edit)
        # The simulated clock stands still, so whatever waits for further changes is sent now and not before.
        self.account.clock.turn(seconds=1)
        self.follower.meet(self.follower.await_notification(), burst.fate)


def tell(stack: ExitStack, steps: list[Step], database: str | None = None) -> Story:
    """Tell a story from its beginning to its end; with `database` the copy is there."""
    cli = Cli(Path(stack.enter_context(TemporaryDirectory())))
    # No attempt is repeated because time passes: a lost notification comes with the next one, or not at all.
    account = stack.enter_context(keeping(cli, lambda: database or "", coalesce_window_s=0.01, retry_scale=1e6))
    account.out = "calendar.db" if database is None else POSTGRES
    client = stack.enter_context(ApiClient(data_center_at(account.url), ACCESS_TOKEN))

    def today() -> date:
        return account.clock.now.date()

    cache = stack.enter_context(open_event_cache("simulator", "acc", cli.environment, today=today))
    story = Story(account, Follower(account, client, cache, stack.enter_context(receiving())))
    for step in steps:
        story.tell(step)
    story.end()
    return story


@settings(max_examples=12)
@given(STEPS)
def test_the_copy_and_the_printed_changes_are_true(steps: list[Step]) -> None:
    """After any edits, writes and days, however notifications fare, copy and folded changes equal a full read."""
    with ExitStack() as stack:
        story = tell(stack, steps)
        truth = story.account.truth()
        window = sync_window(story.account.clock.now.astimezone(find_zone(ZONE)).date())

        story.sync()
        assert in_window(folded(story.follower.lines), window) == in_window(truth, window)


@settings(max_examples=6)
@given(STEPS)
def test_a_copy_in_a_database_is_true(postgres_server: PostgresServer, steps: list[Step]) -> None:
    """After any edits, writes and days, a copy in PostgreSQL equals a full read, too."""
    with ExitStack() as stack:
        tell(stack, steps, postgres_server.url(postgres_server.new_database())).sync()
