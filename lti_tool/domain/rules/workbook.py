"""Rules of the workbook: what a chapter may hold, when it may change, when it may be handed in (curriculum, section 4)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lti_tool.domain.content.programme import Chapter, Criterion, Field, Module, PracticeTask, Programme, Term
from lti_tool.domain.words.folding import fold
from lti_tool.domain.words.typed_text import clean_line, clean_text
from lti_tool.messages import N_

LENGTH_MAX = 20_000
"""Characters of one field, all cells of a table together."""
ROWS_MAX = 200
COMMENT_LENGTH_MAX = 4_000
VERSIONS_KEPT = 60
"""Of each field; the oldest go first."""
_WRITING_SPELL = timedelta(minutes=5)
_REMOVED_MAX = 40

COVER_NUMBER = -1
DRAFT_TITLE = "deckblatt-titel"


def _cover_field(field_id: str, label: str, question: str) -> Field:
    return Field(field_id, label, "line", False, (question,), 0, None, ())


# The cover belongs to every draft whatever the programme's files say, so it is not authored there.
COVER = Chapter(
    number=COVER_NUMBER,
    title=N_("Deckblatt"),
    is_restricted=False,
    fields=(
        _cover_field(
            "deckblatt-kommune",
            N_("Kommune"),
            N_("Wie heißt Ihre Kommune vollständig, zum Beispiel „Stadt Havelbruch (fiktives Beispiel)“?"),
        ),
        _cover_field(
            "deckblatt-bearbeitung",
            N_("Bearbeitung"),
            N_("Wer hat den Entwurf geschrieben? Eine Stelle genügt, ein Name ist nicht nötig."),
        ),
        _cover_field(
            "deckblatt-stand",
            N_("Stand"),
            N_("Welchen Stand zeigt der Entwurf? Bleibt das Feld leer, steht das Datum des Exports da."),
        ),
        _cover_field(
            DRAFT_TITLE,
            N_("Titel"),
            N_("Wie heißt Ihr Entwurf? Der Titel steht auf dem Deckblatt und später auf Ihrem Zertifikat."),
        ),
    ),
)


class Status(StrEnum):
    """Where a chapter stands."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    FEEDBACK = "feedback"
    ACCEPTED = "accepted"


STATUS_WORDS: Mapping[Status, str] = {
    Status.OPEN: N_("offen"),
    Status.IN_PROGRESS: N_("in Arbeit"),
    Status.SUBMITTED: N_("eingereicht"),
    Status.FEEDBACK: N_("Rückmeldung"),
    Status.ACCEPTED: N_("angenommen"),
}
# A chapter that was handed in rests: what the Lernbegleitung reads is what stands there. Its author can take it back.
EDITABLE = frozenset({Status.OPEN, Status.IN_PROGRESS, Status.FEEDBACK})


class CriterionRating(StrEnum):
    """What feedback says to one criterion. A module's criteria serve all its chapters, so some do not fit one of them."""

    NOT_YET = "not_yet"
    SOUND = "sound"
    CONVINCING = "convincing"
    NOT_HERE = "not_here"


RATING_WORDS: Mapping[CriterionRating, str] = {
    CriterionRating.NOT_YET: N_("noch nicht"),
    CriterionRating.SOUND: N_("trägt"),
    CriterionRating.CONVINCING: N_("überzeugt"),
    CriterionRating.NOT_HERE: N_("betrifft dieses Kapitel nicht"),
}


class PracticeRule(StrEnum):
    """What a module's chapters need, so that its practice task counts as done; a setting of the course."""

    ACCEPTED = "accepted"
    SUBMITTED = "submitted"
    PEER = "peer"
    """Handed in and confirmed by a member of the course, or accepted."""


