"""The query of a callback URL."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.accounts.calendars import UserInfo
from cronofy_cli.core.notifications.callback_query import fill
from cronofy_cli.errors import WrongUsage


def account(sub: str = "acc_5ba2", email: str | None = "jane+work@example.com", name: str | None = None) -> UserInfo:
    """Return whom a token stands for."""
    return UserInfo(sub, email, name, "Europe/London", "userinfo", None, (), b"{}")


@pytest.mark.parametrize(
    ("template", "query"),
    [
        ("user_id={sub}", "user_id=acc_5ba2"),
        ("?user_id={sub}", "user_id=acc_5ba2"),
        ("user={email}&zone={zoneinfo}", "user=jane%2Bwork%40example.com&zone=Europe%2FLondon"),
        ("type={type}", "type=userinfo"),
        ("team=A b#c&done=%20é", "team=A%20b%23c&done=%20%C3%A9"),
        ("", ""),
    ],
)
def test_templates(template: str, query: str) -> None:
    """Placeholders become the account's values, encoded; the rest stays as far as a query can hold it."""
    assert fill(template, account()) == query


@pytest.mark.parametrize("template", ["id={subject}", "id={}", "id={sub", "id=sub}", "id={{sub}}", "id={ sub }"])
def test_unknown_placeholders(template: str) -> None:
    """What is no placeholder is refused, and the known ones are listed."""
    with pytest.raises(WrongUsage, match=r"does not know '[{}]") as caught:
        fill(template, account())

    assert caught.value.hint == "use one of {sub}, {email}, {name}, {zoneinfo}, {type}"


def test_an_account_without_the_value() -> None:
    """A placeholder that the account has nothing for is refused rather than left empty."""
    with pytest.raises(WrongUsage, match="the account has no name"):
        fill("name={name}", account())


@given(st.text(min_size=1), st.text(min_size=1))
def test_values_come_back(sub: str, name: str) -> None:
    """Whatever is in a value, a server that decodes the query gets exactly it, under the parameter it was put in."""
    query = fill("id={sub}&name={name}", account(sub=sub, name=name))

    assert parse_qsl(query) == [("id", sub), ("name", name)]
