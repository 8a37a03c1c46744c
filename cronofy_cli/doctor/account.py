"""Is the account usable: signed in, token accepted, clocks alike, profiles connected and synced, room for channels.

The clock matters because tokens expire by it, `changes_since` is compared with it, and certificates are judged by it.
A token is only ever sent to the configured data center: trying it elsewhere would give it away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.accounts.data_centers import SIMULATOR
from cronofy_cli.core.checks import Check, CheckState, passed, skipped
from cronofy_cli.core.durations import in_words
from cronofy_cli.core.notifications.ownership import Owner, owner_of
from cronofy_cli.errors import NotSignedIn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.core.accounts.calendars import Profile, UserInfo
    from cronofy_cli.core.accounts.data_centers import DataCenter
    from cronofy_cli.core.checks import Facts
    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.core.notifications.ownership import KnownRuns
    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.errors import CronofyError
    from cronofy_cli.evidence.account import Place

SIGNED_IN: Final = "signed_in"
CLIENT_SECRETS: Final = "client_secrets"
TOKEN: Final = "token"  # noqa: S105 - a name, not a value
DATA_CENTER: Final = "data_center"
PROFILES: Final = "profiles"
INITIAL_SYNC: Final = "initial_sync"
CLOCK: Final = "clock"
WARN_ABOVE_S: Final = 30.0
FAIL_ABOVE_S: Final = 300.0
_COMMANDS: Final = {
    "linux": "sudo timedatectl set-ntp true",
    "darwin": "sudo sntp -sS time.apple.com",
    "win32": "w32tm /resync",
}
CHANNELS: Final = "channels"
MOST_CHANNELS: Final = 128
"""Per account (docs: /developers/api/push-notifications/create-channel/)."""
_MANY: Final = 100


def check_signed_in(source: str | None, place: Place) -> Check:
    """Say whether an access token is known, and where from: `source`, None if there is none."""
    name = place.data_center.name
    if source is not None:
        return passed(SIGNED_IN, f"an access token for the data center {name}, from {source}")
    return Check(
        SIGNED_IN,
        CheckState.FAILED,
        f"no access token is known for the data center {name}",
        code="not_signed_in",
        meaning="commands that call Cronofy fail; verify, sign and the simulator work",
        hint=place.sign_in_command,
    )


def check_client_secrets(client_secrets: Sequence[ClientSecret]) -> Check:
    """Say which client secrets are known, by their labels."""
    if client_secrets:
        labels = ", ".join(secret.label for secret in client_secrets)
        return passed(CLIENT_SECRETS, f"{len(client_secrets)} known: {labels}")
    return Check(
        CLIENT_SECRETS,
        CheckState.WARNING,
        "no client secret is known",
        code="no_client_secret",
        meaning="notifications cannot be verified, so listen does not forward them",
        hint="cronofy auth secret add LABEL --client-secret-file FILE",
    )


def check_token(userinfo: UserInfo | CronofyError, place: Place) -> Check:
    """Say whether Cronofy accepts the token."""
    evidence = _evidence(place)
    if not isinstance(userinfo, Exception):
        finding = f"accepted for {userinfo.email or userinfo.name or userinfo.sub}"
        return passed(TOKEN, finding, evidence=(("sub", userinfo.sub), ("scope", userinfo.scope or ""), *evidence))
    if isinstance(userinfo, NotSignedIn):
        meaning = "it has expired, was revoked, or belongs to another data center or application"
        hint = place.sign_in_command
    else:
        meaning, hint = "nothing that needs the account could be checked", userinfo.hint or ""
    return Check(TOKEN, CheckState.FAILED, userinfo.message, "", userinfo.code, meaning, hint, evidence)


def check_data_center(userinfo: UserInfo | CronofyError, place: Place) -> Check:
    """Say which data center is configured and by what, and whether it may be the wrong one."""
    known_as = dict.fromkeys((place.data_center.name, place.data_center.api_url))
    finding = f"{', '.join(known_as)}, from {place.origin}"
    if not isinstance(userinfo, NotSignedIn):
        return passed(DATA_CENTER, finding, evidence=_evidence(place))
    return Check(
        DATA_CENTER,
        CheckState.WARNING,
        finding,
        code="data_center_in_doubt",
        meaning="a token works only in the data center that issued it, and this one rejected it",
        hint="use the one that your application is in: --data-center us, uk, de, au, ca or sg",
        evidence=_evidence(place),
    )


def check_profiles(info: UserInfo) -> tuple[Check, ...]:
    """Say which profiles are disconnected, and where their owner reconnects each."""
    if not info.profiles:
        return (
            Check(
                PROFILES,
                CheckState.WARNING,
                "no profile is connected to this account",
                code="no_profile",
                meaning="there are no calendars, so no notification is sent",
                hint="let the account's owner connect a calendar: cronofy auth login",
            ),
        )
    lost = tuple(_disconnected(profile) for profile in info.profiles if not profile.profile_connected)
    return lost or (passed(PROFILES, f"{len(info.profiles)} connected", evidence=_profiles(info.profiles)),)


def check_initial_sync(info: UserInfo) -> tuple[Check, ...]:
    """Say which connected profiles are not synced for the first time yet (docs: /developers/api/identity/userinfo/)."""
    connected = [profile for profile in info.profiles if profile.profile_connected]
    late = tuple(_not_synced(profile) for profile in connected if profile.profile_initial_sync_required)
    if late:
        return late
    if not connected:
        return (skipped(INITIAL_SYNC, "no profile is connected"),)
    profiles = "1 profile" if len(connected) == 1 else f"{len(connected)} profiles"
    return (passed(INITIAL_SYNC, f"complete for {profiles}"),)


def check_clock(ahead_s: float | None, data_center: DataCenter, *, platform: str) -> Check:
    """Judge the difference; None where no response had a date. A simulator's clock is changed on purpose."""
    if ahead_s is None:
        return skipped(CLOCK, "no response from Cronofy had a date")
    off_s = abs(ahead_s)
    evidence = (("ahead_s", f"{ahead_s:.1f}"),)
    if off_s <= WARN_ABOVE_S:
        return passed(CLOCK, f"within {max(off_s, 1):.0f} s of Cronofy's", evidence=evidence)
    if data_center.name == SIMULATOR:
        return passed(CLOCK, f"{in_words(off_s)} from the simulator's, which was changed", evidence=evidence)
    if not data_center.is_real:
        finding = f"{in_words(off_s)} from that of {data_center.api_url}, as after 'simulator clock'"
        return passed(CLOCK, finding, evidence=evidence)
    return Check(
        CLOCK,
        CheckState.FAILED if off_s > FAIL_ABOVE_S else CheckState.WARNING,
        f"{in_words(off_s)} {'ahead of' if ahead_s > 0 else 'behind'} Cronofy's",
        code="clock_skew",
        meaning="tokens seem to expire at the wrong moment, and times that you compare with changes_since are wrong",
        hint=_COMMANDS.get(platform, "let the operating system set the clock from the network"),
        evidence=evidence,
    )


