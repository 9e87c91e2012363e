"""The draft as a document, before any format: cover, chapters of texts and tables, appendix. Its words are German."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from lti_tool.domain.content.case_studies import CaseStudy
from lti_tool.domain.content.programme import Field, Programme
from lti_tool.domain.content.texts import Source
from lti_tool.domain.rules.workbook import COVER, COVER_NUMBER, ChapterPlace, Content, heading_of, places, used_terms
from lti_tool.typesetting.office_signs import with_real_signs
from lti_tool.workbook.take_home.draft import Draft

STATUS_LINE = "Entwurf – nicht beschlossen"
CONTENTS = "Inhalt"
NOTHING_YET = "Dieses Kapitel ist noch leer."
LEFT_OUT = "Noch leer und deshalb ausgelassen: {chapters}."
NOT_DONE = "Noch offen."
RESTRICTED = "Geschütztes Kapitel: nicht zur Weitergabe bestimmt."
CASES_HEADING = "Fälle aus Kommunen"
PROFILE_HEADING = "Reifegrad: Selbsteinschätzung"
WIDE_FROM = 6
"""Tables with this many columns stand on a page across."""
_MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember")


@dataclass(frozen=True)
class RatedDimension:
    """One dimension of the Reifegrad; None: not rated."""

    dimension: str
    before: int | None
    after: int | None
    evidence: str = ""


@dataclass(frozen=True)
class ReifegradProfile:
    """A person's self-assessment for the document; `levels` are the names of the levels from 0 upwards."""

    levels: tuple[str, ...]
    rows: tuple[RatedDimension, ...]

    @property
    def has_after(self) -> bool:
        return any(row.after is not None for row in self.rows)


@dataclass(frozen=True)
class TextBlock:
    heading: str
    paragraphs: tuple[str, ...]
    """Line breaks inside a paragraph are kept."""


@dataclass(frozen=True)
class TableBlock:
    heading: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def is_wide(self) -> bool:
        return len(self.header) >= WIDE_FROM

    @property
    def widths(self) -> tuple[float, ...]:
        """Share out the width, as parts of 1: every column fits its longest word if all can, more text gets more room."""
        room = 135 if self.is_wide else 88
        columns = [(label, *(row[number] for row in self.rows)) for number, label in enumerate(self.header)]
        least = [min(max(len(word) for text in texts for word in (text or "-").split()), 17) + 3 for texts in columns]
        usual = [min(sum(map(len, texts[1:])) / max(len(self.rows), 1), 70) for texts in columns]
        wishes = [max(want - need, 1) for want, need in zip(usual, least, strict=True)]
        left = max(room - sum(least), 0)
        shares = [need + left * wish / sum(wishes) for need, wish in zip(least, wishes, strict=True)]
        return tuple(share / sum(shares) for share in shares)


@dataclass(frozen=True)
class ProfileBlock:
    """The Reifegrad as chart and as table."""

    heading: str
    profile: ReifegradProfile
    table: TableBlock


Block = TextBlock | TableBlock | ProfileBlock


@dataclass(frozen=True)
class Section:
    """A chapter, or a part of the appendix."""

    heading: str
    remark: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Manuscript:
    kind: str
    """What documents of this programme are called."""
    title: str
    municipality: str
    author: str
    as_of: str
    programme: str
    sections: tuple[Section, ...]

    @property
    def name(self) -> str:
        """Give the document's title for its properties."""
        return f"{self.title}: {self.municipality}" if self.municipality else self.title

    @property
    def cover_lines(self) -> tuple[tuple[str, str], ...]:
        """Give the lines of the cover that say something."""
        lines = (("Kommune", self.municipality), ("Bearbeitung", self.author), ("Stand", self.as_of), ("Status", STATUS_LINE))
        return tuple((label, value) for label, value in lines if value)


def compose_manuscript(
    programme: Programme,
    draft: Draft,
    *,
    includes_restricted: bool,
    profile: ReifegradProfile | None,
    on: date,
    cases: tuple[CaseStudy, ...] = (),
) -> Manuscript:
    """Put the document together from what is written so far.

    Args:
        includes_restricted: the author has ticked it; else a restricted chapter leaves no trace in the document.
        profile: the Reifegrad, where the person has rated themselves.
        on: the day of export, printed where the cover names none.
        cases: what the author has marked in the case library; the appendix names them with their sources.
    """
    chosen = [
        place
        for place in places(programme)
        if place.chapter.number != COVER_NUMBER and (includes_restricted or not place.chapter.is_restricted)
    ]
    sections = [_section(place, draft.contents(place), profile if place.chapter.number == 1 else None) for place in chosen]
    written = [section for section in sections if section.blocks]
    # A page of its own for each empty chapter helps nobody; of a draft not yet begun they are the outline.
    left_out = [section.heading for section in sections if not section.blocks] if written else []
    municipality, author, as_of, title = (with_real_signs(draft.field(field.id).content.text) for field in COVER.fields)
    return Manuscript(
        kind=programme.draft_title,
        title=title or programme.draft_title,
        municipality=municipality,
        author=author,
        as_of=as_of or f"{on.day}. {_MONTHS[on.month - 1]} {on.year}",
        programme=programme.title,
        sections=(*(written or sections), _appendix(programme, draft, chosen, cases, left_out)),
    )


