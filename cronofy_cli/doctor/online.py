"""What Cronofy tells about the account: one group, because its checks share two calls and one connection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.accounts.data_centers import SIMULATOR
from cronofy_cli.core.checks import skipped
from cronofy_cli.core.notifications.ownership import KnownRuns
from cronofy_cli.doctor import account
from cronofy_cli.doctor.channels import CHANNELS, callbacks_of, check_channels
from cronofy_cli.doctor.clock import CLOCK, ClockObserver, check_clock
from cronofy_cli.doctor.runner import Group, Outcome, failed_by
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.adapters.api.exchanges import Exchange
    from cronofy_cli.core.accounts.calendars import UserInfo
    from cronofy_cli.core.checks import Check
    from cronofy_cli.doctor.account import Place
    from cronofy_cli.doctor.callback_group import Probing

_LIMIT_S: Final = 60.0
"""Above the client's own limits and retries, so that their words are heard first."""
_OF_THE_ACCOUNT: Final = (account.PROFILES, account.INITIAL_SYNC, CHANNELS)


@dataclass(frozen=True, slots=True)
class Online:
    """What the checks need that ask Cronofy."""

    open_client: Callable[[Callable[[Exchange], None]], ApiClient]
    """Makes a client that tells of its exchanges. Whoever gave it closes the client."""
    place: Place
    clock: Callable[[], datetime]
    platform: str
    """A value of `sys.platform`, for the command that sets the clock."""
    probing: Probing
    known: KnownRuns = field(default_factory=KnownRuns)
    """The runs of `listen` on this machine."""

    def group(self) -> Group:
        """Return the checks that ask Cronofy; those of the channels' callback URLs follow up."""
        return Group(account.TOKEN, self._examine, limit_s=_LIMIT_S)

    def _examine(self) -> Outcome:
        observer = ClockObserver(self.clock)
        client = self.open_client(observer)
        answer = _ask(client)
        checks: tuple[Check, ...] = (
            account.check_token(answer, self.place),
            account.check_data_center(answer, self.place),
            check_clock(
                observer.ahead_s,
                platform=self.platform,
                is_simulator=self.place.data_center.name == SIMULATOR,
            ),
        )
        if isinstance(answer, CronofyError):
            return Outcome((*checks, *_skip(_OF_THE_ACCOUNT, "the account could not be read")))
        checks += (*account.check_profiles(answer), *account.check_initial_sync(answer))
        channels = self._examine_channels(client)
        return Outcome((*checks, *channels.checks), channels.follow_up)

    def _examine_channels(self, client: ApiClient) -> Outcome:
        from cronofy_cli.adapters.api import endpoints

        try:
            channels = endpoints.list_channels(client)
        except CronofyError as error:
            return Outcome((failed_by(error, CHANNELS),))
        callbacks = callbacks_of(channels, must_be_public=self.place.data_center.is_real)
        return Outcome((check_channels(channels, self.known),), tuple(map(self.probing.group, callbacks)))


def without_account(reason: str) -> tuple[Check, ...]:
    """Return the checks that ask Cronofy, skipped."""
    return _skip((account.TOKEN, CLOCK, *_OF_THE_ACCOUNT), reason)


def _ask(client: ApiClient) -> UserInfo | CronofyError:
    from cronofy_cli.adapters.api import endpoints

    try:
        return endpoints.userinfo(client)
    except CronofyError as error:
        return error


def _skip(names: tuple[str, ...], reason: str) -> tuple[Check, ...]:
    return tuple(skipped(name, reason) for name in names)
