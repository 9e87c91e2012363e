"""What a type of item needs of the authors' files to read itself: a table that knows its lines, and their Markdown."""

from collections.abc import Sequence
from typing import Protocol


class AuthoredTable(Protocol):
    """One table of a pool. What is missing or of the wrong form is reported by it, and read as something neutral."""

    def text(self, key: str, default: str | None = None) -> str: ...

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]: ...

    def integer(self, key: str, default: int | None = None) -> int: ...

    def number(self, key: str, default: float | None = None) -> float: ...

    def flag(self, key: str, default: bool | None = None) -> bool: ...

    def one_of(self, key: str, words: tuple[str, ...], default: str | None = None) -> str: ...

    def tables(self, key: str, *, at_least: int = 0) -> Sequence["AuthoredTable"]: ...

    def error(self, key: str, sentence: str) -> None:
        """Report a mistake at the line of a key."""

    def finish(self) -> None:
        """Report every key that nobody asked for."""


class Markup(Protocol):
    """Turns the authors' Markdown into clean HTML."""

    def inline(self, text: str) -> str:
        """One line, without a paragraph around it."""

    def flowing(self, text: str) -> str:
        """A single paragraph without tags around it, anything longer as blocks."""

    def block(self, text: str) -> str:
        """Any length, as blocks."""
