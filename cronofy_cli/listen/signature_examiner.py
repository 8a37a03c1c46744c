"""Why what arrives is not signed as it should be: examined beside everything else, not for every request of a flood.

An examination can take a second (`core.autopsy`), so it is made on a thread of its own, with pauses. Whatever comes in
a pause is counted, and the newest of it is examined when the pause is over.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.worker import Worker
from cronofy_cli.core.signature import HEADER, NOT_FROM_CRONOFY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cronofy_cli.adapters.worker import OnFailed
    from cronofy_cli.core.accounts.foreign_secrets import ForeignSecrets
    from cronofy_cli.core.autopsy import Finding
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.signature import ClientSecret

PAUSE_S: Final = 1.0
EXAMINATION_LIMIT_S: Final = 3.0
"""How long the end of a run waits for an examination."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A delivery with a wrong or missing signature, and why that is so."""

    delivery: Delivery
    finding: Finding
    left_out: int
    """How many others came since the last one, and were not examined."""


@dataclass(frozen=True, slots=True)
class SecretsToTry:
    """The client secrets that a signature may have been made with."""

    configured: Sequence[ClientSecret]
    foreign: Callable[[], ForeignSecrets]
    """Finds those of other contexts, and removed ones; called once, before the first examination."""


class Examiner(Worker):
    """A sink that examines the deliveries that Cronofy did not sign, one in a while."""

    def __init__(
        self,
        secrets: SecretsToTry,
        wants: Callable[[Delivery], bool],
        on_examined: Callable[[Examined], None],
        on_failed: OnFailed,
        *,
        pause_s: float = PAUSE_S,
    ) -> None:
        """`on_examined` is called on the examiner's thread; not for what is not shown."""
        super().__init__("signature examiner", on_failed)
        self._secrets = secrets
        self._wants = wants
        self._on_examined = on_examined
        self._pause_s = pause_s
        self._foreign: ForeignSecrets | None = None
        self._newest: Delivery | None = None
        self._waiting = 0
        self._condition = threading.Condition()

    def __call__(self, deliveries: Sequence[Delivery]) -> None:
        """Take note of what was not signed as it should be. Never waits."""
        strange = [each for each in deliveries if each.verdict.state in NOT_FROM_CRONOFY and self._wants(each)]
        if strange:
            with self._condition:
                self._newest = strange[-1]
                self._waiting += len(strange)
                self._condition.notify()

    def _wake(self) -> None:
        with self._condition:
            self._condition.notify()

    def _work(self) -> None:
        while taken := self._take():
            delivery, left_out = taken
            self._on_examined(Examined(delivery, self._examine(delivery), left_out))
            self._ending.wait(self._pause_s)

    def _take(self) -> tuple[Delivery, int] | None:
        with self._condition:
            self._condition.wait_for(lambda: self._newest or self._ending.is_set())
            if self._newest is None:
                return None
            taken = self._newest, self._waiting - 1
            self._newest, self._waiting = None, 0
            return taken

    def _examine(self, delivery: Delivery) -> Finding:
        # Late: it takes longer to load than most runs take to examine anything.
        from cronofy_cli.core.autopsy import examine

        if self._foreign is None:
            self._foreign = self._secrets.foreign()
        request = delivery.request
        return examine(
            request.header(HEADER),
            request.body,
            self._secrets.configured,
            headers=request.headers,
            other_secrets=self._foreign.others,
            removed_secrets=self._foreign.removed,
        )
