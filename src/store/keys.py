"""Keys: the master key in a file, and under it a key for each person."""

import base64
import hmac
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from store.errors import Forgotten, KeyFileUnusable

KEY_BYTES = 32
NONCE_BYTES = 12
MOST_KEPT = 20_000
"""How many persons' keys are cached; each takes some 300 bytes."""

Wrapped: TypeAlias = Mapping[UUID, bytes | None]
"""Person keys as they are stored, encrypted under the master key; None: erased."""


def draw(count: int, size: int) -> Iterator[bytes]:
    """Draw random values, with one call of the system."""
    drawn = os.urandom(count * size)
    return (drawn[at : at + size] for at in range(0, len(drawn), size))


def draw_nonces(count: int) -> Iterator[bytes]:
    """Draw nonces for encryption; each is used once."""
    return draw(count, NONCE_BYTES)


def seal(key: AESGCM, nonce: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """Encrypt with a fresh nonce, which is put before the result (AES-256-GCM)."""
    return nonce + key.encrypt(nonce, plain, bound_to)


def unseal(key: AESGCM, box: bytes, bound_to: bytes) -> bytes:
    """Decrypt what ``seal`` made. Raises InvalidTag if it or its place was changed."""
    return key.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], bound_to)


class MasterKey:
    """The key that encrypts all others: 32 bytes, as base64, in a file.

    The file has a line for each key there ever was; the last may not be in use yet.
    Digests, MACs and signatures are stored for ever, so the first key makes them. Persons'
    keys are encrypted under the key in use.
    """

    def __init__(self, *secrets: bytes, file: Path = Path()) -> None:
        secret = secrets[0]
        self._file = file
        self._wrapping = {
            _mark_of(each): AESGCM(_derive_key(each, b"person keys"))
            for each in secrets
        }
        self._naming = _derive_key(secret, b"keyed values")
        self._vouching = HMAC(_derive_key(secret, b"events"), SHA256())
        self.signing = Ed25519PrivateKey.from_private_bytes(
            _derive_key(secret, b"tree heads")
        )
        self.mark = _mark_of(secret)
        self.in_use = self.mark

    @classmethod
    def read_key_file(cls, path: Path) -> "MasterKey":
        """Read the file. Raises KeyFileUnusable, which says what is wrong with it."""
        try:
            lines = path.read_bytes().split() or [b""]
            secrets = [base64.b64decode(line, validate=True) for line in lines]
        except FileNotFoundError:
            raise KeyFileUnusable(
                f"The key file {path} is missing. Put it back from where it is kept"
                " safe: without it, what is stored of people cannot be read."
            ) from None
        except ValueError:
            secrets = [b""]
        except OSError as error:
            raise KeyFileUnusable(
                f"The key file {path} cannot be read: {error.strerror}. See that this"
                " user may read it."
            ) from None
        if any(len(secret) != KEY_BYTES for secret in secrets):
            raise KeyFileUnusable(
                f"The key file {path} is damaged: it should hold {KEY_BYTES} bytes as"
                " base64, in each line. Put it back from where it is kept safe."
            )
        return cls(*secrets, file=path)

    @classmethod
    def make(cls, path: Path) -> "MasterKey":
        """Make a key and write its file, readable by its owner alone; an existing file stays."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = _new_draft(path)
        draft.write_bytes(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return cls.read_key_file(path)

    @property
    def marks(self) -> Sequence[str]:
        """The marks of all keys of the file; a mark identifies a key without revealing it."""
        return list(self._wrapping)

    @property
    def newest(self) -> str:
        """The mark of the key in the last line."""
        return self.marks[-1]

    def use(self, mark: str) -> None:
        """Encrypt with the key of this mark from now on; the file is read again if needed.

        Raises KeyFileUnusable if it has no such key.
        """
        if mark not in self._wrapping:
            self._wrapping = self.read_key_file(self._file)._wrapping  # noqa: SLF001 - of its own kind
        if mark not in self._wrapping:
            raise KeyFileUnusable(
                f"The key file {self._file} is an older copy: the master key was changed"
                " for another since. Put the newer file in its place. What this one"
                " still opens is said by: learner-management key check"
            )
        self.in_use = mark

    def add(self) -> None:
        """Add a key to the file for later use. The file is complete at every moment."""
        draft = _new_draft(self._file)
        new = base64.b64encode(os.urandom(KEY_BYTES)) + b"\n"
        with draft.open("r+b") as file:
            file.write(self._file.read_bytes().rstrip(b"\n") + b"\n" + new)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._file)
        self.use(self.read_key_file(self._file).newest)

    def wrap(self, person_id: UUID, key: bytes, nonce: bytes) -> bytes:
        return seal(self._wrapping[self.in_use], nonce, key, person_id.bytes)

    def unwrap(self, person_id: UUID, wrapped: bytes) -> bytes:
        opened = self.open_by(person_id, wrapped)
        if opened is None:
            raise KeyFileUnusable(
                f"The key of {person_id} was not made under this master key. Put back"
                " the key file that this store was begun with."
            )
        return opened[1]

    def open_by(self, person_id: UUID, wrapped: bytes) -> tuple[str, bytes] | None:
        """Decrypt a person's key; return the mark of the key that opens it and the key.

        None if none of the file's keys opens it.
        """
        for mark in (self.in_use, *self._wrapping):
            try:
                key = unseal(self._wrapping[mark], wrapped, person_id.bytes)
            except InvalidTag:
                continue
            return mark, key
        return None

    def mac(self, content: bytes) -> bytes:
        """Make the MAC of some bytes, under the master key (HMAC, hex)."""
        mac = self._vouching.copy()  # faster than starting with the key again
        mac.update(content)
        return mac.finalize().hex().encode()

    def make_key(self, value: str) -> str:
        """Make the keyed digest of a value that must not be stored itself (HMAC-SHA-256, hex)."""
        return hmac.digest(self._naming, value.encode(), "sha256").hex()


def _new_draft(path: Path) -> Path:
    """Create a draft beside a file, readable by its owner alone."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    draft.touch(mode=0o600, exist_ok=False)
    return draft


