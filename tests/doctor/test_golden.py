"""What `doctor` says, whole: each check of the account, the installation and the files, in each of its states."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from cronofy_cli.core.accounts.calendars import Profile, UserInfo
from cronofy_cli.core.accounts.data_centers import SIMULATOR, DataCenterId, data_center_at, real_data_center
from cronofy_cli.core.notifications.channels import Channel
from cronofy_cli.core.notifications.ownership import KnownRuns
from cronofy_cli.core.signature import ClientSecret
from cronofy_cli.doctor.account import (
    check_channels,
    check_client_secrets,
    check_clock,
    check_data_center,
    check_initial_sync,
    check_profiles,
    check_signed_in,
    check_token,
)
from cronofy_cli.doctor.account_group import without_account
from cronofy_cli.doctor.files import PrivatePlace, check_private_files, check_settings
from cronofy_cli.doctor.installation import check_dependencies, check_python
from cronofy_cli.doctor.runner import CheckGroup, failed_by, run_groups
from cronofy_cli.errors import NotSignedIn, TimeLimitReached, Unreachable, WrongUsage
from cronofy_cli.evidence.account import Place
from tests.golden_checks import compare_checks

if TYPE_CHECKING:
    from cronofy_cli.adapters.settings import Settings
    from cronofy_cli.doctor.runner import GroupResult

GOLDEN: Final = Path(__file__).parent / "golden"
UK: Final = real_data_center(DataCenterId.UK)
PLACE: Final = Place(real_data_center(DataCenterId.UK), "--data-center")
LOST: Final = "https://app.cronofy.com/relink/1"


def profile(name: str, *, connected: bool = True, late: bool = False, relink_url: str | None = None) -> Profile:
    """Return a profile."""
    return Profile(f"pro_{name}", f"{name}@company.com", "google", None, connected, late, relink_url, b"{}")


def account(*profiles: Profile, email: str | None = "jane@company.com", name: str | None = "Jane") -> UserInfo:
    """Return what Cronofy says of an account."""
    return UserInfo("acc_1", email, name, "Europe/London", "account", "read_events", profiles, b"{}")


def channels(count: int) -> list[Channel]:
    """Return open channels."""
    return [
        Channel(f"chn_{number}", f"https://example.com/{number}", (), only_managed=False, raw=b"{}")
        for number in range(count)
    ]


@dataclass(frozen=True)
class Run:
    """A run of `listen`, as the journal knows it."""

    channel_ids: tuple[str, ...]
    callback_urls: tuple[str, ...] = ()


def test_signing_in() -> None:
    """A token and client secrets are known or not, and Cronofy accepts the token or not."""
    rejected = NotSignedIn("Cronofy does not recognise the access token (401)", hint="cronofy auth login")
    checks = [
        check_signed_in("context acme", PLACE),
        check_signed_in(None, PLACE),
        check_client_secrets([ClientSecret("main", "CRN_secret"), ClientSecret("next", "CRN_secret_2")]),
        check_client_secrets([]),
        check_token(account(), PLACE),
        check_token(account(email=None), PLACE),
        check_token(account(email=None, name=None), PLACE),
        check_token(rejected, PLACE),
        check_token(Unreachable("no way to Cronofy", hint="check the network"), PLACE),
        check_data_center(account(), PLACE),
        check_data_center(rejected, PLACE),
        check_data_center(Unreachable("no way to Cronofy"), PLACE),
        *without_account("not signed in"),
        failed_by(WrongUsage("a setting is wrong", hint=" set another\n"), "settings", subject="the subject"),
        failed_by(TimeLimitReached("it did not respond"), "token", meaning="the meaning"),
    ]
    compare_checks("signing_in", checks, GOLDEN)


def test_profiles_and_first_syncs() -> None:
    """Each profile that is disconnected or not synced yet is a line of its own."""
    accounts = [
        account(),
        account(profile("a"), profile("b")),
        account(profile("a"), profile("b", connected=False, relink_url=LOST), profile("c", connected=False)),
        account(profile("a", late=True), profile("b"), profile("c", late=True)),
        account(profile("a", connected=False, late=True)),
    ]
    checks = [check for info in accounts for check in (*check_profiles(info), *check_initial_sync(info))]
    compare_checks("profiles", checks, GOLDEN)


def test_the_clock() -> None:
    """A clock is near enough, off, or far off, ahead or behind; a simulator's is changed on purpose."""
    differences = (None, 0.0, 0.4, 1.6, -30.0, 30.1, -300.0, 300.1, -4000.0)
    checks = [check_clock(each, UK, platform="linux") for each in differences]
    checks += [check_clock(60, UK, platform=platform) for platform in ("darwin", "win32", "sunos5")]
    checks += [check_clock(864000, data_center_at("http://127.0.0.1:21100"), platform="linux")]
    checks += [check_clock(60, data_center_at("http://127.0.0.1:1", name=SIMULATOR), platform="linux")]
    compare_checks("clock", checks, GOLDEN)


