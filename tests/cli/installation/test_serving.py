"""What a service at work asks of the C library."""

import ctypes
import platform
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from cli.installation.serving import use_one_heap
from tests import processes

THREADS = 4


def count_heaps_of_a_service(report: str) -> None:
    use_one_heap()
    count_heaps(report)


def count_heaps(report: str) -> None:
    """Allocate in several threads at once, and end with the number of heaps."""
    ready = Barrier(THREADS)

    def allocate(_: int) -> list[bytes]:
        ready.wait()
        return [bytes(2_000) for _ in range(100)]

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(allocate, range(THREADS)))
    library = ctypes.CDLL(None)
    library.fopen.restype = ctypes.c_void_p
    file = ctypes.c_void_p(library.fopen(report.encode(), b"w"))
    library.malloc_info(0, file)
    library.fclose(file)
    sys.exit(Path(report).read_text().count("<heap nr="))


@pytest.mark.skipif(  # there ``use_one_heap`` has nothing to set, and does nothing
    platform.libc_ver()[0] != "glibc", reason="Only glibc keeps a heap for each thread."
)
def test_a_service_has_one_heap_for_all_its_threads(tmp_path: Path) -> None:
    """What an upload needed is given back, whichever thread needed it."""
    report = str(tmp_path / "heaps.xml")
    assert processes.run(count_heaps, report) > 1
    assert processes.run(count_heaps_of_a_service, report) == 1
