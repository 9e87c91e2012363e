"""Which files make up a programme: what the reader reads, and nothing that lies beside it."""

import re
from collections.abc import Iterator
from pathlib import Path

_MODULE_FOLDER = re.compile(r"\d+-")
_OTHER_FOLDERS = {"cases", "downloads", "surveys"}
_SUFFIXES = {".toml", ".md", ".svg", ".vtt"}


def programme_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Give each file of a programme with its name inside the folder, in the order of the names."""
    found = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.suffix in _SUFFIXES and path.is_file() and _belongs(path.relative_to(folder))
    }
    yield from sorted(found.items())


def _belongs(path: Path) -> bool:
    if any(part.startswith(".") for part in path.parts):
        return False
    return (
        path.suffix == ".toml"
        if len(path.parts) == 1
        else bool(path.parts[0] in _OTHER_FOLDERS or _MODULE_FOLDER.match(path.parts[0]))
    )
