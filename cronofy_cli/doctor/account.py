"""Is the account usable: signed in, token accepted, profiles connected and synced. One call of UserInfo tells.

A token is only ever sent to the configured data center: trying it elsewhere would give it away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.checks import Check, CheckState, passed, skipped
from cronofy_cli.errors import NotSignedIn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.core.accounts.calendars import Profile, UserInfo
    from cronofy_cli.core.accounts.data_centers import DataCenter
    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.errors import CronofyError

SIGNED_IN: Final = "signed_in"
CLIENT_SECRETS: Final = "client_secrets"
TOKEN: Final = "token"  # noqa: S105 - a name, not a value
DATA_CENTER: Final = "data_center"
PROFILES: Final = "profiles"
INITIAL_SYNC: Final = "initial_sync"


@dataclass(frozen=True, slots=True)
class Place:
    """The data center that is configured, and what configured it."""

    data_center: DataCenter
    origin: str
    """Such as `--data-center` or a variable's name."""

    @property
    def sign_in_command(self) -> str:
        """What signs in there."""
        return f"cronofy auth login --data-center {self.data_center.name}"


def check_signed_in(source: str | None, place: Place) -> Check:
    """Say whether an access token is known, and where from: `source`, None if there is none."""
    name = place.data_center.name
    if source is not None:
        return passed(SIGNED_IN, f"an access token for the data center {name}, from {source}")
    return Check(
        SIGNED_IN,
        CheckState.FAILED,
        f"no access token is known for the data center {name}",
        cause="not_signed_in",
        meaning="commands that call Cronofy fail; verify, sign and the simulator work",
        remedy=place.sign_in_command,
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
        cause="no_client_secret",
        meaning="whether Cronofy sent a notification cannot be told, and listen passes none on",
        remedy="cronofy auth secret add",
    )


def check_token(answer: UserInfo | CronofyError, place: Place) -> Check:
    """Say whether Cronofy takes the token; `answer` is that of UserInfo."""
    evidence = _evidence(place)
    if not isinstance(answer, Exception):
        finding = f"accepted for {answer.email or answer.name or answer.sub}"
        return passed(TOKEN, finding, evidence=(("sub", answer.sub), ("scope", answer.scope or ""), *evidence))
    if isinstance(answer, NotSignedIn):
        meaning = "it has expired, was revoked, or belongs to another data center or application"
        remedy = place.sign_in_command
    else:
        meaning, remedy = "nothing that needs the account could be checked", answer.hint or ""
    return Check(
        TOKEN,
        CheckState.FAILED,
        answer.message,
        cause=answer.code,
        meaning=meaning,
        remedy=remedy,
        evidence=evidence,
    )


def check_data_center(answer: UserInfo | CronofyError, place: Place) -> Check:
    """Say which data center is configured and by what, and whether it may be the wrong one."""
    finding = f"{place.data_center.name}, {place.data_center.api_url}, from {place.origin}"
    if not isinstance(answer, NotSignedIn):
        return passed(DATA_CENTER, finding, evidence=_evidence(place))
    return Check(
        DATA_CENTER,
        CheckState.WARNING,
        finding,
        cause="perhaps_wrong",
        meaning="a token works only in the data center that issued it, and this one refused it",
        remedy="name the one that your application is in: --data-center us, uk, de, au, ca or sg",
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
                cause="no_profile",
                meaning="there are no calendars, so nothing can change in them",
                remedy="let the account's owner connect a calendar: cronofy auth login",
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
    return (passed(INITIAL_SYNC, f"done for {len(connected)} profiles"),)


def _disconnected(profile: Profile) -> Check:
    address = profile.profile_relink_url
    return Check(
        PROFILES,
        CheckState.FAILED,
        f"{profile.profile_name} ({profile.provider_name}) is disconnected",
        subject=profile.profile_id,
        cause="profile_disconnected",
        meaning="its calendars are not synced, and no change in them is notified",
        remedy=f"its owner reconnects it at {address}" if address else "cronofy auth login",
        evidence=(("profile_relink_url", address),) if address else (),
    )


def _not_synced(profile: Profile) -> Check:
    return Check(
        INITIAL_SYNC,
        CheckState.WARNING,
        f"the first sync of {profile.profile_name} ({profile.provider_name}) is not done",
        subject=profile.profile_id,
        cause="initial_sync_required",
        meaning="its events are incomplete until Cronofy sends profile_initial_sync_completed",
        remedy="wait for it: cronofy listen --only profile_initial_sync_completed --count 1",
    )


def _evidence(place: Place) -> tuple[tuple[str, str], ...]:
    return (
        ("data_center", place.data_center.name),
        ("api_url", place.data_center.api_url),
        ("origin", place.origin),
    )


def _profiles(profiles: Sequence[Profile]) -> tuple[tuple[str, str], ...]:
    return tuple((profile.profile_id, f"{profile.profile_name} ({profile.provider_name})") for profile in profiles)
