"""A programme folder as it stands now: read again as soon as a file in it was saved, with whatever is wrong in it."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock

from lti_tool.domain.content.programme import Programme
from lti_tool.errors import ToolError
from lti_tool.programme.check import proof_read
from lti_tool.programme.formats.findings import Finding, ProgrammeError, Severity
from lti_tool.programme.reader import Reading, read

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FolderState:
    """What a folder held at one moment."""

    stamp: str
    """Changes with every file that is saved."""
    findings: tuple[Finding, ...]
    reading: Reading | None = None
    """None: it cannot be read whole; `findings` says why."""

    @property
    def programme(self) -> Programme | None:
        return self.reading.programme if self.reading is not None else None

    def findings_in(self, *prefixes: str) -> tuple[Finding, ...]:
        """Give the findings of some files or folders."""
        return tuple(finding for finding in self.findings if finding.file.startswith(prefixes))


class WatchedFolder:
    """Reads a folder when its state is asked for and a file has changed since; safe to use from many threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = Lock()
        self._state: FolderState | None = None

    def stamp(self) -> str:
        """Return what changes with every file that is saved: names, sizes and times, without reading any."""
        digest = sha256()
        for path in sorted(self.folder.rglob("*")):
            try:
                status = path.stat()
            except OSError:
                # Renamed or removed this moment: the next look finds what became of it.
                continue
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()[:16]

    def state(self) -> FolderState:
        """Return the folder as it stands now."""
        with self._lock:
            stamp = self.stamp()
            if self._state is None or self._state.stamp != stamp:
                self._state = _read(self.folder, stamp)
            return self._state


def _read(folder: Path, stamp: str) -> FolderState:
    try:
        reading = read(folder)
        if reading.findings.has_errors:
            return FolderState(stamp, tuple(reading.findings.found))
        return FolderState(stamp, tuple(proof_read(reading)), reading)
    except ProgrammeError as err:
        return FolderState(stamp, err.findings)
    except (OSError, ValueError, ToolError) as err:
        # A file that vanished while it was read, or one that is no text at all.
        return FolderState(stamp, (_finding_of(err, folder),))
    except Exception as err:
        # Whatever authors write, they should see that it is their text that stopped us, and go on when it is mended.
        log.exception("preview_unreadable")
        return FolderState(stamp, (_finding_of(err, folder),))


def _finding_of(err: Exception, folder: Path) -> Finding:
    if isinstance(err, OSError) and err.filename:
        name = _inside(Path(str(err.filename)), folder)
        return Finding(Severity.ERROR, name, 1, f"Die Datei lässt sich nicht lesen: {err.strerror}.")
    for name, line in _no_texts(folder):
        return Finding(Severity.ERROR, name, line, "Die Datei ist nicht in UTF-8 gespeichert.")
    return Finding(Severity.ERROR, "programme.toml", 1, f"Der Ordner lässt sich nicht lesen ({type(err).__name__}).")


def _no_texts(folder: Path) -> Iterator[tuple[str, int]]:
    """Find the files that are no text in UTF-8, with the line where that shows."""
    for path in sorted(folder.rglob("*")):
        if path.suffix not in {".toml", ".md", ".vtt"} or not path.is_file():
            continue
        content = path.read_bytes()
        try:
            content.decode()
        except UnicodeDecodeError as err:
            yield _inside(path, folder), content[: err.start].count(b"\n") + 1


def _inside(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