@dataclass(frozen=True)
class Content:
    """What a field holds: a text, or rows whose cells are named by the column's id."""

    text: str = ""
    rows: tuple[Mapping[str, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.rows

    @property
    def texts(self) -> tuple[str, ...]:
        """Give every text in it, cell by cell."""
        cells = (cell for row in self.rows for cell in row.values())
        return tuple(text for text in (self.text, *cells) if text)

    @property
    def length(self) -> int:
        return sum(map(len, self.texts))


EMPTY = Content()


@dataclass(frozen=True)
class ChapterPlace:
    """A chapter and the module whose practice task asks for it; the cover has none."""

    chapter: Chapter
    module: Module | None

    @property
    def task(self) -> PracticeTask | None:
        return self.module.practice if self.module else None

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Give the criteria that are about this chapter."""
        return tuple(one for one in (self.task.criteria if self.task else ()) if one.is_about(self.chapter.number))

    @property
    def note(self) -> str:
        """Give the note that always stands at the chapter."""
        return self.task.note if self.task else ""

    def find_field(self, field_id: str) -> Field | None:
        return next((field for field in self.chapter.fields if field.id == field_id), None)


@dataclass(frozen=True)
class MissingField:
    """A required field that is not ready; `rows` counts what is there, `rows_wanted` 0 means it is not a table."""

    field: Field
    rows: int = 0
    rows_wanted: int = 0


def places(programme: Programme) -> tuple[ChapterPlace, ...]:
    """List the chapters of the draft in the document's order: cover, summary, 1, 2, 3 …"""
    chapters = [
        ChapterPlace(chapter, module)
        for module in programme.modules
        if module.practice is not None
        for chapter in module.practice.chapters
    ]
    return (ChapterPlace(COVER, None), *sorted(chapters, key=lambda place: place.chapter.number))


def find_place(programme: Programme, number: int) -> ChapterPlace | None:
    """Find a chapter by its number, with the module that it belongs to."""
    return next((place for place in places(programme) if place.chapter.number == number), None)


def heading_of(chapter: Chapter) -> str:
    """Write a chapter's heading: cover and summary bear no number."""
    return chapter.title if chapter.number <= 0 else f"{chapter.number} {chapter.title}"


def next_chapter(statuses: Mapping[int, Status]) -> int | None:
    """Tell where to write on: what came back first, then what was begun, then the next open one; the summary comes last."""
    order = sorted((number for number in statuses if number != COVER_NUMBER), key=lambda number: (number == 0, number))
    for wanted in (Status.FEEDBACK, Status.IN_PROGRESS, Status.OPEN):
        for number in order:
            if statuses[number] is wanted:
                return number
    return None


def clean_content(field: Field, content: Content) -> Content:
    """Keep what belongs to the field: one line in a line, known columns, no empty rows."""
    if field.kind == "table":
        known = [column.id for column in field.columns]
        rows = [{name: clean_text(row.get(name, "")) for name in known} for row in content.rows]
        return Content(rows=tuple({name: cell for name, cell in row.items() if cell} for row in rows if any(row.values())))
    return Content(text=(clean_line if field.kind == "line" else clean_text)(content.text))


def is_too_long(content: Content) -> bool:
    """Tell whether a field holds more than LENGTH_MAX characters, over all its cells."""
    return content.length > LENGTH_MAX


def has_too_many_rows(content: Content) -> bool:
    """Tell whether a table has more than ROWS_MAX rows."""
    return len(content.rows) > ROWS_MAX


def count_words(text: str) -> int:
    """Count words as a reader does: runs between spaces that hold a letter or digit; a dash alone is none."""
    return sum(1 for run in text.split() if any(sign.isalnum() for sign in run))


def missing_fields(chapter: Chapter, contents: Mapping[str, Content]) -> tuple[MissingField, ...]:
    """Name the required fields that keep a chapter from being handed in; the recommended range of words does not."""
    found = []
    for field in chapter.fields:
        content = contents.get(field.id, EMPTY)
        if not field.is_required:
            continue
        if field.kind == "table":
            wanted = max(field.min_rows, 1)
            if len(content.rows) < wanted:
                found.append(MissingField(field, len(content.rows), wanted))
        elif content.is_empty:
            found.append(MissingField(field))
    return tuple(found)


def continues(earlier: Content, later: Content, *, begun_at: datetime, now: datetime) -> bool:
    """Tell whether a save goes on with the kept version instead of beginning a new one.

    Autosave writes every second; a version is a spell of writing of at most five minutes. A save that takes away a good
    deal of text always begins a new version, so that what was deleted or replaced by mistake is still there.
    """
    return now - begun_at < _WRITING_SPELL and _removed("\n".join(earlier.texts), "\n".join(later.texts)) <= _REMOVED_MAX


def _removed(earlier: str, later: str) -> int:
    """Count the characters between the common beginning and the common end that are gone."""
    shorter = min(len(earlier), len(later))
    start = next((n for n in range(shorter) if earlier[n] != later[n]), shorter)
    end = next((n for n in range(shorter - start) if earlier[-1 - n] != later[-1 - n]), shorter - start)
    return len(earlier) - start - end


def practice_done(rule: PracticeRule, *, accepted: bool, submitted: bool, confirmed: bool) -> bool:
    """Tell whether one chapter fulfils its part of the practice task (curriculum, section 6, Completion)."""
    if accepted:
        return True
    if rule is PracticeRule.SUBMITTED:
        return submitted
    return rule is PracticeRule.PEER and submitted and confirmed


def used_terms(programme: Programme, texts: Iterable[str]) -> tuple[Term, ...]:
    """Find the glossary terms that occur in the texts, in alphabetical order.

    German inflects: an ending of up to three letters still counts („Handlungsfelder“); short terms and abbreviations
    must stand as they are („KI“ is not in „kippen“).
    """
    whole = "\n".join(texts)
    found = [term for term in programme.terms.values() if _term_pattern(term.term).search(whole)]
    return tuple(sorted(found, key=lambda term: fold(term.term)))


def _term_pattern(term: str) -> re.Pattern[str]:
    # „Offene Urbane Plattform (OUP)“: either way of writing it counts.
    names = [part.split() for part in re.split(r"[(),/]", term) if part.strip()]
    forms = (r"\s+".join(map(_word_pattern, name)) for name in names)
    is_plain = all(_inflects(word) for name in names for word in name)
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.IGNORECASE if is_plain else 0)


def _word_pattern(word: str) -> str:
    return re.escape(word) + (r"\w{0,3}" if _inflects(word) else "")


def _inflects(word: str) -> bool:
    return len(word) >= 5 and not word.isupper()


class EditionKind(StrEnum):
    """What an edition is for."""

    SUBMISSION = "submission"
    RELEASE = "release"


class Decision(StrEnum):
    """What the Lernbegleitung said to a submission."""

    NONE = ""
    ACCEPTED = "accepted"
    RETURNED = "returned"
