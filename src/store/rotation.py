"""Replace the master key while the service runs."""

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from hmac import compare_digest
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

from store.errors import KeyFileUnusable
from store.keys import MasterKey, draw_nonces
from store.opening import open_recorder
from store.recorder import Recorder

BATCH = 500
Follow: TypeAlias = Callable[[int], None]
"""Called with the number of persons' keys handled so far."""


class Rotation:
    """The master keys of a file, and the persons' keys of a store that they encrypt."""

    def __init__(self, recorder: Recorder, file: Path) -> None:
        """Read the file. Raises KeyFileUnusable if it is another store's."""
        self._recorder = recorder
        self._master = MasterKey.read_key_file(file)
        if not compare_digest(recorder.mark(None) or "", self._master.mark):
            raise KeyFileUnusable(
                f"The key file {file} is not the one that this store was begun with."
            )

    @property
    def in_use(self) -> str:
        """The mark of the key in use."""
        return self._recorder.key_in_use() or self._master.mark

    @property
    def has_in_use(self) -> bool:
        """Whether the file has the key in use; if not, it is an older copy."""
        return self.in_use in self._master.marks

    @property
    def is_prepared(self) -> bool:
        """Whether the file has a key that is not in use yet."""
        return self.has_in_use and self._master.newest != self.in_use

    def count(self, follow: Follow) -> Mapping[str, int]:
        """Count the persons' keys that each key of the file opens, by its mark.

        Keys that none of them opens are counted under an empty mark.
        """
        opened = Counter(dict.fromkeys(self._master.marks, 0))
        for batch in self._batches(follow):
            found = (self._master.open_by(*each) for each in batch)
            opened.update(each[0] if each else "" for each in found)
        return opened

    def prepare(self) -> None:
        """Add a key to the file, unless one is waiting there. Nothing uses it yet."""
        self._master.use(self.in_use)
        if not self.is_prepared:
            self._master.add()

    def rotate(self, follow: Follow) -> int:
        """Encrypt every person's key under the new key; return how many were changed now.

        An unfinished rotation is continued, and no further key is begun. Running services
        learn of the key with their next read, and keep their cached keys.
        """
        self._master.use(self.in_use)
        if self.is_prepared or not (done := self._rewrap_all(follow)):
            self.prepare()
            self._recorder.use_key(self._master.newest)
            self._master.use(self._master.newest)
            done = self._rewrap_all(follow)
        while late := self._rewrap_all(follow):  # written as it was begun
            done += late
        self._recorder.use_key(self._master.in_use)  # leaves no old key in the log
        return done

    def _rewrap_all(self, follow: Follow) -> int:
        count = 0
        for batch in self._batches(follow):
            opened = [(*each, self._master.open_by(*each)) for each in batch]
            old = [
                (person, wrapped, found[1])
                for person, wrapped, found in opened
                if found and found[0] != self._master.in_use
            ]
            nonces = draw_nonces(len(old))
            anew = [
                (person, wrapped, self._master.wrap(person, key, nonce))
                for (person, wrapped, key), nonce in zip(old, nonces, strict=True)
            ]
            self._recorder.rewrap(anew)
            count += len(old)
        return count

    def _batches(self, follow: Follow) -> Iterator[Sequence[tuple[UUID, bytes]]]:
        after, count = None, 0
        while batch := self._recorder.wrapped_keys(after, BATCH):
            yield batch
            after, count = batch[-1][0], count + len(batch)
            follow(count)


@contextmanager
def open_rotation(url: str, keys: Path) -> Generator[Rotation]:
    """Open a rotation beside the running service. Raises what ``open_store`` raises."""
    with closing(open_recorder(url, begin=False)) as recorder:
        yield Rotation(recorder, keys)
