"""`cronofy auth`: the ways to sign in, what is shown of it, and signing out."""

from __future__ import annotations

import json
import shlex
import socket
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.paths import simulators_folder, user_file
from cronofy_cli.adapters.secrets import secret_path
from cronofy_cli.adapters.settings.files import read_user_file
from cronofy_cli.adapters.settings.keys import Key
from cronofy_cli.adapters.settings.writing import save_context, set_value
from cronofy_cli.core.accounts.contexts import Context
from cronofy_cli.simulator.world.settings import (
    ACCESS_TOKEN,
    CLIENT_ID,
    CLIENT_SECRET,
    PERSONAL_TOKEN,
    SimulatorSettings,
)
from tests.auth.simulated import log_in, secrets_in, simulated
from tests.in_process import run_main
from tests.test_start_up import imported

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.commands.conftest import Run
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli, Result

    Auth = Callable[..., Result]

SIMULATOR = ("--data-center", "simulator")
START = ("login", "--start", *SIMULATOR, "--insecure-storage")
PASTE = ("login", "--access-token-file", "-", *SIMULATOR, "--insecure-storage")
COMPLETE = ("login", "--complete", "-")
USERINFO = {"sub": "acc_1", "email": "janed@company.com", "cronofy.data": {"authorization": {"scope": "read_write"}}}


@pytest.fixture
def auth(home: Cli, run: Run) -> Auth:
    """`cronofy auth`."""

    def run_one(*arguments: str | Path, stdin: bytes = b"") -> Result:
        return run("auth", *arguments, stdin=stdin)

    return run_one


@pytest.fixture
def signed_in(auth: Auth, simulator: SimulatorServer) -> Auth:
    """`cronofy auth`, signed in to a simulator in two steps; the context is `simulator`."""
    assert start_and_complete(auth).exit_code == 0
    return auth


def start_and_complete(auth: Auth, *options: str, decision: str = "allow") -> Result:
    """Sign in as a program does."""
    started = auth(*START, "--json", *options).json
    ended = visit(started["authorize_url"], decision)
    return auth(*COMPLETE, "--json", stdin=ended.encode())


