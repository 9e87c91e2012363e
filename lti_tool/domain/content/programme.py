"""What we teach and ask: the programme as frozen values, as its reader builds them from files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from lti_tool.domain.content.case_studies import CaseLibrary
from lti_tool.domain.content.downloads import Download
from lti_tool.domain.content.facilitation import FacilitatorPack, LiveSession
from lti_tool.domain.content.illustrations import Figure, InteractiveFigure, MediaClip
from lti_tool.domain.content.passages import TextPassage, passages_of
from lti_tool.domain.content.texts import Heading, Source
from lti_tool.domain.content.worked_examples import WorkedExample
from lti_tool.domain.items import Item
from lti_tool.domain.items.choice import SelfCheck
from lti_tool.domain.surveys.instrument import SurveyInstrument


@dataclass(frozen=True)
class Objective:
    """One learning objective of a lesson, e.g. `1.1a`."""

    id: str
    text: str
    bloom: str


@dataclass(frozen=True)
class Lesson:
    code: str
    slug: str
    title: str
    minutes: int
    authors: str
    version: str
    as_of: date
    review_by: date
    objectives: tuple[Objective, ...]
    sources: tuple[Source, ...]
    headings: tuple[Heading, ...]
    body_html: str
    """Cleaned HTML of the five blocks. Addresses in it: `#glossar-<id>` for terms, `lektion:<code>` and `figur:<name>`, which
    the pages turn into their own."""
    text: str
    """Running text without markup, for readability and search."""
    self_checks: tuple[SelfCheck, ...]
    term_ids: tuple[str, ...]
    """Glossary terms this lesson links, in order of appearance; each once."""
    case_ids: tuple[str, ...] = ()
    """Cases that its text links; in `body_html` their addresses are `fall:<id>`."""
    in_short: tuple[str, ...] = ()
    """„Kurz gesagt“: the lesson in plain sentences, for its top."""
    transfer_html: str = ""
    """The Transferfrage, which also stands in `body_html`: beside it people keep a private note. "" where there is none."""
    words: int = 0
    """Of the text, tables included."""

    @cached_property
    def passages(self) -> tuple[TextPassage, ...]:
        """Give the text in the parts that a search finds."""
        return passages_of(self.body_html, self.headings)


@dataclass(frozen=True)
class Term:
    id: str
    term: str
    definition: str
    english: str
    module_number: int
    forms: tuple[str, ...] = ()
    """Other ways in which a text writes it: plurals with an umlaut, an abbreviation."""


@dataclass(frozen=True)
class Misconception:
    claim: str
    correction: str


@dataclass(frozen=True)
class Column:
    id: str
    label: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """One field of a workbook chapter; `kind` is text, line or table."""

    id: str
    label: str
    kind: str
    is_required: bool
    guiding_questions: tuple[str, ...]
    min_rows: int
    words: tuple[int, int] | None
    columns: tuple[Column, ...]
    start_rows: int = 0
    """Rows of an empty table; 0: half of those that are asked for."""

    @property
    def rows_at_start(self) -> int:
        """Tell with how many rows an empty table begins: it grows row by row, and 110 empty cells invite nobody."""
        return min(self.start_rows or max((self.min_rows + 1) // 2, 1), 3)


@dataclass(frozen=True)
class Chapter:
    number: int
    title: str
    is_restricted: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Criterion:
    """A question that feedback answers on three levels, each described for this criterion; "" where it is not yet."""

    id: str
    text: str
    not_yet: str = ""
    sound: str = ""
    convincing: str = ""
    chapters: tuple[int, ...] = ()
    """Chapters it is about; empty: all of the task."""

    def is_about(self, chapter: int) -> bool:
        return not self.chapters or chapter in self.chapters


@dataclass(frozen=True)
class PracticeTask:
    title: str
    hours: float
    introduction_html: str
    note: str
    chapters: tuple[Chapter, ...]
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True)
class Module:
    number: int
    slug: str
    title: str
    short_title: str
    aim: str
    summary: str
    topics: tuple[str, ...]
    case_name: str
    case_html: str
    misconceptions: tuple[Misconception, ...]
    live_sessions: tuple[LiveSession, ...]
    lessons: tuple[Lesson, ...]
    items: tuple[Item, ...]
    terms: tuple[Term, ...]
    practice: PracticeTask | None
    figures: tuple[Figure, ...] = ()
    interactive: tuple[InteractiveFigure, ...] = ()
    clips: tuple[MediaClip, ...] = ()
    examples: tuple[WorkedExample, ...] = ()
    packs: tuple[FacilitatorPack, ...] = ()
    is_required: bool = True
    """False: an elective. It is placed singly, has its own quiz and Teilnahmebescheinigung, and no certificate asks for it."""
    has_exam: bool = True
    """False: chapters and attendance complete it, whatever the course asks for elsewhere (decision 0022)."""

    def find_interactive(self, name: str) -> InteractiveFigure | None:
        return next((figure for figure in self.interactive if figure.name == name), None)

    def find_clip(self, name: str) -> MediaClip | None:
        return next((clip for clip in self.clips if clip.name == name), None)

    def find_pack(self, session_code: str) -> FacilitatorPack | None:
        """Give what who leads a live session needs."""
        return next((pack for pack in self.packs if pack.session == session_code), None)

    def find_example(self, field_id: str) -> WorkedExample | None:
        return next((example for example in self.examples if example.field_id == field_id), None)

    def find_item(self, item_id: str) -> Item | None:
        return self._items_by_id.get(item_id)

    def find_figure(self, name: str) -> Figure | None:
        return next((figure for figure in self.figures if figure.name == name), None)

    @cached_property
    def lesson_codes(self) -> frozenset[str]:
        return frozenset(lesson.code for lesson in self.lessons)

    @cached_property
    def _items_by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}


@dataclass(frozen=True)
class AssessmentRules:
    """How a quiz is drawn, marked and repeated (docs/authoring.md, `[assessment]`)."""

    items: int
    strata: Mapping[str, int]
    max_single_choice: int
    min_types: int
    min_cases: int
    min_pool: int
    pass_mark_pct: int
    attempts: int
    wait_hours_before_last: int


NO_ASSESSMENT = AssessmentRules(
    items=0,
    strata={},
    max_single_choice=0,
    min_types=0,
    min_cases=0,
    min_pool=0,
    pass_mark_pct=0,
    attempts=0,
    wait_hours_before_last=0,
)
"""Of a programme in which no module has an exam."""


@dataclass(frozen=True)
class HoursRules:
    """How the hours of a module are added up (docs/authoring.md, `[hours]`)."""

    transfer_minutes_per_lesson: int
    quiz_minutes: int
    words_per_minute: int = 0
    """How fast lessons are read; 0: the minutes that each lesson declares are taken instead."""
    self_check_minutes: float = 0
    """Of each self-check, where reading is counted by words."""
    transfer_only_if_written: bool = False
    """Whether a document counts a Transferfrage only for who wrote something."""


@dataclass(frozen=True)
class Change:
    version: str
    on: date
    note: str


@dataclass(frozen=True)
class Dimension:
    """One dimension of the Reifegrad with its five described levels."""

    number: int
    title: str
    levels: tuple[str, ...]


def counted(modules: Sequence[Module]) -> tuple[Module, ...]:
    """Give those modules that are counted: electives stand beside the others, and count where there is nothing else."""
    return tuple(module for module in modules if module.is_required) or tuple(modules)


@dataclass(frozen=True)
class Programme:
    slug: str
    title: str
    subtitle: str
    language: str
    version: str
    changes: tuple[Change, ...]
    assessment: AssessmentRules
    hours: HoursRules
    modules: tuple[Module, ...]
    dimensions: tuple[Dimension, ...]
    dimension_levels: tuple[str, ...]
    library: CaseLibrary = field(default_factory=CaseLibrary)
    downloads: tuple[Download, ...] = ()
    draft_title: str = "Digitalstrategie-Entwurf"
    """What its practice tasks add up to, as the document is called that people take home."""
    surveys: tuple[SurveyInstrument, ...] = ()
    placed: frozenset[str] = frozenset()
    """Slugs of the modules that a course has placed (`offering`); empty: nobody knows, or it has placed no module at all."""

    @cached_property
    def placed_modules(self) -> tuple[Module, ...]:
        """Give the modules of the course: what is listed, counted and asked for. Where no module is placed, all are."""
        return tuple(module for module in self.modules if module.slug in self.placed) or self.modules

    @cached_property
    def counted_modules(self) -> tuple[Module, ...]:
        """Give those modules of the course that „n von m“ counts."""
        return counted(self.placed_modules)

    @cached_property
    def further_modules(self) -> tuple[Module, ...]:
        """Give the modules of the programme that are not the course's: offered apart, never missing."""
        return tuple(module for module in self.modules if module not in self.placed_modules)

    @cached_property
    def is_placed_whole(self) -> bool:
        """Whether the course has all modules that the certificate asks for."""
        return all(module in self.placed_modules for module in self.required_modules)

    @cached_property
    def required_modules(self) -> tuple[Module, ...]:
        """Give the modules that the certificate asks for."""
        return tuple(module for module in self.modules if module.is_required)

    @cached_property
    def lacks_exam(self) -> bool:
        """Whether it has modules without exam."""
        return not all(module.has_exam for module in self.modules)

    @cached_property
    def has_exam(self) -> bool:
        """Whether any module has one."""
        return any(module.has_exam for module in self.modules)

    @cached_property
    def electives(self) -> tuple[Module, ...]:
        return tuple(module for module in self.modules if not module.is_required)

    def offering(self, slugs: frozenset[str]) -> "Programme":
        """Give the programme as a course has placed it: with those electives only, and knowing which modules are the course's.

        The required modules are always there, since the certificate asks for them whatever is placed.
        """
        placed = frozenset(module.slug for module in self.modules if module.slug in slugs)
        if not placed and not self.electives:
            return self
        if placed not in self._offered:
            kept = tuple(module for module in self.modules if module.is_required or module.slug in placed)
            self._offered[placed] = replace(self, modules=kept, placed=placed)
        return self._offered[placed]

    @cached_property
    def _offered(self) -> dict[frozenset[str], "Programme"]:
        """What was asked for before; few courses choose differently."""
        return {}

    def find_module(self, slug: str) -> Module | None:
        return next((module for module in self.modules if module.slug == slug), None)

    def find_download(self, download_id: str) -> Download | None:
        return next((download for download in self.downloads if download.id == download_id), None)

    @cached_property
    def change(self) -> Change | None:
        """The change note of this version."""
        return next((change for change in self.changes if change.version == self.version), None)

    @cached_property
    def figures(self) -> Mapping[str, Figure]:
        return {figure.name: figure for module in reversed(self.modules) for figure in reversed(module.figures)}

    @cached_property
    def lessons_by_code(self) -> Mapping[str, tuple[Module, Lesson]]:
        return {lesson.code: (module, lesson) for module in self.modules for lesson in module.lessons}

    @cached_property
    def terms(self) -> Mapping[str, Term]:
        """All glossary terms of all modules by id."""
        return {term.id: term for module in self.modules for term in module.terms}
