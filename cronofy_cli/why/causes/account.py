"""Causes that lie with the account: its token, its profiles, their first sync."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.accounts.calendars import UserInfo
from cronofy_cli.errors import NotAllowed, NotSignedIn
from cronofy_cli.why.causes.events import delivery_of
from cronofy_cli.why.conclusion import CauseCode, Likelihood, ProbableCause
from cronofy_cli.why.evidence import or_empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.accounts.calendars import Profile
    from cronofy_cli.why.evidence import Evidence

_PAYMENT_REQUIRED: Final = 402
_READING: Final = frozenset(
    {"read_events", "read_only", "read_write", "free_busy", "free_busy_write", "read_free_busy", "list_calendars"}
)
"""Any of these reads calendars; which one channels need is not documented."""
_SERVICE_ACCOUNT: Final = "service_account"
_WAIT: Final = ("listen", "--only", "profile_initial_sync_completed", "--count", "1")


def token_rejected(evidence: Evidence) -> Iterator[ProbableCause]:
    """Cronofy does not know the token: with the authorization gone, its channels may be gone too."""
    if not isinstance(evidence.account, NotSignedIn) or evidence.access.token_source is None:
        return
    place = evidence.access.place
    yield ProbableCause(
        CauseCode.TOKEN_REJECTED,
        Likelihood.LIKELY,
        f"data center {place.data_center.name} does not recognise the access token: it was revoked or has expired, or "
        "belongs to another data center or application",
        evidence.command("auth", "login"),
        (("response", evidence.account.message), ("token_source", evidence.access.token_source), *_place(evidence)),
    )


def channels_not_allowed(evidence: Evidence) -> Iterator[ProbableCause]:
    """The token is known but may have no channels: a personal one, too small a scope, or too small a plan."""
    if not isinstance(evidence.channels, NotAllowed) or not isinstance(evidence.account, UserInfo):
        return
    scope = evidence.account.scope or ""
    seen = (("response", evidence.channels.message), ("scope", scope))
    if evidence.channels_status == _PAYMENT_REQUIRED:
        code, sentence = (
            CauseCode.PLAN_WITHOUT_NOTIFICATIONS,
            "the application's plan does not include push notifications",
        )
        hint = f"change the plan at {evidence.access.place.data_center.app_url}"
    elif _READING.isdisjoint(scope.split()):
        code, sentence = CauseCode.SCOPE_MISSING, "the access token has no scope that reads calendars"
        hint = evidence.command("auth", "login", "--scope", "read_account list_calendars read_events")
    else:
        code = CauseCode.PERSONAL_TOKEN
        sentence = "channels are not allowed although the scope reads calendars, as with every personal token"
        hint = f"sign in through an application: {evidence.command('auth', 'login')}"
    yield ProbableCause(code, Likelihood.CERTAIN, sentence, hint, seen)


def service_account(evidence: Evidence) -> Iterator[ProbableCause]:
    """The token is a service account's, which has no calendars of its own."""
    account = evidence.account
    if isinstance(account, UserInfo) and account.type == _SERVICE_ACCOUNT:
        yield ProbableCause(
            CauseCode.SERVICE_ACCOUNT,
            Likelihood.LIKELY,
            "the access token is a service account's, and channels belong to the accounts that it gives access to",
            "use the access token of one of them: cronofy auth login --access-token-file FILE",
            (("account_type", _SERVICE_ACCOUNT), ("sub", account.sub)),
        )


def no_profile(evidence: Evidence) -> Iterator[ProbableCause]:
    """No calendar account is connected."""
    account = evidence.account
    if isinstance(account, UserInfo) and account.type != _SERVICE_ACCOUNT and not account.profiles:
        yield ProbableCause(
            CauseCode.NO_PROFILE,
            Likelihood.CERTAIN,
            "no profile is connected to this account, so there are no calendars whose changes could be notified",
            f"let the account's owner connect a calendar: {evidence.command('auth', 'login')}",
            (("sub", account.sub),),
        )


def profile_disconnected(evidence: Evidence) -> Iterator[ProbableCause]:
    """A profile lost its connection: changes in its calendars are not noticed."""
    for profile in _profiles(evidence):
        if profile.profile_connected or not _matters(evidence, {profile.profile_id}):
            continue
        url = profile.profile_relink_url
        yield ProbableCause(
            CauseCode.PROFILE_DISCONNECTED,
            Likelihood.CERTAIN if _is_alone(evidence, profile) else Likelihood.LIKELY,
            f"{_named(profile)} is disconnected: changes in its calendars are not notified",
            f"let its owner reconnect it at {url}" if url else evidence.command("auth", "login"),
            (("profile_connected", "false"), *((("profile_relink_url", url),) if url else ())),
            profile.profile_id,
        )


def initial_sync_incomplete(evidence: Evidence) -> Iterator[ProbableCause]:
    """A profile is not synced for the first time yet (docs: /developers/api/identity/userinfo/)."""
    for profile in _profiles(evidence):
        is_late = profile.profile_connected and profile.profile_initial_sync_required
        if is_late and _matters(evidence, {profile.profile_id}):
            yield ProbableCause(
                CauseCode.INITIAL_SYNC_INCOMPLETE,
                Likelihood.LIKELY,
                f"the first sync of {_named(profile)} is not complete: until then its changes may not be notified",
                f"wait for it: {evidence.command(*_WAIT)}",
                (("profile_initial_sync_required", "true"),),
                profile.profile_id,
            )


def _profiles(evidence: Evidence) -> tuple[Profile, ...]:
    return evidence.account.profiles if isinstance(evidence.account, UserInfo) else ()


def _named(profile: Profile) -> str:
    return f"the profile {profile.profile_name} ({profile.provider_name})"


def _matters(evidence: Evidence, profile_ids: set[str]) -> bool:
    """Whether the asked event, or what the examined channels may notify, is in calendars of these profiles."""
    owners = evidence.profile_of
    event = evidence.asked_event
    if event is not None:
        is_in = owners.get(event.calendar_id) in {None, *profile_ids}
        return is_in and delivery_of(evidence, event) is None
    channels = evidence.examined
    return not channels or any(
        not channel.calendar_ids or any(owners.get(each) in {None, *profile_ids} for each in channel.calendar_ids)
        for channel in channels
    )


def _is_alone(evidence: Evidence, profile: Profile) -> bool:
    """Whether everything that is asked about is in calendars of this profile, or of other disconnected ones."""
    if evidence.asked_event is not None:
        return evidence.profile_of.get(evidence.asked_event.calendar_id) == profile.profile_id
    connected = {each.profile_id for each in _profiles(evidence) if each.profile_connected}
    calendars = [each for each in or_empty(evidence.calendars) if not each.calendar_deleted]
    filters = [set(channel.calendar_ids) for channel in evidence.examined] or [set()]
    return bool(calendars) and not any(
        calendar.profile_id in connected and (not chosen or calendar.calendar_id in chosen)
        for chosen in filters
        for calendar in calendars
    )


def _place(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    place = evidence.access.place
    return (("data_center", f"{place.data_center.name}, from {place.origin}"),)