def _mark_of(secret: bytes) -> str:
    naming = _derive_key(secret, b"keyed values")
    return hmac.digest(naming, b"the key of this store", "sha256").hex()


def _derive_key(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(
        secret
    )


class Keyring:
    """A cache of persons' keys, emptied after every erasure.

    Every read of the database returns the number of erasures (by any process); if it has
    changed, the cache is dropped. The number also changes when another master key comes
    into use; ``in_use`` gives its mark.
    """

    def __init__(
        self,
        master: MasterKey,
        fetch: Callable[[Iterable[UUID]], Wrapped],
        in_use: Callable[[], str | None],
    ) -> None:
        self._master = master
        self._fetch = fetch
        self._in_use = in_use
        self._kept: dict[UUID, bytes | None] = {}
        self._erasures = -1

    def readers(
        self, persons: Iterable[UUID], *, erasures: int
    ) -> Mapping[UUID, bytes | None]:
        """Return the keys of persons at this number of erasures; None for erased persons."""
        if erasures != self._erasures:
            self._use_key_in_use()
            self._kept, self._erasures = {}, erasures
        kept = self._bound_cache()
        missing = {person for person in persons if person not in kept}
        if missing:
            fetched = self._unwrap(self._fetch(missing))
            kept.update({person: fetched.get(person) for person in missing})
        return kept

    def writers(self, persons: Iterable[UUID], *, fresh: Collection[UUID]) -> "Writers":
        """Return the keys to encrypt with, and draw those of new persons.

        ``fresh`` are persons who are probably new and are not looked up; the database
        reports if that was wrong. Raises Forgotten.
        """
        cache = self._bound_cache()
        keys: dict[UUID, bytes] = {}
        new, asked = set[UUID](), set[UUID]()
        for person in persons:
            known = cache.get(person)
            if known is not None:
                keys[person] = known
            else:
                (new if person in fresh else asked).add(person)
        if asked:
            fetched = self._unwrap(self._fetch(asked))
            for person, found in fetched.items():
                if found is None:
                    raise Forgotten(person)
                keys[person] = found
            new |= asked - fetched.keys()
        new_keys: dict[UUID, bytes] = {}
        drawn = draw(len(new), KEY_BYTES)
        for person, key, nonce in zip(new, drawn, draw_nonces(len(new)), strict=True):
            keys[person] = key
            new_keys[person] = self._master.wrap(person, key, nonce)
        return Writers(keys=keys, new_keys=new_keys, cache=cache)

    def _bound_cache(self) -> dict[UUID, bytes | None]:
        """Return the cache, a new one if it has grown too large."""
        if len(self._kept) > MOST_KEPT:
            self._kept = {}
        return self._kept

    def drop(self) -> None:
        """Empty the cache, so that each key is looked up again."""
        self._kept = {}

    def _use_key_in_use(self) -> None:
        self._master.use(self._in_use() or self._master.mark)

    def _unwrap(self, wrapped: Wrapped) -> dict[UUID, bytes | None]:
        return {
            person: None if key is None else self._unwrap_one(person, key)
            for person, key in wrapped.items()
        }

    def _unwrap_one(self, person: UUID, wrapped: bytes) -> bytes:
        """Decrypt a key, which a newer master key may have encrypted since the last read."""
        if opened := self._master.open_by(person, wrapped):
            return opened[1]
        self._use_key_in_use()
        return self._master.unwrap(person, wrapped)


@dataclass(frozen=True, kw_only=True)
class Writers:
    """Keys to encrypt with; ``new_keys`` are new ones, encrypted, to store with the append."""

    keys: Mapping[UUID, bytes]
    new_keys: Mapping[UUID, bytes]
    cache: dict[UUID, bytes | None]

    def keep(self) -> None:
        """Cache the keys, now that they are stored.

        They go into the cache from which they came: if an erasure dropped that meanwhile,
        they are dropped with it.
        """
        self.cache.update(self.keys)
