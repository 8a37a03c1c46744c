"""What Cronofy tells about the account, from a real HTTP server with scripted answers."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.api.retries import RetryPolicy
from cronofy_cli.adapters.api.tokens import FixedToken
from cronofy_cli.adapters.callback_probe import ProbeLimits
from cronofy_cli.core.accounts.data_centers import DataCenter
from cronofy_cli.core.checks import CheckState
from cronofy_cli.core.notifications.ownership import KnownRuns
from cronofy_cli.doctor.account import check_channels, check_client_secrets, check_signed_in
from cronofy_cli.doctor.account_group import AccountChecks, without_account
from cronofy_cli.doctor.runner import run_groups
from cronofy_cli.evidence.account import Place
from cronofy_cli.evidence.callback import Prober
from tests.fakes.scripted_server import scripted_server
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.api.exchanges import Exchange
    from cronofy_cli.core.checks import Check
    from tests.fakes.scripted_server import ScriptedServer

TOKEN = "tok_MyVerySecretAccessToken"
RELINK = "https://app.cronofy.com/relink/apple?email=example@cronofy.com"
NOW = datetime.now(UTC)


def profile(name: str, **fields: object) -> dict[str, object]:
    """Return a profile as UserInfo holds it."""
    return {
        "provider_name": "google",
        "profile_id": f"pro_{name}",
        "profile_name": f"{name}@example.com",
        "profile_connected": True,
        "profile_initial_sync_required": False,
    } | fields


def userinfo(*profiles: dict[str, object]) -> dict[str, Any]:
    """Return an answer of UserInfo."""
    return {
        "sub": "acc_1",
        "email": "jane@example.com",
        "cronofy.data": {"authorization": {"scope": "read_write"}, "profiles": list(profiles)},
    }


def examine(url: str, *, name: str = "uk") -> dict[str, list[Check]]:
    """Run the checks against a server that stands for a data center, and return them by their names."""
    opened: list[ApiClient] = []

    def open_client(observe: Callable[[Exchange], None]) -> ApiClient:
        opened.append(
            ApiClient(place.data_center, FixedToken(TOKEN), observe=observe, retry_policy=RetryPolicy(attempts=1))
        )
        return opened[-1]

    place = Place(DataCenter(name, url, url), "CRONOFY_DATA_CENTER")
    prober = Prober(
        trust=lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        clock=lambda: NOW,
        limits=ProbeLimits(connect_s=60, answer_s=60, slow_s=60),
    )
    checks = AccountChecks(open_client, place, "linux", prober)
    found: dict[str, list[Check]] = {}
    for check in run_groups([checks.group()]):
        found.setdefault(check.name, []).append(check)
    for client in opened:
        client.close()
    return found


def healthy(server: ScriptedServer, *channels: dict[str, str]) -> None:
    """Script an account with which all is well, and its channels."""
    server.answer(json=userinfo(profile("a")), headers={"Date": format_datetime(NOW, usegmt=True)})
    server.answer(json={"channels": list(channels)}, only_for="GET /v1/channels")


def test_an_account_with_which_all_is_well() -> None:
    """Each check is there once, in a fixed order, and none asks for attention."""
    with scripted_server() as server:
        healthy(server)
        found = examine(server.url)

    assert list(found) == ["token", "data_center", "clock", "profiles", "initial_sync", "channels"]
    assert {check.state for checks in found.values() for check in checks} == {CheckState.OK}
    assert "jane@example.com" in found["token"][0].finding
    assert found["channels"][0].finding == "0 of 128 open"


def test_a_refused_token() -> None:
    """The data center and what chose it are told; nothing else is asked, there or anywhere else."""
    with scripted_server() as server:
        server.answer(401, headers={"Date": format_datetime(NOW - timedelta(minutes=10), usegmt=True)})
        found = examine(server.url)

    (token,), (data_center,) = found["token"], found["data_center"]
    assert (token.state, token.code) == (CheckState.FAILED, "not_signed_in")
    assert "cronofy auth login --data-center uk" in token.hint
    assert (data_center.state, data_center.code) == (CheckState.WARNING, "data_center_in_doubt")
    assert "from CRONOFY_DATA_CENTER" in data_center.finding
    assert TOKEN not in repr(found)
    assert len(server.requests) == 1


def test_the_clock_is_compared_even_when_the_token_is_refused() -> None:
    """A clock that is off may be why a token is refused, so it is told at the same time."""
    with scripted_server() as server:
        server.answer(401, headers={"Date": format_datetime(NOW - timedelta(minutes=10), usegmt=True)})
        (clock,) = examine(server.url)["clock"]

    assert (clock.state, clock.code) == (CheckState.FAILED, "clock_skew")
    assert "ahead of" in clock.finding


def test_a_simulators_clock_was_turned() -> None:
    """A simulator lives in another time on purpose: nobody is told to set this machine's clock."""
    with scripted_server() as server:
        server.answer(401, headers={"Date": format_datetime(NOW + timedelta(days=10), usegmt=True)})
        (clock,) = examine(server.url, name="simulator")["clock"]

    assert (clock.state, clock.hint) == (CheckState.OK, "")
    assert "simulator's" in clock.finding


