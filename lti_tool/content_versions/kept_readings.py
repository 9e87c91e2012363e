"""Keeps programmes as they were read, in files beside the data: reading one anew takes a second, taking it from here 20 ms.

A reading is found under the hash of the programme's files and of the code that read them, so none is ever out of date. The files
are Python's own pickles, which can do anything to who loads them. So only those are loaded that this operating system user wrote
into a folder that no other may write to: whoever can do that can change the keys and the database beside it, too.
"""

import json
import logging
import os
import pickle
import stat
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from lti_tool.content_versions.heads import ProgrammeHead, head_from_json, head_of, head_to_json
from lti_tool.domain.content.programme import Programme

log = logging.getLogger(__name__)

# Three versions of ten programmes, each with its head beside it.
MOST_FILES = 60
_READERS = ("programme", "domain")
_LIBRARIES = ("markdown-it-py", "mdit-py-plugins", "nh3")


class KeptReadings:
    """The readings of one installation; without a folder, or with one that cannot be used, everything is read anew."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def head(self, fingerprint: str, read: Callable[[], Programme]) -> ProgrammeHead:
        """Return what is to be known of a programme without reading it, read it where nobody has yet.

        Args:
            fingerprint: of its files.
            read: reads them.
        """
        found = self._load(f"{_name(fingerprint)}.json", lambda file: head_from_json(json.load(file)))
        return found if isinstance(found, ProgrammeHead) else head_of(self._read_and_keep(fingerprint, read))

    def programme(self, fingerprint: str, read: Callable[[], Programme]) -> Programme:
        """Return a programme as it was read."""
        # From the file, not from its bytes: 2 MB beside what comes of them would stay with the process.
        found = self._load(f"{_name(fingerprint)}.pickle", pickle.load)
        return found if isinstance(found, Programme) else self._read_and_keep(fingerprint, read)

    def _read_and_keep(self, fingerprint: str, read: Callable[[], Programme]) -> Programme:
        programme = read()
        name = _name(fingerprint)
        self._store(f"{name}.pickle", pickle.dumps(programme, pickle.HIGHEST_PROTOCOL))
        self._store(f"{name}.json", json.dumps(head_to_json(head_of(programme))).encode())
        return programme

    def _load(self, name: str, parse: Callable[[BinaryIO], object]) -> object:
        """Return what a file holds; None: there is none, or none that may be trusted."""
        if self._folder is None:
            return None
        try:
            with (self._folder / name).open("rb") as file:
                if not _is_ours_alone(self._folder.stat()) or not _is_ours_alone(os.fstat(file.fileno())):
                    log.warning("reading_of_another_user", extra={"folder": str(self._folder)})
                    return None
                return parse(file)
        except FileNotFoundError:
            return None
        except Exception:
            # Whatever is wrong with it, the programme's own files are there.
            log.warning("reading_spoilt", extra={"file": name})
            return None

    def _store(self, name: str, content: bytes) -> None:
        if self._folder is None:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Whole or not at all: another process may look for it this moment. Made for us alone, as mkstemp does.
            handle, path = tempfile.mkstemp(dir=self._folder, prefix=".")
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(path).replace(self._folder / name)
            self._forget_oldest()
        except OSError as err:
            # A disk that is full or not to be written on costs time at the next start, and nothing else.
            log.info("reading_not_kept", extra={"folder": str(self._folder), "error": err.strerror})

    def _forget_oldest(self) -> None:
        assert self._folder is not None
        files = [path for path in self._folder.iterdir() if path.suffix in (".pickle", ".json")]
        for path in sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)[MOST_FILES:]:
            path.unlink(missing_ok=True)


def _is_ours_alone(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _name(fingerprint: str) -> str:
    return sha256(f"{fingerprint}\0{_reader()}".encode()).hexdigest()[:40]


@cache
def _reader() -> str:
    """Return a fingerprint of whatever decides how files are read: our code, the libraries, Python."""
    digest = sha256(sys.version.encode())
    for library in _LIBRARIES:
        digest.update(f"\0{library} {version(library)}".encode())
    package = Path(__file__).parent.parent
    for folder in _READERS:
        for path in sorted((package / folder).rglob("*.py")):
            digest.update(f"\0{path.relative_to(package)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