def check_channels(channels: Sequence[Channel], known: KnownRuns) -> Check:
    """Say how many channels are open of those that an account may have, and which are ours and left behind."""
    number = len(channels)
    owners = [owner_of(channel, known) for channel in channels]
    ours = sum(owner in {Owner.OURS, Owner.CREATED, Owner.STALE} for owner in owners)
    finding = f"{number} of {MOST_CHANNELS} open" + (f", {ours} opened by this machine" if ours else "")
    if stale := owners.count(Owner.STALE):
        return Check(
            CHANNELS,
            CheckState.WARNING,
            f"{finding}, {stale} left behind by a run that was killed",
            code="stale_channels",
            meaning="Cronofy keeps trying them for 24 hours, and they count towards the limit",
            hint="cronofy channels prune",
        )
    if not number:
        return passed(CHANNELS, finding, hint="open one and receive on this machine: cronofy listen")
    if number < _MANY:
        return passed(CHANNELS, finding, evidence=_channels(channels))
    return Check(
        CHANNELS,
        CheckState.WARNING,
        finding,
        code="many_channels",
        meaning="at the limit no channel can be created; Cronofy recommends one per account",
        hint="close those that are not needed: cronofy channels list, cronofy channels close CHANNEL_ID",
    )


def _disconnected(profile: Profile) -> Check:
    address = profile.profile_relink_url
    return Check(
        PROFILES,
        CheckState.FAILED,
        f"{profile.profile_name} ({profile.provider_name}) is disconnected",
        subject=profile.profile_id,
        code="profile_disconnected",
        meaning="its calendars are not synced, and their changes are not notified",
        hint=f"let its owner reconnect it at {address}" if address else "cronofy auth login",
        evidence=(("profile_relink_url", address),) if address else (),
    )


def _not_synced(profile: Profile) -> Check:
    return Check(
        INITIAL_SYNC,
        CheckState.WARNING,
        f"the first sync of {profile.profile_name} ({profile.provider_name}) is not complete",
        subject=profile.profile_id,
        code="initial_sync_required",
        meaning="its events are incomplete until Cronofy sends profile_initial_sync_completed",
        hint="wait for it: cronofy listen --only profile_initial_sync_completed --count 1",
    )


def _evidence(place: Place) -> Facts:
    data_center = place.data_center
    return (("data_center", data_center.name), ("api_url", data_center.api_url), ("origin", place.origin))


def _profiles(profiles: Sequence[Profile]) -> Facts:
    return tuple(
        ("profile", f"{profile.profile_id} {profile.profile_name} ({profile.provider_name})") for profile in profiles
    )


def _channels(channels: Sequence[Channel]) -> Facts:
    return tuple(("channel", f"{channel.channel_id} {channel.callback_url}") for channel in channels)
