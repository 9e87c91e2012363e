"""Compares two states of a programme's files, line by line, for a page that shows them side by side."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# Lines around a change that say where it is.
_AROUND = 2
_TEXTS = (".md", ".toml", ".vtt")


@dataclass(frozen=True)
class DiffLine:
    """A line before and after; a side without a number has no such line."""

    before: str = ""
    after: str = ""
    before_number: int | None = None
    after_number: int | None = None
    is_changed: bool = False
    is_gap: bool = False
    """Unchanged lines were left out here."""


@dataclass(frozen=True)
class FileChange:
    name: str
    kind: str
    """new, gone or changed."""
    lines: tuple[DiffLine, ...] = ()
    """Empty for a drawing."""


def compare_files(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> tuple[FileChange, ...]:
    """Give each file that differs, in the order of their names."""
    return tuple(
        FileChange(name, _kind(name, before, after), _lines(name, before.get(name, b""), after.get(name, b"")))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    )


def _kind(name: str, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> str:
    return "new" if name not in before else "gone" if name not in after else "changed"


def _lines(name: str, before: bytes, after: bytes) -> tuple[DiffLine, ...]:
    if not name.endswith(_TEXTS):
        return ()
    # What is no UTF-8 is a finding elsewhere, and should still be comparable.
    old, new = (content.decode("utf-8", "replace").splitlines() for content in (before, after))
    return tuple(_rows(old, new))


def _rows(old: list[str], new: list[str]) -> Iterator[DiffLine]:
    last = (0, 0)
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_AROUND):
        if (group[0][1], group[0][3]) != last:
            yield DiffLine(is_gap=True)
        for tag, old_from, old_to, new_from, new_to in group:
            for offset in range(max(old_to - old_from, new_to - new_from)):
                left, right = old_from + offset, new_from + offset
                has_left, has_right = left < old_to, right < new_to
                yield DiffLine(
                    old[left] if has_left else "",
                    new[right] if has_right else "",
                    left + 1 if has_left else None,
                    right + 1 if has_right else None,
                    is_changed=tag != "equal",
                )
        last = (group[-1][2], group[-1][4])
    if last != (len(old), len(new)):
        yield DiffLine(is_gap=True)