def test_cronofy_cannot_be_reached() -> None:
    """Without an answer the token's check says why, and the rest is skipped."""
    found = examine(f"http://127.0.0.1:{free_port()}")

    assert (found["token"][0].state, found["token"][0].code) == (CheckState.FAILED, "unreachable")
    skipped = {name for name, (check,) in found.items() if check.state is CheckState.SKIPPED}
    assert skipped == {"clock", "profiles", "initial_sync", "channels"}


def test_a_disconnected_profile() -> None:
    """Each disconnected profile is a failure with the address where its owner reconnects it."""
    with scripted_server() as server:
        lost = profile("b", profile_connected=False, profile_relink_url=RELINK)
        server.answer(json=userinfo(profile("a"), lost))
        server.answer(json={"channels": []})
        (check,) = examine(server.url)["profiles"]

    assert (check.state, check.subject, check.code) == (CheckState.FAILED, "pro_b", "profile_disconnected")
    assert RELINK in check.hint
    assert ("profile_relink_url", RELINK) in check.evidence


def test_a_first_sync_that_is_not_done() -> None:
    """A profile that is not synced yet is a warning, since its events are incomplete."""
    with scripted_server() as server:
        server.answer(json=userinfo(profile("a", profile_initial_sync_required=True), profile("b")))
        server.answer(json={"channels": []})
        (check,) = examine(server.url)["initial_sync"]

    assert (check.state, check.subject) == (CheckState.WARNING, "pro_a")


def test_an_account_without_profiles() -> None:
    """No profile at all is a warning: nothing can change where there is no calendar."""
    with scripted_server() as server:
        server.answer(json=userinfo())
        server.answer(json={"channels": []})
        found = examine(server.url)

    assert (found["profiles"][0].code, found["initial_sync"][0].state) == ("no_profile", CheckState.SKIPPED)


def test_channels_that_may_not_be_listed() -> None:
    """A token without the scope for channels fails that check and no other."""
    with scripted_server() as server:
        server.answer(json=userinfo(profile("a")))
        server.answer(403)
        found = examine(server.url)

    assert (found["channels"][0].state, found["channels"][0].code) == (CheckState.FAILED, "not_allowed")
    assert found["token"][0].state is CheckState.OK


def test_a_channel_that_cronofy_cannot_reach() -> None:
    """On a real data center a private callback URL fails, and the command closes its channels; nobody calls it."""
    with scripted_server() as mine, scripted_server() as server:
        url = f"{mine.url}/hook"
        healthy(server, *({"channel_id": f"chn_{number}", "callback_url": url} for number in (1, 2)))
        (check,) = examine(server.url)["callback_reachable"]

    assert (check.state, check.code) == (CheckState.FAILED, "not_public")
    assert check.hint == "cronofy channels close chn_1 chn_2"
    assert mine.requests == []


def test_channels_of_a_simulator_are_probed_each_once() -> None:
    """Beyond Cronofy's own data centers callback URLs on this machine are probed, each of them once."""
    with scripted_server() as mine, scripted_server() as other, scripted_server() as server:
        for handler in (mine, mine, other, other):
            handler.answer(401)
        urls = [f"{mine.url}/a", f"{other.url}/b", f"{mine.url}/a"]
        healthy(server, *({"channel_id": f"chn_{each}", "callback_url": url} for each, url in enumerate(urls)))
        found = examine(server.url, name="simulator")

    assert [check.subject for check in found["callback_signature"]] == urls[:2]
    assert {check.state for check in found["callback_signature"]} == {CheckState.OK}
    assert ("channel_id", "chn_2") in found["callback_reachable"][0].evidence


def test_a_channel_whose_address_is_none() -> None:
    """A callback URL that cannot be taken apart is a failed check, not a crash."""
    with scripted_server() as server:
        healthy(server, {"channel_id": "chn_1", "callback_url": "mailto:jane"})
        (check,) = examine(server.url, name="simulator")["callback_reachable"]

    assert (check.state, check.subject, check.code) == (CheckState.FAILED, "mailto:jane", "usage")


def test_many_channels_are_a_warning() -> None:
    """Near the limit of 128 channels the user is told before creating one fails."""
    with scripted_server() as server:
        many = [{"channel_id": f"chn_{number}", "callback_url": "http://127.0.0.1/"} for number in range(100)]
        healthy(server, *many)
        (check,) = examine(server.url)["channels"]

    assert (check.state, check.finding) == (CheckState.WARNING, "100 of 128 open")


def test_without_an_account() -> None:
    """What needs an account is skipped with the reason, and signing in is named as the hint."""
    place = Place(DataCenter("uk", "https://api-uk.cronofy.com", "https://app-uk.cronofy.com"), "--data-center")

    checks = without_account("not signed in")
    signed_in = check_signed_in(None, place)

    assert {(check.state, check.finding) for check in checks} == {(CheckState.SKIPPED, "not signed in")}
    assert (signed_in.state, signed_in.hint) == (CheckState.FAILED, "cronofy auth login --data-center uk")
    assert check_client_secrets([]).code == "no_client_secret"
    assert check_channels([], KnownRuns()).hint.endswith("cronofy listen")
