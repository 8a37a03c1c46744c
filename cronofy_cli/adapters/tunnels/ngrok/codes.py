"""ngrok's error codes as our errors (docs: https://ngrok.com/docs/errors/): a sentence, and what to do."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.text import clean, shorten
from cronofy_cli.errors import NotAllowed, NotSignedIn, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.errors import CronofyError

DOCS: Final = "https://ngrok.com/docs/errors/"
DIAGNOSE_HINT: Final = "check this machine's connection and proxy with: ngrok diagnose; or choose --tunnel cloudflared"
LONGEST_DETAIL: Final = 200

_CODE = re.compile(r"ERR_NGROK_(\d+)", re.IGNORECASE)
_QUOTED_ERROR = re.compile(r'"err"\s*:\s*("(?:[^"\\]|\\.)*")')
_PREFIX = re.compile(
    r"^(?:(?:authentication failed|failed to start tunnel|The ngrok process errored on start|ERROR):\s+)+"
)
_OFFLINE = re.compile(
    r"no such host|i/o timeout|network is unreachable|has no records|x509|dial tcp|failed to dial|"
    r"not yet been established",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Known:
    kind: type[CronofyError]
    message: str
    hint: str


_NEW_TOKEN = _Known(
    NotSignedIn,
    "ngrok does not accept the authtoken",
    "copy the current one from https://dashboard.ngrok.com/get-started/your-authtoken, then: cronofy tunnel token",
)
_PLAN = "leave --domain out: the account's own free domain is used then"
_MONTHLY = "wait for the next month, upgrade the plan, or choose --tunnel cloudflared"

_KNOWN: Final[dict[int, _Known]] = {
    4018: _Known(
        NotSignedIn,
        "ngrok needs an account, and no authtoken is known",
        "take it from https://dashboard.ngrok.com/get-started/your-authtoken, then: cronofy tunnel token",
    ),
    105: _Known(
        NotSignedIn,
        "what is set as ngrok's authtoken is not one; an API key or a part of one, perhaps",
        _NEW_TOKEN.hint,
    ),
    106: _NEW_TOKEN,
    107: _Known(NotSignedIn, "ngrok's authtoken was reset or revoked", _NEW_TOKEN.hint),
    108: _Known(
        NotAllowed,
        "the ngrok account already runs as many agents as its plan allows",
        "stop another one; https://dashboard.ngrok.com/agents lists them",
    ),
    121: _Known(Unreachable, "ngrok no longer serves an agent this old", "ngrok update, or: cronofy tunnel install"),
    313: _Known(NotAllowed, "the ngrok plan does not include names of one's own choice", _PLAN),
    314: _Known(NotAllowed, "the ngrok plan does not include domains of one's own", _PLAN),
    319: _Known(
        NotAllowed,
        "the domain is not reserved on the ngrok account",
        "reserve it at https://dashboard.ngrok.com/domains, or leave --domain out",
    ),
    320: _Known(
        NotAllowed, "the domain belongs to another ngrok account", "choose one of yours with --domain, or leave it out"
    ),
    334: _Known(
        Unreachable,
        "the address is already online with another ngrok agent",
        "stop that one (https://dashboard.ngrok.com/agents), or choose another address with --domain",
    ),
    725: _Known(NotAllowed, "the ngrok account has used up its month's bandwidth", _MONTHLY),
    726: _Known(NotAllowed, "the ngrok account has used up its month's connections", _MONTHLY),
    727: _Known(NotAllowed, "the ngrok account has used up its month's requests", _MONTHLY),
    3200: _Known(
        Unreachable, "the address is an ngrok address, but no agent is connected to it", "start cronofy listen again"
    ),
    8012: _Known(
        Unreachable,
        "the ngrok agent is up, but nothing answers it on this machine",
        "start cronofy listen again; a firewall on this machine can be the reason too",
    ),
}


def explain_code(code: str, detail: str = "") -> CronofyError:
    """Return the error for a code such as `ERR_NGROK_108`; `detail` is shown for one that is not known here."""
    match = _CODE.search(code)
    number = int(match[1]) if match else 0
    docs = f"{DOCS}err_ngrok_{number}"
    known = _KNOWN.get(number)
    if known is not None:
        return known.kind(known.message, hint=known.hint, docs=docs)
    return Unreachable(f"ngrok refused, ERR_NGROK_{number}: {detail or 'see its page'}", hint=f"see {docs}", docs=docs)


def explain_text(text: str, redact: Callable[[str], str]) -> CronofyError:
    """Return the error that an agent's words stand for. Nothing of them is kept but a redacted first line."""
    detail = _first_line(redact(text))
    if code := _CODE.search(text):
        return explain_code(code[0], detail)
    if _OFFLINE.search(text):
        return Unreachable(f"the ngrok agent cannot reach ngrok: {detail}", hint=DIAGNOSE_HINT, docs=DOCS)
    return Unreachable(f"the ngrok agent failed: {detail}", hint=DIAGNOSE_HINT, docs=DOCS)


def _first_line(text: str) -> str:
    """The agent's API wraps its words into JSON, and pyngrok wraps that into a sentence of its own."""
    if quoted := _QUOTED_ERROR.search(text):
        text = str(json.loads(quoted[1], strict=False))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return shorten(clean(_PREFIX.sub("", lines[0])), LONGEST_DETAIL) if lines else "it said nothing"
