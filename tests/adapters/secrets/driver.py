"""A program that uses the secret store as commands would, and prints what came of each request as JSON.

A process of its own, because keyring looks at the real environment and decides once per process.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from typing import Any

from cronofy_cli.adapters.secrets import SecretStore
from cronofy_cli.core.accounts.contexts import Context, SecretPlace, StoredClientSecret, StoredSecrets
from cronofy_cli.errors import CronofyError

LIMIT_S = 60.0
"""Long enough for a service on a loaded machine. A test of one that hangs chooses its own."""


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Do what a request says, and return the result, the error and the warnings."""
    answer: dict[str, Any] = {"result": None, "error": None, "warnings": []}
    place = request.get("place")
    context = Context(
        request.get("name", "acme"),
        secret_place=SecretPlace(place) if place else None,
        keyring_backend=request.get("backend"),
    )
    store = SecretStore(os.environ, warn=answer["warnings"].append, limit_s=request.get("limit_s", LIMIT_S))
    try:
        answer["result"] = _do(store, context, request)
    except CronofyError as error:
        answer["error"] = {"code": error.code, "message": error.message, "hint": error.hint}
    if "loaded" in request:
        answer["modules"] = [name for name in request["loaded"] if name in sys.modules]
    return answer


def _do(store: SecretStore, context: Context, request: dict[str, Any]) -> Any:
    if request["do"] == "save":
        secrets = StoredSecrets(
            (StoredClientSecret("first", "CRN_driver_secret", datetime(2026, 11, 22, tzinfo=UTC)),),
            access_token=request.get("token", "tok_driver"),
        )
        kept = store.save(context, secrets, allow_file=request.get("allow_file", False))
        return {"place": kept.place, "where": kept.where, "backend": kept.keyring_backend}
    if request["do"] == "load":
        found = store.load(context)
        return found and {
            "token": found.secrets.access_token,
            "place": found.kept.place,
            "backend": found.kept.keyring_backend,
        }
    return store.delete(context)


if __name__ == "__main__":
    sys.stdout.write(json.dumps([run(request) for request in json.loads(sys.argv[1])]))
