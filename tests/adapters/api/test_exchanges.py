"""What `--verbose` is told holds no secret."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.adapters.api.exchanges import mask_body, mask_headers, mask_text


def test_headers() -> None:
    """The scheme of a credential is shown, the credential is not; other headers stay as they are."""
    headers = [("Authorization", "Bearer abc"), ("COOKIE", "session=1"), ("Accept", "*/*")]

    assert mask_headers(headers) == (("Authorization", "Bearer ***"), ("COOKIE", "***"), ("Accept", "*/*"))


@pytest.mark.parametrize("name", ["access_token", "refresh_token", "client_secret", "code", "id_token", "link_token"])
@given(secret=st.text(min_size=1))
def test_json_bodies(name: str, secret: str) -> None:
    """A secret in JSON is masked whatever is in it, and the document stays one."""
    body = json.dumps({"before": 1, name: secret, "after": "shown"}).encode()

    assert json.loads(mask_body(body)) == {"before": 1, name: "***", "after": "shown"}


def test_form_bodies_and_addresses() -> None:
    """Secrets in a form or in an address are masked."""
    assert mask_body(b"client_id=1&client_secret=s3cret&x=2") == b"client_id=1&client_secret=***&x=2"
    assert mask_text("https://example.com/?code=abc&state=1") == "https://example.com/?code=***&state=1"


def test_known_secret_anywhere() -> None:
    """A secret that is known is masked wherever it stands."""
    assert mask_body(b"<p>bad token tok_1</p>", "tok_1") == b"<p>bad token ***</p>"


def test_bytes_that_are_no_text() -> None:
    """A body that is not text passes."""
    assert mask_body(b"\xff\x00", "tok_1") == b"\xff\x00"
