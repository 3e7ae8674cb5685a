"""Processes of a test's own, forked from one that has imported the service already."""

from collections.abc import Callable, Sequence
from multiprocessing import get_context

from tests.clock import PATIENCE

FORKED = get_context("forkserver")
FORKED.set_forkserver_preload(
    ["tests.policies.chain", "tests.policies.upload_work", "tests.store.examples"]
)


def run(work: Callable[..., None], *arguments: object) -> int:
    """Do it in a process, and say how that ended: as minus the signal if by one."""
    (ended,) = run_at_once(1, work, *arguments)
    return ended


def run_at_once(
    count: int, work: Callable[..., None], *arguments: object
) -> Sequence[int]:
    """Do the same in so many processes at the same time."""
    started = [
        FORKED.Process(target=work, args=arguments, daemon=True) for _ in range(count)
    ]
    for process in started:
        process.start()
    ended = []
    for process in started:
        process.join(5 * PATIENCE)
        assert process.exitcode is not None, "It does not end."
        ended.append(process.exitcode)
    return ended
