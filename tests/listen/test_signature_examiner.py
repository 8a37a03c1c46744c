"""Examining what arrives without a right signature: beside everything else, and not every request of a flood."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.core.accounts.foreign_secrets import ForeignSecrets
from cronofy_cli.core.autopsy import Cause
from cronofy_cli.core.signature import HEADER, ClientSecret, SignatureState, sign
from cronofy_cli.listen.signature_examiner import Examiner, SecretsToTry
from tests.samples import CHANGE, make_delivery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError
    from cronofy_cli.listen.signature_examiner import Examined

LIMIT_S = 60.0
OURS = ClientSecret("current", "CRN_ours")
OTHER = ClientSecret("main of the context other", "CRN_other")
REMOVED = ClientSecret("old of the context acme", "CRN_removed")


class Told:
    """What an examiner told, and how often it looked for other secrets."""

    def __init__(self) -> None:
        self.examined: list[Examined] = []
        self.looked = 0
        self.failures: list[CronofyError] = []
        self.may_look = threading.Event()
        self.may_look.set()
        self._changed = threading.Condition()

    def examiner(self, pause_s: float = 0.0) -> Examiner:
        """Return an examiner that leaves #9 alone."""
        secrets = SecretsToTry([OURS], self._foreign)
        return Examiner(secrets, lambda delivery: delivery.id != 9, self._tell, self.failures.append, pause_s=pause_s)

    def wait_for(self, count: int) -> None:
        """Wait until so many were examined."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.examined) >= count, LIMIT_S)

    def _foreign(self) -> ForeignSecrets:
        self.looked += 1
        assert self.may_look.wait(LIMIT_S)
        return ForeignSecrets((OTHER,), (REMOVED,))

    def _tell(self, examined: Examined) -> None:
        with self._changed:
            self.examined.append(examined)
            self._changed.notify_all()


@contextmanager
def running(examiner: Examiner) -> Iterator[None]:
    """Examine inside the `with`."""
    examiner.start()
    try:
        yield
    finally:
        assert examiner.stop(LIMIT_S)


def signed(number: int, secret: str, body: bytes = CHANGE) -> Delivery:
    """Return a delivery that nobody here would have signed so."""
    headers = ((HEADER.encode(), sign(CHANGE, [secret]).encode()),)
    return make_delivery(number, body, SignatureState.INVALID, 401, headers=headers)


@pytest.mark.parametrize(
    ("delivery", "cause"),
    [
        (signed(1, OTHER.value), Cause.OTHER_CONTEXT_SECRET),
        (signed(1, REMOVED.value), Cause.REMOVED_SECRET),
        (signed(1, OURS.value, CHANGE + b"\n"), Cause.BODY_NEWLINE_ADDED),
        (signed(1, "CRN_nobody"), Cause.UNKNOWN),
        (make_delivery(1, CHANGE, SignatureState.UNSIGNED, 401), Cause.HEADER_MISSING),
    ],
)
def test_causes(delivery: Delivery, cause: Cause) -> None:
    """The cause is found from the request as it came, with all secrets that are known."""
    told = Told()
    examiner = told.examiner()
    with running(examiner):
        examiner([delivery])

    assert [(each.delivery, each.finding.cause, each.left_out) for each in told.examined] == [(delivery, cause, 0)]


@pytest.mark.parametrize("state", [SignatureState.VALID, SignatureState.UNKNOWN])
def test_what_is_not_examined(state: SignatureState) -> None:
    """What is signed, or was not checked, is left alone, and so is what nobody wants to know about."""
    told = Told()
    examiner = told.examiner()
    with running(examiner):
        examiner([make_delivery(1, CHANGE, state), make_delivery(9, CHANGE, SignatureState.UNSIGNED)])

    assert (told.examined, told.looked) == ([], 0)


def test_a_flood_is_counted() -> None:
    """Of what comes during an examination and its pause the newest is examined, and the others are counted."""
    told = Told()
    examiner = told.examiner(pause_s=3600.0)
    unsigned = [make_delivery(number, CHANGE, SignatureState.UNSIGNED, 401) for number in (1, 2, 3, 4, 5)]
    with running(examiner):
        examiner(unsigned[:2])
        told.wait_for(1)
        examiner(unsigned[2:4])
        examiner(unsigned[4:])
        assert len(told.examined) == 1

    assert [(each.delivery.id, each.left_out) for each in told.examined] == [(2, 1), (5, 2)]
    assert told.looked == 1


def test_taking_note_never_waits() -> None:
    """However long an examination takes, the sink returns at once."""
    told = Told()
    told.may_look.clear()
    examiner = told.examiner()
    with running(examiner):
        for number in range(1, 9):
            examiner([make_delivery(number, CHANGE, SignatureState.UNSIGNED, 401)])
        assert told.examined == []
        told.may_look.set()

    assert sum(1 + each.left_out for each in told.examined) == 8
