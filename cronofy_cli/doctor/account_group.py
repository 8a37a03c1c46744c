"""The checks that ask Cronofy: one group, because they share two calls and one connection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.checks import skipped
from cronofy_cli.core.notifications.ownership import KnownRuns
from cronofy_cli.doctor import account
from cronofy_cli.doctor.account import CHANNELS, CLOCK, check_channels, check_clock
from cronofy_cli.doctor.callback import callback_group
from cronofy_cli.doctor.runner import CheckGroup, GroupResult, failed_by
from cronofy_cli.errors import CronofyError
from cronofy_cli.evidence.account import AccountReader
from cronofy_cli.evidence.callback import callbacks_of

if TYPE_CHECKING:
    from cronofy_cli.core.checks import Check
    from cronofy_cli.evidence.account import OpenClient, Place
    from cronofy_cli.evidence.callback import Prober

_CALL_LIMIT_S: Final = 60.0
"""Above the client's own limits and retries, so that its words are shown first."""
_OF_THE_ACCOUNT: Final = (account.PROFILES, account.INITIAL_SYNC, CHANNELS)


@dataclass(frozen=True, slots=True)
class AccountChecks:
    """What the checks need that ask Cronofy."""

    open_client: OpenClient
    place: Place
    platform: str
    """A value of `sys.platform`, for the command that sets the clock."""
    prober: Prober
    known: KnownRuns = field(default_factory=KnownRuns)
    """The runs of `listen` on this machine."""

    def group(self) -> CheckGroup:
        """Return the checks that ask Cronofy; those of the channels' callback URLs follow up."""
        return CheckGroup(account.TOKEN, self._examine, limit_s=2 * _CALL_LIMIT_S)

    def _examine(self) -> GroupResult:
        reader = AccountReader(self.open_client, self.prober.clock, _CALL_LIMIT_S)
        userinfo = reader.userinfo()
        checks = (
            account.check_token(userinfo, self.place),
            account.check_data_center(userinfo, self.place),
            check_clock(reader.observer.ahead_s, self.place.data_center, platform=self.platform),
        )
        if isinstance(userinfo, CronofyError):
            return GroupResult((*checks, *_skip(_OF_THE_ACCOUNT, "the account could not be read")))
        channels = self._examine_channels(reader)
        profiles = (*account.check_profiles(userinfo), *account.check_initial_sync(userinfo))
        return GroupResult((*checks, *profiles, *channels.checks), channels.follow_up)

    def _examine_channels(self, reader: AccountReader) -> GroupResult:
        channels = reader.channels().result()
        if isinstance(channels, CronofyError):
            return GroupResult((failed_by(channels, CHANNELS),))
        callbacks = callbacks_of(channels, must_be_public=self.place.data_center.is_real)
        follow_up = tuple(callback_group(self.prober, callback) for callback in callbacks)
        return GroupResult((check_channels(channels, self.known),), follow_up)


def without_account(reason: str) -> tuple[Check, ...]:
    """Return the checks that ask Cronofy, skipped."""
    return _skip((account.TOKEN, CLOCK, *_OF_THE_ACCOUNT), reason)


def _skip(names: tuple[str, ...], reason: str) -> tuple[Check, ...]:
    return tuple(skipped(name, reason) for name in names)