def visit(authorize_url: str, decision: str = "allow") -> str:
    """Open the authorize page, decide, and return the address that the browser is sent to."""

    class Stop(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    with pytest.raises(urllib.error.HTTPError) as redirect:
        urllib.request.build_opener(Stop).open(f"{authorize_url}&auto={decision}")
    with redirect.value as answer:
        return str(answer.headers["Location"])


def contexts(home: Cli) -> dict[str, Context]:
    """Return the contexts that the user has."""
    return dict(read_user_file(user_file(home.environment)).contexts)


# Signing in.


def test_the_two_steps_for_programs(auth: Auth, home: Cli, simulator: SimulatorServer) -> None:
    """The first step prints the address, the second one takes where it ended, on stdin; the context is made current."""
    started = auth(*START, "--json", "--port", "7123")
    ended = visit(started.json["authorize_url"])
    done = auth(*COMPLETE, "--json", stdin=f"{ended}\n".encode())

    assert started.json["redirect_uri"] == "http://localhost:7123/callback"
    assert (done.exit_code, done.json["context"], done.json["email"]) == (0, "simulator", "janed@company.com")
    assert contexts(home)["simulator"].data_center == "simulator"
    assert read_user_file(user_file(home.environment)).defaults[Key.CONTEXT] == "simulator"
    assert auth("token").stdout.strip() == secrets_in(home)["access_token"]


def test_a_second_step_with_the_address_as_an_argument(auth: Auth, simulator: SimulatorServer) -> None:
    """The address may also be the option's value."""
    started = auth(*START)

    done = auth("login", "--complete", visit(started.stdout.strip()))

    assert done.exit_code == 0
    assert "email\tjaned@company.com" in done.lines


def test_no_browser_for_programs_is_the_first_step(auth: Auth, simulator: SimulatorServer) -> None:
    """With --json nothing is asked: --no-browser prints the address and ends."""
    started = auth("login", "--no-browser", "--json", *SIMULATOR, "--insecure-storage")

    assert (started.exit_code, sorted(started.json)) == (0, ["authorize_url", "redirect_uri"])


def test_a_second_step_without_a_first(auth: Auth) -> None:
    """There is nothing to complete before a start, and none after the end."""
    refused = auth("login", "--complete", "http://localhost:7777/callback?code=c&state=s")

    assert (refused.exit_code, refused.stderr) == (
        4,
        "error: no sign-in was started\nhint: cronofy auth login --start\n",
    )


def test_a_code_counts_once(auth: Auth, simulator: SimulatorServer) -> None:
    """After the second step the first one is forgotten."""
    ended = visit(auth(*START, "--json").json["authorize_url"])
    again = [auth(*COMPLETE, stdin=ended.encode()) for _ in range(2)]

    assert [done.exit_code for done in again] == [0, 4]
    assert "no sign-in was started" in again[1].stderr


def test_another_state_leaves_the_sign_in_open(auth: Auth, simulator: SimulatorServer) -> None:
    """A redirect of another sign-in is refused with exit code 4, and the right one still works."""
    ended = visit(auth(*START, "--json").json["authorize_url"])

    foreign = auth(*COMPLETE, stdin=b"http://localhost:7777/callback?code=c&state=other")
    done = auth(*COMPLETE, stdin=ended.encode())

    assert (foreign.exit_code, done.exit_code) == (4, 0)
    assert "its state is not the one that was sent" in foreign.stderr
    assert foreign.stderr.endswith("cronofy auth login --context simulator --data-center simulator --start\n")


def test_denied(auth: Auth, home: Cli, simulator: SimulatorServer) -> None:
    """A refusal is exit code 4 for programs too, with a stable code, and ends the sign-in."""
    denied = start_and_complete(auth, decision="deny")

    assert (denied.exit_code, denied.error["code"]) == (4, "not_allowed")
    assert denied.error["message"] == "access was denied in the browser"
    assert auth(*COMPLETE, stdin=b"?").exit_code == 4
    assert contexts(home) == {}


def test_a_second_step_for_something_else(auth: Auth, simulator: SimulatorServer) -> None:
    """Options that contradict the first step are told, not overruled."""
    auth(*START)

    refused = auth(*COMPLETE, "--context", "other")

    assert refused.exit_code == 2
    assert "is for context simulator at data center simulator" in refused.stderr


def test_a_code_of_another_application(auth: Auth, home: Cli, simulator: SimulatorServer) -> None:
    """A client secret that Cronofy does not take is told with the options that mend it, and not shown."""
    (home.folder / "wrong.txt").write_text("CRN_wrong\n", encoding="utf-8")
    ended = visit(auth(*START, "--json").json["authorize_url"])

    refused = auth(*COMPLETE, "--client-secret-file", "wrong.txt", stdin=ended.encode())

    assert refused.exit_code == 4
    assert "does not accept the client id with this client secret (400 invalid_client)" in refused.stderr
    assert "--client-id ID --client-secret-file FILE" in refused.stderr
    assert "CRN_wrong" not in refused.stderr


def test_a_client_secret_of_the_first_step(auth: Auth, home: Cli) -> None:
    """A client secret given at the start is kept for the second step, which needs no options then."""
    (home.folder / "secret.txt").write_text("CRN_mine\n", encoding="utf-8")
    with simulated(home, SimulatorSettings(port=0, client_id="mine", client_secrets=("CRN_mine",))) as server:
        options = ("--client-id", "mine", "--data-center", server.url, "--context", "acme")
        started = auth(
            *("login", "--start", "--json", *options, "--client-secret-file", "secret.txt", "--insecure-storage")
        )
        done = auth(*COMPLETE, stdin=visit(started.json["authorize_url"]).encode())

    assert (done.exit_code, contexts(home)["acme"].client_id) == (0, "mine")
    assert [secret["value"] for secret in secrets_in(home, "acme")["client_secrets"]] == ["CRN_mine"]


def test_a_client_secret_that_is_still_needed(auth: Auth, home: Cli) -> None:
    """The first step says before anybody approves that the second one needs the client secret, unless it is known."""
    (home.folder / "secret.txt").write_text("CRN_mine\n", encoding="utf-8")
    options = ("login", "--start", "--client-id", "mine", "--data-center", "uk", "--insecure-storage")

    without, given = auth(*options), auth(*options, "--client-secret-file", "secret.txt")
    again = auth(*options)

    assert without.stderr.endswith("cronofy auth login --complete - --client-secret-file FILE\n")
    assert given.stderr.endswith("cronofy auth login --complete -\n")
    assert again.stderr.endswith("cronofy auth login --complete -\n")


def test_through_the_browser(home: Cli, simulator: SimulatorServer) -> None:
    """The browser's own words stay out of stdout, and the page that it ends at is served."""
    done = log_in(home, "--insecure-storage", "--json")

    assert (done.exit_code, done.json["secret_place"]) == (0, "file")
    assert "Approve in the browser" in done.stderr
    assert f"warning: the secrets are in {secret_path('simulator', home.environment)}, unencrypted" in done.stderr


def test_the_port_is_in_use(home: Cli, auth: Auth, simulator: SimulatorServer) -> None:
    """A port in use is exit code 2, and the hint is the user's own command with another port."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        refused = auth("login", *SIMULATOR, "--port", port, "--insecure-storage")

    assert refused.exit_code == 2
    assert f"error: port {port}, which the redirect needs, is in use\n" in refused.stderr
    assert f"cronofy auth login --context simulator --data-center simulator --port {port} --port PORT" in refused.stderr


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--data-center", "uk", "--insecure-storage"), "--client-id ID"),
        (("--data-center", "uk", "--client-id", "mine", "--insecure-storage"), "--client-secret-file FILE"),
        (("--data-center", "uk", "--no-browser"), "cronofy auth login --data-center uk --start"),
        (("--start", "--no-browser"), None),
        (("--client-secret-file", "-", "--complete", "-"), "use a file for the client secret"),
        (("--client-secret-file", "missing.txt", *SIMULATOR, "--insecure-storage"), "name a file"),
        (("--data-center", "uk", "--context", "no/name", "--insecure-storage"), "letters, digits"),
        (("--data-center", "nowhere", "--insecure-storage"), "use one of us, uk"),
    ],
)
def test_what_is_missing_is_named(
    auth: Auth, simulator: SimulatorServer, options: tuple[str, ...], named: str | None
) -> None:
    """Without a terminal nothing is asked: the error names the option."""
    refused = auth("login", *options)

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: ")
    assert named is None or named in refused.stderr.splitlines()[-1]


def test_no_place_for_secrets_is_known_before_the_browser_opens(auth: Auth, simulator: SimulatorServer) -> None:
    """Without a keyring, and without a word for a file, nothing is begun."""
    refused = auth("login", *SIMULATOR)

    assert (refused.exit_code, refused.stdout) == (4, "")
    assert refused.stderr.splitlines() == [
        "error: the keyring is switched off by CRONOFY_NO_KEYRING",
        (
            "hint: unset CRONOFY_NO_KEYRING, or store them in a private file: "
            "cronofy auth login --data-center simulator --insecure-storage"
        ),
    ]


# Which context.


def test_signing_in_elsewhere_does_not_replace_the_current_context(auth: Auth, home: Cli, signed_in: Auth) -> None:
    """At another data center a context of its own is made, and the way back is told."""
    save_context(user_file(home.environment), Context("acme", data_center="uk", client_id="client"))
    set_value(user_file(home.environment), Key.CONTEXT, "acme")

    done = start_and_complete(auth)

    assert done.json["context"] == "simulator"
    assert contexts(home)["acme"].data_center == "uk"
    assert "simulator is now the current context; to switch back: cronofy context use acme" in done.stderr


def test_a_named_context_is_not_moved_to_another_data_center(home: Cli, signed_in: Auth) -> None:
    """A context that is signed in stays where it is: the error names both places and what to do."""
    refused = signed_in("login", "--context", "simulator", "--data-center", "uk")

    assert (refused.exit_code, refused.stderr) == (
        2,
        (
            "error: the context simulator is signed in to data center simulator, not uk\n"
            "hint: choose another name: cronofy auth login --context NAME --data-center uk; "
            "or sign this one out: cronofy auth logout --context simulator\n"
        ),
    )


def test_a_name_that_is_almost_taken(home: Cli, signed_in: Auth) -> None:
    """A name that differs only in capitals is refused before anything is begun."""
    refused = signed_in("login", "--context", "Simulator", *SIMULATOR)

    assert (refused.exit_code, "there is already a context 'simulator'" in refused.stderr) == (2, True)


def test_secrets_of_one_application_are_not_used_for_another(home: Cli, signed_in: Auth) -> None:
    """With another client id the kept client secret is not taken, and a start leaves the sign-in as it is."""
    home.environment |= {"CRONOFY_DATA_CENTER": contexts(home)["simulator"].data_center or ""}
    before = secrets_in(home)

    refused = signed_in("login", "--start", "--client-id", "another")

    assert refused.exit_code == 2
    assert "the context simulator is signed in as another application" in refused.stderr
    assert secrets_in(home) == before


# Tokens that were made elsewhere.


def test_a_pasted_token(auth: Auth, home: Cli, simulator: SimulatorServer) -> None:
    """A token on stdin is tried, kept, and used from then on."""
    done = auth(
        "login",
        "--access-token-file",
        "-",
        *SIMULATOR,
        "--insecure-storage",
        "--json",
        stdin=f"{ACCESS_TOKEN}\n".encode(),
    )

    assert (done.exit_code, done.json["sub"]) == (0, "acc_5700a00eb0ccd07000000001")
    assert "refuses notification channels" not in done.stderr
    assert (auth("token").stdout.strip(), auth("status", "--json").json["renews_itself"]) == (ACCESS_TOKEN, False)
    assert "has no refresh token" in auth("refresh").stderr


def test_a_personal_token_is_recognised(auth: Auth, simulator: SimulatorServer) -> None:
    """A token that channels refuse is kept, and the user is told that channels need an application."""
    done = auth(*PASTE, stdin=PERSONAL_TOKEN.encode())

    assert done.exit_code == 0
    assert "refuses notification channels with this token, as with every personal token" in done.stderr


def test_a_whole_answer_of_the_token_endpoint(auth: Auth, home: Cli, cronofy: ScriptedServer) -> None:
    """Pasted JSON brings the refresh token too; with the application it can be renewed."""
    del home.environment["CRONOFY_ACCESS_TOKEN"]
    (home.folder / "secret.txt").write_text("CRN_mine", encoding="utf-8")
    cronofy.answer(json=USERINFO, only_for="GET /v1/userinfo")
    cronofy.answer(json={"channels": []}, only_for="GET /v1/channels")
    cronofy.answer(json={"access_token": "tok_new", "refresh_token": "ref_new"}, only_for="POST /oauth/token")
    pasted = json.dumps({"access_token": "tok_pasted", "refresh_token": "ref_pasted", "expires_in": 3600})
    options = ("--client-id", "mine", "--client-secret-file", "secret.txt", "--context", "acme", "--insecure-storage")

    done = auth("login", "--access-token-file", "-", *options, stdin=pasted.encode())
    refreshed = auth("refresh")

    assert (done.exit_code, refreshed.exit_code) == (0, 0)
    sent = json.loads(cronofy.requests[-1].body)
    assert (sent["refresh_token"], sent["client_id"], sent["client_secret"]) == ("ref_pasted", "mine", "CRN_mine")
    assert secrets_in(home, "acme")["scope"] == "read_write"


@pytest.mark.parametrize("pasted", [b"", b"{}", b"\xff", b"two words", b"\xef\xbb\xbftok"])
def test_what_is_pasted_is_no_token(auth: Auth, home: Cli, simulator: SimulatorServer, pasted: bytes) -> None:
    """Something that cannot be a token is told, and nothing is kept."""
    refused = auth(*PASTE, stdin=pasted)

    assert refused.exit_code in {2, 4}
    assert "access token" in refused.stderr
    assert contexts(home) == {}
    assert not any(home.folder.rglob("context-*.json"))


def test_a_pasted_token_that_is_refused(auth: Auth, home: Cli, simulator: SimulatorServer) -> None:
    """A token that Cronofy does not know is not kept."""
    refused = auth(*PASTE, stdin=b"tok_unknown")

    assert (refused.exit_code, contexts(home)) == (4, {})
    assert "tok_unknown" not in refused.stderr


# What is known of a sign-in.


def test_the_status(home: Cli, signed_in: Auth) -> None:
    """The status tells context, data center, account, scope, end and store, and no secret."""
    status = signed_in("status", "--json")

    shown = status.json
    assert (shown.pop("expires_at") > "2026", shown.pop("scope").split()[0]) == (True, "read_account")
    assert shown == {
        "context": "simulator",
        "data_center": "simulator",
        "signed_in": True,
        "token_from": "context",
        "accepted": None,
        "sub": "acc_5700a00eb0ccd07000000001",
        "email": "janed@company.com",
        "client_id": "simulator-client-id",
        "renews_itself": True,
        "client_secrets": ["main"],
        "secret_place": "file",
        "secret_store": str(secret_path("simulator", home.environment)),
        "overridden_by": ["CRONOFY_NO_KEYRING"],
    }
    assert not any(secret in status.stdout for secret in (secrets_in(home)["access_token"], CLIENT_SECRET))
    assert "signed in\tyes" in signed_in("status").lines


def test_the_status_without_a_simulator(cli: Cli) -> None:
    """A simulator that does not run signs nobody in."""
    status = run_main(cli, "auth", "status", "--json", *SIMULATOR)

    assert (status.exit_code, status.json["signed_in"], status.json["token_from"]) == (3, False, None)
    assert status.error["hint"] == "start one in another terminal: cronofy simulator run"


def test_the_status_names_what_the_environment_overrides(home: Cli, signed_in: Auth) -> None:
    """A token of the environment comes first, and needs no store; an option overrides the variable."""
    home.environment |= {"CRONOFY_ACCESS_TOKEN": "tok_env", "CRONOFY_DATA_CENTER": "uk", "CRONOFY_CLIENT_ID": "env"}

    shown = signed_in("status", "--json").json

    assert (shown["token_from"], shown["data_center"], shown["signed_in"]) == ("environment", "uk", True)
    assert shown["overridden_by"] == [
        "CRONOFY_DATA_CENTER",
        "CRONOFY_ACCESS_TOKEN",
        "CRONOFY_CLIENT_ID",
        "CRONOFY_NO_KEYRING",
    ]
    assert signed_in("status", "--json", *SIMULATOR).json["overridden_by"] == [
        "CRONOFY_CLIENT_ID",
        "CRONOFY_NO_KEYRING",
    ]


def test_the_way_out_of_a_keyring_keeps_the_users_own_options(home: Cli, auth: Auth) -> None:
    """Without a keyring the hint is the command that was typed, with --insecure-storage; run as it is, it works on."""
    typed = ("login", "--data-center", "uk", "--client-id", "ID", "--client-secret-file", "s.txt", "--port", "7878")
    (home.folder / "s.txt").write_text("CRN_secret", encoding="utf-8")

    failed = auth(*typed, "--start", "--json")
    hint = failed.error["hint"]
    command = shlex.split(hint.rpartition(": ")[2])
    done = auth(*command[2:])

    assert (failed.exit_code, failed.error["code"]) == (4, "keyring_unusable")
    assert set(typed) | {"--start", "--insecure-storage"} <= {*command[1:]}
    assert done.stdout.startswith("https://app-uk.cronofy.com/oauth/authorize?")


def test_the_status_of_a_token_of_the_environment(home: Cli, signed_in: Auth, simulator: SimulatorServer) -> None:
    """Nothing of the context's token is said of another one: it may be somebody else's, and nobody renews it."""
    home.environment |= {"CRONOFY_ACCESS_TOKEN": "tok_env", "CRONOFY_CONTEXT": "simulator"}
    home.environment["CRONOFY_DATA_CENTER"] = simulator.url

    shown = signed_in("status", "--json").json

    assert (shown["token_from"], shown["context"], shown["renews_itself"]) == ("environment", "simulator", False)
    assert [shown[key] for key in ("sub", "email", "scope", "expires_at", "accepted")] == [None] * 5


def test_the_status_is_checked(home: Cli, signed_in: Auth, simulator: SimulatorServer) -> None:
    """With --check Cronofy says whose the token is, or that it accepts it no longer: exit code 4, and what to do."""
    good = signed_in("status", "--check", "--json")
    home.environment |= {"CRONOFY_ACCESS_TOKEN": "tok_env", "CRONOFY_DATA_CENTER": simulator.url}
    bad = signed_in("status", "--check", "--json")

    assert (good.exit_code, good.json["accepted"], good.json["email"]) == (0, True, "janed@company.com")
    assert (bad.exit_code, bad.json["accepted"], bad.json["sub"]) == (4, False, None)
    assert "does not accept the access token from the environment" in bad.error["message"]
    assert "CRONOFY_ACCESS_TOKEN" in bad.error["hint"]


def test_the_status_when_nobody_is_signed_in(auth: Auth) -> None:
    """The record is shown all the same, and the exit code is 4."""
    status = auth("status", "--json", "--data-center", "uk")

    assert (status.exit_code, status.json["signed_in"], status.json["context"]) == (4, False, None)
    assert status.error["message"] == "not signed in to data center uk"


@pytest.mark.parametrize(
    ("arguments", "variable", "origin"),
    [
        (("--data-center", "de"), None, "--data-center"),
        ((), "de", "CRONOFY_DATA_CENTER"),
    ],
)
def test_a_token_goes_to_no_other_data_center(
    home: Cli, signed_in: Auth, run: Run, arguments: tuple[str, ...], variable: str | None, origin: str
) -> None:
    """With another data center the context's token is not used, and the error names the context and its place."""
    home.environment |= {"CRONOFY_DATA_CENTER": variable} if variable else {}
    commands = (("calendars", "list"), ("auth", "token"), ("auth", "refresh"), ("auth", "logout", "--revoke"))

    refused = [run(*command, *arguments) for command in commands]

    assert {(each.exit_code, each.stdout, each.stderr) for each in refused} == {
        (
            4,
            "",
            (
                "error: the context simulator is of data center simulator: its access token is not sent to de\n"
                f"hint: leave out {origin}, or sign in there too: cronofy auth login --data-center de\n"
            ),
        )
    }


def test_a_token_of_the_environment_is_printed_and_never_renewed(home: Cli, signed_in: Auth) -> None:
    """The variable comes before what signing in kept; renewing it is refused with the way to use the other one."""
    home.environment |= {"CRONOFY_ACCESS_TOKEN": "tok_env", "CRONOFY_DATA_CENTER": "uk"}

    assert signed_in("token", "--json").json == {"access_token": "tok_env"}
    refused = signed_in("refresh")
    assert (refused.exit_code, "unset CRONOFY_ACCESS_TOKEN" in refused.stderr) == (4, True)


def test_a_token_of_the_environment_needs_no_store(home: Cli, signed_in: Auth, cronofy: ScriptedServer) -> None:
    """With the token in the environment no command looks into a keyring or a file of secrets."""
    cronofy.answer(json={"calendars": []})

    loaded = imported(home, "calendars", "list", "--context", "simulator")

    assert not any(name.startswith(("keyring", "cronofy_cli.adapters.secrets")) for name in loaded)


def test_the_token_is_renewed_before_it_is_printed(home: Cli, signed_in: Auth) -> None:
    """What `auth token` prints works, though the kept token has ended."""
    path = secret_path("simulator", home.environment)
    ended = json.loads(path.read_bytes()) | {"access_token": "tok_ended", "expires_at": "2026-01-01T00:00:00Z"}
    path.write_text(json.dumps(ended), encoding="utf-8")

    printed = signed_in("token").stdout.strip()

    assert printed == secrets_in(home)["access_token"] != "tok_ended"


def test_refreshing(home: Cli, signed_in: Auth) -> None:
    """A refresh brings another token, and tells whose it is."""
    before = secrets_in(home)["access_token"]

    refreshed = signed_in("refresh", "--json")

    assert (refreshed.exit_code, refreshed.json["email"]) == (0, "janed@company.com")
    assert secrets_in(home)["access_token"] != before


def test_signing_out(home: Cli, signed_in: Auth, run: Run) -> None:
    """Signing out removes the secrets, not the context, and only with --revoke tells Cronofy."""
    first = signed_in("logout", "--json")
    again = signed_in("logout", "--json")

    assert first.json == {"context": "simulator", "secrets_removed": True, "revoked": False}
    assert again.json == {"context": "simulator", "secrets_removed": False, "revoked": False}
    assert run("simulator", "status", "--json").json["authorizations"] == 1
    assert not secret_path("simulator", home.environment).exists()
    assert contexts(home)["simulator"].account is None
    assert signed_in("refresh").exit_code == 4


def test_revoking(home: Cli, signed_in: Auth, run: Run, simulator: SimulatorServer) -> None:
    """With --revoke the authorization is gone at Cronofy."""
    assert run("simulator", "status", "--json").json["authorizations"] == 1

    assert signed_in("logout", "--revoke", "--json").json["revoked"] is True

    assert run("simulator", "status", "--json").json["authorizations"] == 0
    assert signed_in("logout", "--revoke", "--json").json["revoked"] is False


def test_nothing_is_chosen(auth: Auth) -> None:
    """Commands about a sign-in say that there is none."""
    for command in ("refresh", "logout"):
        refused = auth(command, "--data-center", "uk")
        assert (refused.exit_code, refused.stderr.splitlines()[0]) == (4, "error: there is no current context")


def test_a_simulator_of_the_run_does_not_get_the_tokens_of_another(signed_in: Auth, home: Cli) -> None:
    """Being signed in to a simulator that has ended does not keep `listen` from using one of its own."""
    for announcement in simulators_folder(home.environment).iterdir():
        announcement.unlink()

    with home.start("listen", *SIMULATOR) as listening:
        listening.wait_for("a simulator runs in this process")
        assert "Ctrl-C" in listening.wait_for("Ready.")


# Client secrets.


def test_a_rotation(auth: Auth, home: Cli, run: Run, simulator: SimulatorServer) -> None:
    """A second client secret verifies beside the first one as soon as it is added, and until it is removed."""
    for name, secret in (("old", CLIENT_SECRET), ("new", "CRN_new")):
        (home.folder / f"{name}.txt").write_text(f"{secret}\n", encoding="utf-8")
    at_address = ("--data-center", simulator.url, "--context", "acme", "--client-id", CLIENT_ID)
    started = auth("login", "--start", *at_address, "--client-secret-file", "old.txt", "--insecure-storage")
    assert auth(*COMPLETE, stdin=visit(started.stdout.strip()).encode()).exit_code == 0
    signature = run("sign", "-", "--client-secret-file", "new.txt", stdin=b"{}").stdout.strip()

    def exit_code() -> int:
        return run("verify", "-", "--signature", signature, stdin=b"{}").exit_code

    codes = [exit_code()]
    added = auth("secret", "add", "new", "--client-secret-file", "-", "--json", stdin=b"CRN_new\n")
    codes.append(exit_code())
    listed = auth("secret", "list", "--context", "acme")
    auth("secret", "remove", "new")
    codes.append(exit_code())

    assert codes == [5, 0, 5]
    assert (added.json["label"], [line.split("\t")[0] for line in listed.lines]) == ("new", ["main", "new"])


def test_the_last_client_secret(signed_in: Auth) -> None:
    """Removing the last one is possible, and what no longer works is told."""
    removed = signed_in("secret", "remove", "main")

    assert (removed.exit_code, "signatures cannot be checked" in removed.stderr) == (0, True)
    assert signed_in("secret", "list", "--json").json[0]["removed_at"]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "told"),
    [
        (("add", "main", "--client-secret-file", "new.txt"), 2, "cronofy auth secret remove main --context simulator"),
        (("add", "again", "--client-secret-file", "known.txt"), 2, "already known as 'main'"),
        (("add", "odd", "--client-secret-file", "odd.txt"), 2, "a file must hold only that"),
        (("add", "new"), 2, "add --client-secret-file FILE"),
        (("remove", "none"), 1, "cronofy auth secret list --context simulator"),
    ],
)
def test_client_secrets_that_cannot_be_added_or_removed(
    home: Cli, signed_in: Auth, arguments: tuple[str, ...], exit_code: int, told: str
) -> None:
    """Each refusal says why, shows no secret, and changes nothing."""
    for name, content in (("new", "CRN_new"), ("known", CLIENT_SECRET), ("odd", "CRN_\u00e9")):
        (home.folder / f"{name}.txt").write_text(content, encoding="utf-8")
    before = secrets_in(home)

    refused = signed_in("secret", *arguments)

    assert (refused.exit_code, told in refused.stderr) == (exit_code, True)
    assert "CRN_" not in refused.stderr
    assert secrets_in(home) == before
