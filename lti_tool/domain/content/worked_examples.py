"""Worked examples: a chapter's field filled in well and poorly, with notes in the margin that say why."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class MarginNote:
    """One note. It belongs to words of the text (`at`), to a row (from 1) or one of its cells, or to the whole."""

    html: str
    at: str = ""
    row: int = 0
    column: str = ""


@dataclass(frozen=True)
class Passage:
    """A stretch of a text; `note` is the number of its note, from 1, or 0."""

    text: str
    note: int = 0


@dataclass(frozen=True)
class Sample:
    """What somebody might have written: a text, or rows whose cells are named by the column's id."""

    text: str
    rows: tuple[Mapping[str, str], ...]
    notes: tuple[MarginNote, ...]

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Cut the text where notes belong, so that a page can mark the words and number them."""
        places = sorted(
            (self.text.find(note.at), number, note.at)
            for number, note in enumerate(self.notes, 1)
            if note.at and note.at in self.text
        )
        passages, done = [], 0
        for start, number, words in places:
            if start < done:
                continue
            passages += [Passage(self.text[done:start]), Passage(words, number)]
            done = start + len(words)
        return tuple(passage for passage in (*passages, Passage(self.text[done:])) if passage.text)

    def notes_of_row(self, row: int) -> tuple[tuple[int, MarginNote], ...]:
        """Give the notes of a row (from 1) with their numbers."""
        return tuple((number, note) for number, note in enumerate(self.notes, 1) if note.row == row)


@dataclass(frozen=True)
class WorkedExample:
    """Two samples of one field, from the module's invented municipality."""

    chapter: int
    field_id: str
    good: Sample
    weak: Sample
