"""What must not leave the machine does not."""

from __future__ import annotations

import json

import pytest

from cronofy_cli.core.signature import HEADER, ClientSecret, sign
from cronofy_cli.output.exports.formats import ExportFormat, exported
from cronofy_cli.output.exports.redaction import redacted
from tests.samples import make_delivery

BODY = (
    b'{"notification":{"type":"change"},"channel":{"channel_id":"chn_1","callback_url":"https:\\/\\/ab12.example.com/r/k3v9"},'
    b'"recipient":{"email":"jane.d+x@company.co.uk"},"code":"c0de \\" x","state": "st4te"}'
)
SECRETS = [
    "ab12",
    "k3v9",
    "user_id=42",
    "jane",
    "company",
    "c0de",
    "st4te",
    "3.4.5.6",
    "s3ss10n",
    "CRONOFY_CLIENT_SECRET",
]


@pytest.mark.parametrize("form", ExportFormat)
def test_nothing_secret_is_left(form: ExportFormat) -> None:
    """In no form is there a signature, an address, a credential or a person; types and ids of channels stay."""
    signature = sign(BODY, [ClientSecret("x", "secret").value])
    headers = (
        (b"Host", b"ab12.example.com"),
        (HEADER.encode(), signature.encode()),
        (b"X-Forwarded-For", b"3.4.5.6"),
        (b"Cookie", b"a=s3ss10n"),
        (b"Content-Length", b"%d" % len(BODY)),
        (b"Referer", b"HTTPS://ab12.example.com/r/k3v9"),
        (b"X-Sender", b"<jane.d@company.co.uk>"),
    )

    written = b"".join(exported([redacted(make_delivery(1, BODY, headers=headers))], form, "1")).decode()

    assert [secret for secret in [*SECRETS, signature] if secret in written] == []
    assert "chn_1" in written


def test_still_whole() -> None:
    """The body is still JSON of the same shape, and its length is that of what is left."""
    delivery = redacted(make_delivery(1, BODY, headers=((b"content-length", b"1"),)))

    document = json.loads(delivery.request.body)
    assert document.keys() == json.loads(BODY).keys()
    assert document["code"] == "REDACTED"
    assert delivery.request.header("Content-Length") == str(len(delivery.request.body))
    assert delivery.notification.type == "change"


@pytest.mark.parametrize(
    "address",
    ["jane.d+x@company.co.uk", "j\\u00e4ne@company.co", "jäne@cömpany.co", "\\njane@company.co", "\\\\jane@company.co"],
)
def test_people_however_they_are_written(address: str) -> None:
    """An e-mail address goes as a whole, also with letters that are escaped in JSON, and the body stays JSON."""
    body = f'{{"notification":{{"type":"change"}},"to":"{address}"}}'.encode()

    left = redacted(make_delivery(1, body)).request.body

    assert json.loads(left)["to"] == "redacted@example.invalid"


def test_long_words() -> None:
    """A body of one long word is looked through in a time that grows with its length, not with its square."""
    body = b"a" * 1_000_000

    assert redacted(make_delivery(1, body)).request.body == body
