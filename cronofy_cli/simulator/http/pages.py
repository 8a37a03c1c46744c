"""The pages for people: the question of a sign-in, the offer to reconnect a profile, and what went wrong with them.

Pure: values in, HTML out. Everything from outside is escaped; nothing is loaded from anywhere.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import TYPE_CHECKING, Final

from cronofy_cli.simulator.world.scopes import SCOPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.simulator.messages.oauth_requests import Consent
    from cronofy_cli.simulator.world.model import Account, Calendar, Profile

_STYLE: Final = """
:root { color-scheme: light dark; --line: #8a8f98; --accent: #1d4ed8; --on-accent: #fff; --quiet: #4b5563; }
@media (prefers-color-scheme: dark) { :root { --accent: #93b4ff; --on-accent: #0b1020; --quiet: #b6bcc8; } }
* { box-sizing: border-box; }
body { font: 1.0625rem/1.5 system-ui, sans-serif; margin: 0; padding: 1.5rem; overflow-wrap: anywhere; }
main { max-width: 34rem; margin: 0 auto; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.125rem; margin-bottom: 0; }
ul { margin-top: .5rem; }
dt { color: var(--quiet); }
dd { margin: 0 0 .75rem; font-weight: 600; }
li { margin: .35rem 0; }
small { color: var(--quiet); font-size: .9375rem; }
fieldset { flex: 1 1 100%; border: 1px solid var(--line); border-radius: .5rem; }
label { display: block; padding: .35rem 0; }
form { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0; }
button {
  font: inherit; flex: 1 1 9rem; min-height: 3rem; padding: .5rem 1rem; border-radius: .5rem; cursor: pointer;
  border: 1px solid var(--line); background: none; color: inherit;
}
button.main { border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
"""
_STYLE_DIGEST: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_HEAD: Final = (
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    f"<title>{{title}}</title>\n<style>{_STYLE.replace('{', '{{').replace('}', '}}')}</style>\n</head>\n"
    "<body>\n<main>\n<h1>{title}</h1>\n"
)
_FOOT: Final = (
    "<p><small>This is the Cronofy simulator on your own machine. "
    "The account and its calendars are made up.</small></p>\n"
    "</main>\n</body>\n</html>\n"
)

HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    # The address holds `state`, and the page a ticket: neither is for anybody else.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    # Chromium holds form-action against every redirect that follows the form, and where an application's own address
    # leads to is not known.
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; form-action 'self' http: https:; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
}


def question_page(consent: Consent, token: str, accounts: Sequence[Account], base_path: str) -> bytes:
    """Return the page that asks the account's owner."""
    scopes = "".join(
        f"<li>{escape(SCOPES[scope])} <small>({escape(scope)})</small></li>\n" for scope in consent.scope.split()
    )
    return _page(
        f"Allow {consent.client_id} to use your calendars?",
        f"<dl>\n<dt>Application</dt><dd>{escape(consent.client_id)}</dd>\n</dl>\n"
        f'<h2 id="scopes">It asks to</h2>\n<ul aria-labelledby="scopes">\n{scopes}</ul>\n'
        f'<form method="post" action="{escape(base_path)}/oauth/authorize">\n'
        f'<input type="hidden" name="token" value="{escape(token)}">\n'
        f"{_account_choice(accounts)}"
        '<button class="main" name="decision" value="allow">Allow</button>\n'
        '<button name="decision" value="deny">Deny</button>\n</form>\n'
        f"<p><small>After that your browser goes to {escape(consent.back.host)}.</small></p>\n",
    )


def permissions_page(
    client_id: str, account: Account, calendars: Sequence[Calendar], token: str, base_path: str
) -> bytes:
    """Return the page that asks for elevated access (docs: /developers/api/authorization/extended-permissions/)."""
    names = "".join(f"<li>{escape(calendar.name)}</li>\n" for calendar in calendars)
    return _page(
        f"Let {client_id} edit events that it did not create?",
        f"<dl>\n<dt>Account</dt><dd>{escape(account.name)}, {escape(account.email)}</dd>\n</dl>\n"
        f'<h2 id="calendars">In these calendars</h2>\n<ul aria-labelledby="calendars">\n{names}</ul>\n'
        f'<form method="post" action="{escape(base_path)}/permissions">\n'
        f'<input type="hidden" name="token" value="{escape(token)}">\n'
        '<button class="main" name="decision" value="allow">Allow</button>\n'
        '<button name="decision" value="deny">Deny</button>\n</form>\n',
    )


def relink_page(profile: Profile, token: str, base_path: str) -> bytes:
    """Return the page behind `profile_relink_url` (docs: /developers/faqs/profile-reconnection-process)."""
    state = "is connected" if profile.connected else "is disconnected: changes in its calendars are not notified"
    return _page(
        "Reconnect this calendar account?",
        f"<p>{escape(profile.profile_name)} ({escape(profile.provider_name)}) {state}.</p>\n"
        f'<form method="post" action="{escape(base_path)}/relink">\n'
        f'<input type="hidden" name="token" value="{escape(token)}">\n'
        '<button class="main">Reconnect</button>\n</form>\n',
    )


def reconnected_page(profile: Profile) -> bytes:
    """Return the page that says that it is done."""
    return _page("Reconnected", f"<p>{escape(profile.profile_name)} is connected. You can close this page.</p>\n")


def done_page(message: str) -> bytes:
    """Return the page after a decision whose application named no address to go back to."""
    return _page("Done", f"<p>{escape(message)} You can close this page.</p>\n")


def problem_page(problem: str) -> bytes:
    """Return the page that says why there is nothing to decide, and no redirect."""
    return _page("This sign-in cannot go on", f"<p>{escape(problem)}</p>\n<p>Go back and start it again.</p>\n")


def _account_choice(accounts: Sequence[Account]) -> str:
    """Return the accounts to choose from, the first one chosen; one alone is only named."""
    if len(accounts) == 1:
        return f"<p>Account: <strong>{escape(accounts[0].name)}, {escape(accounts[0].email)}</strong></p>\n"
    choices = "".join(
        f'<label><input type="radio" name="account" value="{escape(account.account_id)}"'
        f"{' checked' if number == 0 else ''}> {escape(account.name)}, {escape(account.email)}</label>\n"
        for number, account in enumerate(accounts)
    )
    return f"<fieldset>\n<legend>Account</legend>\n{choices}</fieldset>\n"


def _page(title: str, content: str) -> bytes:
    return f"{_HEAD.format(title=escape(title))}{content}{_FOOT}".encode()
