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
    from cronofy_cli.simulator.messages.oauth_requests import Consent
    from cronofy_cli.simulator.world.model import Account, Profile

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


def question_page(consent: Consent, ticket: str, client_id: str, account: Account) -> bytes:
    """Return the page that asks the account's owner."""
    wishes = "".join(
        f"<li>{escape(SCOPES[scope])} <small>({escape(scope)})</small></li>\n" for scope in consent.scope.split()
    )
    return _page(
        f"Allow {client_id} to use your calendars?",
        f"<dl>\n<dt>Application</dt><dd>{escape(client_id)}</dd>\n"
        f"<dt>Account</dt><dd>{escape(account.name)}, {escape(account.email)}</dd>\n</dl>\n"
        f'<h2 id="wishes">It asks to</h2>\n<ul aria-labelledby="wishes">\n{wishes}</ul>\n'
        f'<form method="post" action="/oauth/authorize">\n'
        f'<input type="hidden" name="ticket" value="{escape(ticket)}">\n'
        '<button class="main" name="decision" value="allow">Allow</button>\n'
        '<button name="decision" value="deny">Deny</button>\n</form>\n'
        f"<p><small>After that your browser goes to {escape(consent.back.host)}.</small></p>\n",
    )


def relink_page(profile: Profile, ticket: str) -> bytes:
    """Return the page behind `profile_relink_url` (docs: /developers/faqs/profile-reconnection-process)."""
    state = "is connected" if profile.connected else "is disconnected: changes in its calendars are not told"
    return _page(
        "Reconnect this calendar account?",
        f"<p>{escape(profile.profile_name)} ({escape(profile.provider_name)}) {state}.</p>\n"
        '<form method="post" action="/relink">\n'
        f'<input type="hidden" name="ticket" value="{escape(ticket)}">\n'
        '<button class="main">Reconnect</button>\n</form>\n',
    )


def reconnected_page(profile: Profile) -> bytes:
    """Return the page that says that it is done."""
    return _page("Reconnected", f"<p>{escape(profile.profile_name)} is connected. You can close this page.</p>\n")


def problem_page(problem: str) -> bytes:
    """Return the page that says why nobody can be asked, and nobody redirected."""
    return _page("This sign-in cannot go on", f"<p>{escape(problem)}</p>\n<p>Go back and start it again.</p>\n")


def _page(title: str, content: str) -> bytes:
    return f"{_HEAD.format(title=escape(title))}{content}{_FOOT}".encode()
