"""Verify many learners at once with LRS, without asking it while it is down."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from aggregates.learners.details import Details
from aggregates.learners.verification import Outcome, PostponedReason
from lrs.circuit import Circuit
from lrs.faults import LrsFault, Verifier

AT_ONCE = 8
"""The most learners that LRS is asked about at the same time (d)."""

logger = structlog.get_logger()


class BatchVerifier:
    """Verifies learners through a circuit breaker; commands call it as ``Verify``.

    Gives an outcome for each learner, in order: the answer, the reason why LRS gave none,
    or None if the circuit is open and LRS was not asked.
    """

    def __init__(self, verifier: Verifier, circuit: Circuit | None = None) -> None:
        self.verifier = verifier
        self._circuit = circuit or Circuit()

    def __call__(self, learners: Sequence[Details]) -> Sequence[Outcome]:
        if len(learners) <= 1:
            return [self._ask(one) for one in learners]
        with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            return list(pool.map(self._ask, learners))

    def _ask(self, details: Details) -> Outcome:
        if not self._circuit.lets_pass():
            return None
        try:
            answer = self.verifier.verify(details)
        except LrsFault as fault:
            if fault.why is PostponedReason.REQUEST_REFUSED:
                self._circuit.count_success()  # LRS is up: it refused these details
            else:
                self._circuit.count_failure()
            logger.warning("LRS gave no answer", why=fault.why, fault=str(fault))
            return fault.why
        self._circuit.count_success()
        return answer