def test_channels() -> None:
    """None, some, nearly all, those of this machine, and those that a killed run has left."""
    two = KnownRuns(live=(Run(("chn_0",)),), created=(Run(("chn_1",)),))
    left = KnownRuns(live=(Run(("chn_0",)),), abandoned=(Run(("chn_1",)), Run(("chn_2",))))
    checks = [
        check_channels([], KnownRuns()),
        check_channels(channels(3), KnownRuns()),
        check_channels(channels(3), two),
        check_channels(channels(4), left),
        check_channels(channels(99), KnownRuns()),
        check_channels(channels(100), KnownRuns()),
    ]
    compare_checks("channels", checks, GOLDEN)


def test_the_installation() -> None:
    """The version of Python and the packages are supported, or each that is not is named."""
    versions = {"typer": "0.28.0", "rich": "15.0.0"}
    checks = [
        check_python("3.13.1", wanted=">=3.11", executable="/usr/bin/python3"),
        check_python("3.13.1", wanted=None, executable="/usr/bin/python3"),
        check_python("3.10.9", wanted=">=3.11", executable="/usr/bin/python3"),
        *check_dependencies(["typer>=0.26,<0.29", "rich>=13.9"], versions.get, platform="linux"),
        *check_dependencies(["nothing>=1", "typer>=0.30", "rich"], versions.get, platform="linux"),
        *check_dependencies(None, versions.get, platform="linux"),
    ]
    compare_checks("installation", checks, GOLDEN)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_the_files(tmp_path: Path) -> None:
    """Files and folders are private, open, closed, missing or not accessible; --fix repairs what is safe."""
    folder, file = tmp_path / "folder", tmp_path / "folder" / "file"
    missing, beneath = tmp_path / "missing" / "folder", file / "beneath"

    def look(*, fix: bool = False) -> None:
        places = [PrivatePlace(folder, is_folder=True), PrivatePlace(file), PrivatePlace(missing, is_folder=True)]
        checks.extend(check_private_files(places, fix=fix))

    checks = list(check_private_files([PrivatePlace(missing), PrivatePlace(missing, is_folder=True)], fix=False))
    folder.mkdir(mode=0o700)
    file.touch(mode=0o600)
    checks += check_private_files([PrivatePlace(file)], fix=False)
    look()
    folder.chmod(0o710)
    file.chmod(0o400)
    look()
    look(fix=True)
    look()
    checks += check_private_files([PrivatePlace(beneath)], fix=False)
    checks += check_private_files([PrivatePlace(beneath, is_folder=True)], fix=True)
    compare_checks("files", checks, GOLDEN, str(tmp_path))


def test_settings_that_cannot_be_read() -> None:
    """The error's own sentence and hint; without a hint the command that names the files."""

    def load(hint: str | None) -> Settings:
        raise WrongUsage("config.toml is broken", hint=hint)

    checks = [check_settings(lambda: load("line 3")), check_settings(lambda: load(None))]
    compare_checks("settings", checks, GOLDEN)


def test_a_group_that_hangs_or_fails() -> None:
    """The one check that stands for a group says why the group's checks are not there."""

    def hang() -> GroupResult:
        raise TimeLimitReached("it did not respond within 2.5 s")

    def fail() -> GroupResult:
        raise Unreachable("the host cannot be reached", hint="check the network")

    groups = [CheckGroup("token", hang, subject="the subject"), CheckGroup("keyring", fail)]
    compare_checks("groups", list(run_groups(groups)), GOLDEN)
