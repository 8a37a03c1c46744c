"""The list of accounts: what is read, and what is said of a line that is none."""

from __future__ import annotations

import json

import pytest

from cronofy_cli.errors import WrongUsage
from cronofy_cli.sync.accounts_file import ListedAccount, parse_accounts


def line(**fields: object) -> bytes:
    """Return a line."""
    return json.dumps(fields).encode() + b"\n"


def test_a_line_for_each_account() -> None:
    """Empty lines, other keys, carriage returns and a byte order mark are no obstacle."""
    content = b"\xef\xbb\xbf" + line(sub="acc_1", refresh_token="a") + b"\r\n \n"
    longest = "a" * 100
    content += line(id=7, refresh_token="b", sub="ser_2", scope=None) + line(sub=longest, refresh_token="c")

    assert parse_accounts(content, "list") == (
        ListedAccount("acc_1", "a"),
        ListedAccount("ser_2", "b"),
        ListedAccount(longest, "c"),
    )


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (b"acc_2\n", "line 2 of list is not a JSON object"),
        (b'["acc_2"]\n', "line 2 of list is not a JSON object"),
        (line(refresh_token="secret"), "line 2 of list has no 'sub'"),
        (line(sub="../acc_2", refresh_token="secret"), "line 2 of list has no 'sub', or one that is not"),
        (line(sub="acc_2"), "line 2 of list has no 'refresh_token'"),
        (line(sub="acc_2", refresh_token="se cret"), "line 2 of list has no 'refresh_token', or one that cannot be"),
        (line(sub="acc_2", refresh_token="sécret"), "line 2 of list has no 'refresh_token', or one that cannot be"),
        (line(sub="acc_2", refresh_token="secret\t"), "line 2 of list has no 'refresh_token', or one that cannot be"),
        (line(sub="a" * 101, refresh_token="secret"), "line 2 of list has no 'sub', or one that is not"),
        (line(sub="acc_1", refresh_token="secret"), "line 2 of list is the account of line 1 again"),
    ],
)
def test_what_is_refused(bad: bytes, words: str) -> None:
    """The line is named, there is a hint, and nothing of the line is repeated."""
    with pytest.raises(WrongUsage) as caught:
        parse_accounts(line(sub="acc_1", refresh_token="a") + bad, "list")

    assert caught.value.message.startswith(words)
    form = 'write a line per account: {"sub": "acc_…", "refresh_token": "…"}'
    assert caught.value.hint == ("remove one of the two lines" if words.endswith("again") else form)
    assert "cret" not in f"{caught.value.message}{caught.value.hint}"


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_list(content: bytes) -> None:
    """A list without an account is a mistake, not a success."""
    with pytest.raises(WrongUsage, match="there is no account in list"):
        parse_accounts(content, "list")


def test_no_token_in_a_representation() -> None:
    """What a traceback may show has no token."""
    assert "secret" not in repr(ListedAccount("acc_1", "secret"))
