"""A delivery with another body, signed as Cronofy would sign it.

Pure. The signature is over the body's bytes (docs: /developers/push-notifications/authentication/), so a changed body
needs a new one; everything else of the request stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.core.notifications.notification import parse_notification
from cronofy_cli.core.signature import HEADER, judge, sign
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.core.notifications.deliveries import Delivery, Headers
    from cronofy_cli.core.signature import ClientSecret

_LENGTH: Final = b"Content-Length"


def with_body(delivery: Delivery, body: bytes, client_secrets: Sequence[ClientSecret]) -> Delivery:
    """Return `delivery` with this body, and a signature by these secrets in the place of the old one."""
    signature = sign(body, [secret.value for secret in client_secrets]).encode()
    headers = _replaced(delivery.request.headers, HEADER.encode(), signature)
    headers = _replaced(headers, _LENGTH, b"%d" % len(body))
    request = delivery.request._replace(headers=headers, body=body)
    verdict = judge(signature.decode(), body, client_secrets)
    return delivery._replace(request=request, notification=parse_notification(body), verdict=verdict)


def set_fields(body: bytes, assignments: Sequence[str]) -> bytes:
    """Return a JSON body with fields set, each as `notification.changes_since=VALUE`; a value is JSON, or else text.

    Raises:
        WrongUsage: the body is not a JSON object, or an assignment leads nowhere.
    """
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WrongUsage("--set needs a body that is JSON", hint="use --edit to change it as text") from error
    for assignment in assignments:
        path, equals, value = assignment.partition("=")
        if not equals or not all(path.split(".")):
            raise WrongUsage(f"--set does not take '{assignment}'", hint="write it as --set notification.type=change")
        _set(document, path.split("."), _value(value), assignment)
    return msgspec.json.encode(document)


def _replaced(headers: Headers, name: bytes, value: bytes) -> Headers:
    wanted = name.lower()
    lines: list[tuple[bytes, bytes]] = []
    is_placed = False
    for key, old in headers:
        if key.lower() != wanted:
            lines.append((key, old))
        elif not is_placed:
            lines.append((key, value))
            is_placed = True
    return tuple(lines) if is_placed else (*lines, (name, value))


def _value(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return text


def _set(document: object, steps: Sequence[str], value: object, assignment: str) -> None:
    parent = document
    for index, step in enumerate(steps):
        is_last = index == len(steps) - 1
        if isinstance(parent, dict):
            if is_last:
                parent[step] = value
            else:
                parent = parent.setdefault(step, {})
        elif isinstance(parent, list) and step.isdecimal() and int(step) < len(parent):
            if is_last:
                parent[int(step)] = value
            else:
                parent = parent[int(step)]
        else:
            place = ".".join(steps[:index]) or "the body"
            raise WrongUsage(
                f"--set {assignment} leads nowhere: {place} has no '{step}'", hint="look at the body first"
            )
