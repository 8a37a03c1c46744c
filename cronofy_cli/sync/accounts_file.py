"""A file of accounts to keep copies of: a JSON object a line, with the account's `sub` and its `refresh_token`. Pure.

Other keys are ignored, so that a line can be a row of one's own database. A service account, and the accounts that were
authorized through it, have a refresh token each as any other account has (docs: …/authorization/request-token/).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.fields import decode_object, text
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.core.fields import Fields

_HINT: Final = 'write a line per account: {"sub": "acc_…", "refresh_token": "…"}'
_SUB: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account of the file."""

    sub: str
    refresh_token: str = field(repr=False)


def parse_accounts(content: bytes, name: str) -> tuple[ListedAccount, ...]:
    """Return the accounts of a file; `name` is what messages call it. Nothing of its content is repeated in them.

    Raises:
        WrongUsage: a line is not an account, an account is there twice, or there is none.
    """
    found: dict[str, int] = {}
    accounts = []
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        if not line.strip():
            continue
        account = _account(decode_object(line), f"line {number} of {name}")
        if account.sub in found:
            first = found[account.sub]
            raise WrongUsage(
                f"line {number} of {name} is the account of line {first} again", hint="remove one of the two lines"
            )
        found[account.sub] = number
        accounts.append(account)
    if not accounts:
        raise WrongUsage(f"there is no account in {name}", hint=_HINT)
    return tuple(accounts)


def is_account_id(sub: str) -> bool:
    """Whether a text can be an account's id, and so a part of a file's name."""
    return _SUB.fullmatch(sub) is not None


def _account(fields: Fields, where: str) -> ListedAccount:
    if not fields:
        raise WrongUsage(f"{where} is not a JSON object", hint=_HINT)
    sub, token = text(fields, "sub") or "", text(fields, "refresh_token") or ""
    if not is_account_id(sub):
        raise WrongUsage(f"{where} has no 'sub', or one that is not an account's id", hint=_HINT)
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise WrongUsage(f"{where} has no 'refresh_token', or one that cannot be sent", hint=_HINT)
    return ListedAccount(sub, token)
