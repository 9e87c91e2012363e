"""The private keys of rounds that are not opened yet: one file each, outside the database, for workers alone.

Whoever has the database, or a copy of it from any time, has sealed sheets only. Once a round is opened its key is deleted, here
and by the operator from the backups of this folder; from then on nobody can open what archives of the database still hold.
"""

import base64
import hashlib
import os
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from joserfc import jwe
from joserfc.jwk import ECKey

_FILE_NAME: Final = re.compile(r"[0-9a-f]{32}\.pem")
# A round that is just being made has no row yet; and a database that is restored by mistake lacks rows for a while.
_ORPHANS_KEPT: Final = timedelta(days=7)
_HEADER: Final = {"alg": "ECDH-ES", "enc": "A256GCM"}


class RoundKeys:
    """Knows the keys of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(self) -> tuple[str, str]:
        """Make a key; give its name and its public half."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key, name = ECKey.generate_key("P-256"), secrets.token_hex(16)
        # Whole or not at all, on the disk before anything is sealed for it, and 0600 from the first byte.
        unfinished = self._folder / f"{name}.new"
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key.as_pem(private=True))
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self._path(name))
        return name, key.as_pem(private=False).decode()

    def has(self, name: str) -> bool:
        return self._path(name).is_file()

    def private_key(self, name: str) -> ECKey | None:
        """Give a key to open with; None: it is gone."""
        try:
            return ECKey.import_key(self._path(name).read_bytes())
        except FileNotFoundError:
            return None

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def sweep(self, needed: Collection[str], known: Collection[str], *, now: datetime) -> int:
        """Delete the keys of rounds that are over, also where the process ended before it came to that; tell how many.

        Args:
            needed: names of keys that something is still sealed for.
            known: names of the keys of all rounds.
        """
        gone = 0
        for path in self._folder.glob("*.pem") if self._folder.is_dir() else ():
            name = path.stem
            if not _FILE_NAME.fullmatch(path.name) or name in needed:
                continue
            if name in known or path.stat().st_mtime < (now - _ORPHANS_KEPT).timestamp():
                self.delete(name)
                gone += 1
        return gone

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.pem"


def seal(text: bytes, public_key: str) -> str:
    """Seal something so that only the private half opens it."""
    # A header of its own: the library writes the message's own key into it, and two threads would mix theirs up.
    return jwe.encrypt_compact(dict(_HEADER), text, ECKey.import_key(public_key))


def unseal(sealed: str, private_key: ECKey) -> bytes:
    plaintext = jwe.decrypt_compact(sealed, private_key).plaintext
    assert plaintext is not None
    return plaintext


def new_code() -> str:
    """Make a code of 80 bit, in groups that can be read aloud."""
    text = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def code_hash(code: str) -> str:
    """Give what is stored of a code; nobody can try out 80 bit, so no salt is needed."""
    return hashlib.sha256("".join(code.split()).replace("-", "").lower().encode()).hexdigest()
