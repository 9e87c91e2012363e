"""What a folder is compared with: the version that was kept last, another folder, or itself as it was before."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lti_tool.programme.formats.files import programme_files


@dataclass(frozen=True)
class Baseline:
    name: str
    """Said on the page: „Version 2026.1 (aufbewahrt am …)“."""
    files: Mapping[str, bytes]


def read_files(folder: Path) -> dict[str, bytes]:
    """Read all files of a programme by their names; one that vanishes meanwhile is left out."""
    found = {}
    for name, path in programme_files(folder):
        try:
            found[name] = path.read_bytes()
        except FileNotFoundError:
            continue
    return found
