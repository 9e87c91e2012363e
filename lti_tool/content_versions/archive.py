"""Packs the files of a programme into one compressed archive and gives them back."""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from lti_tool.errors import ConfigurationError
from lti_tool.programme.formats.files import programme_files

LARGEST_BYTES = 20 * 1024 * 1024
# ZIP knows no earlier moment; the real ones would make the same files look different.
_NO_MOMENT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class PackedProgramme:
    """`sha256` is of names and contents, not of the archive: another compression is no other content."""

    sha256: str
    archive: bytes


def pack(folder: Path) -> PackedProgramme:
    """Pack a programme folder.

    Raises:
        ConfigurationError: it is larger than any programme needs to be.
    """
    files = _contents(folder)
    if sum(len(content) for _, content in files) > LARGEST_BYTES:
        raise ConfigurationError(
            f"The programme in {folder} has more than {LARGEST_BYTES // 1024 // 1024} MB of text and figures."
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, date_time=_NO_MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return PackedProgramme(_fingerprint(files), out.getvalue())


def fingerprint(folder: Path) -> str:
    """Return the hash of a folder's names and contents that `pack` would find."""
    return _fingerprint(_contents(folder))


def unpack(archive: bytes, folder: Path) -> None:
    """Write the files of an archive into an empty folder."""
    root = folder.resolve()
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        for name in files.namelist():
            path = (root / name).resolve()
            # `pack` writes no such name; but what comes out of a database is not written outside of the folder either way.
            if not path.is_relative_to(root):
                raise ValueError(f"the archive names a file outside of its folder: {name}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files.read(name))


def _contents(folder: Path) -> list[tuple[str, bytes]]:
    return [(name, path.read_bytes()) for name, path in programme_files(folder)]


def _fingerprint(files: Iterable[tuple[str, bytes]]) -> str:
    digest = sha256()
    for name, content in files:
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