def _section(place: ChapterPlace, contents: Mapping[str, Content], profile: ReifegradProfile | None) -> Section:
    remark = RESTRICTED if place.chapter.is_restricted else ""
    blocks: list[Block] = [_profile_block(profile)] if profile else []
    if all(content.is_empty for content in contents.values()):
        return Section(heading_of(place.chapter), remark or ("" if blocks else NOTHING_YET), tuple(blocks))
    blocks += [block for field in place.chapter.fields for block in _blocks(field, contents[field.id])]
    return Section(heading_of(place.chapter), remark, tuple(blocks))


def _blocks(field: Field, content: Content) -> Iterator[Block]:
    if content.rows:
        columns = [column.id for column in field.columns]
        rows = tuple(tuple(with_real_signs(row.get(name, "")) for name in columns) for row in content.rows)
        yield TableBlock(field.label, tuple(column.label for column in field.columns), rows)
    elif content.text:
        yield TextBlock(field.label, paragraphs_of(with_real_signs(content.text)))
    elif field.is_required:
        yield TextBlock(field.label, (NOT_DONE,))


def paragraphs_of(text: str) -> tuple[str, ...]:
    """Split a text where empty lines stand."""
    paragraphs = ("\n".join(line.strip() for line in part.split("\n")).strip() for part in text.split("\n\n"))
    return tuple(paragraph for paragraph in paragraphs if paragraph)


def _profile_block(profile: ReifegradProfile) -> ProfileBlock:
    def level(value: int | None) -> str:
        return "nicht eingeschätzt" if value is None else f"{value} – {profile.levels[value]}"

    rated = ("zu Beginn", "am Ende") if profile.has_after else ("Stufe",)
    header = ("Dimension", *rated, "Beleg")
    rows = tuple(
        (row.dimension, *map(level, (row.before, row.after)[: len(rated)]), with_real_signs(row.evidence) or "ohne Beleg")
        for row in profile.rows
    )
    return ProfileBlock(PROFILE_HEADING, profile, TableBlock("", header, rows))


def _appendix(
    programme: Programme, draft: Draft, chosen: list[ChapterPlace], cases: tuple[CaseStudy, ...], left_out: list[str]
) -> Section:
    texts = [text for place in chosen for content in draft.contents(place).values() for text in content.texts]
    rows = tuple((term.term, term.definition) for term in used_terms(programme, texts))
    glossary = (TableBlock("Glossar", ("Begriff", "Bedeutung"), rows),) if rows else ()
    versions = TableBlock("Fassung der Lerninhalte", ("Modul", "Fassung", "Stand"), _versions(programme))
    library = (TableBlock(CASES_HEADING, ("Fall", "Quellen", "Stand"), tuple(map(_case_row, cases))),) if cases else ()
    remark = LEFT_OUT.format(chapters="; ".join(left_out)) if left_out else ""
    return Section("Anhang", remark, (*library, *glossary, versions))


def _case_row(study: CaseStudy) -> tuple[str, str, str]:
    is_invented = " (fiktives Beispiel)" if study.is_invented else ""
    return f"{study.title}: {study.place}{is_invented}", "\n".join(map(_source_line, study.sources)), f"{study.as_of:%d.%m.%Y}"


def _source_line(source: Source) -> str:
    title = f"{source.title}, {source.section}" if source.section else source.title
    year = f" ({source.year})" if source.year else ""
    return " ".join(filter(None, (f"{source.publisher}: {title}{year}.", source.url)))


def _versions(programme: Programme) -> tuple[tuple[str, str, str], ...]:
    rows = []
    for module in programme.modules:
        newest = max((lesson.as_of for lesson in module.lessons), default=None)
        as_of = f"{_MONTHS[newest.month - 1]} {newest.year}" if newest else ""
        rows.append((f"{module.number} {module.title}", programme.version, as_of))
    return tuple(rows)
