"""The case library: projects of municipalities told by seven points, each fact with its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from lti_tool.domain.content.passages import TextPassage, passages_of
from lti_tool.domain.content.texts import Heading, Source
from lti_tool.domain.words.search import folded, is_found
from lti_tool.messages import N_

POINTS = (
    "Problem",
    "Lösung",
    "Beteiligte",
    "Kosten",
    "Lizenz und Nachnutzung",
    "Was schiefging oder offen ist",
    "Zuerst übernehmen",
)
"""The seven points, as headings of a case in their order."""


class Size(StrEnum):
    """How large the place is: a single municipality by its inhabitants, or more than one."""

    SMALL = "klein"
    MIDDLE = "mittel"
    LARGE = "gross"
    DISTRICT = "kreis"
    GROUP = "verbund"
    LAND = "land"


SIZE_WORDS: Mapping[Size, str] = {
    Size.SMALL: N_("klein: unter 10.000 Einwohner:innen"),
    Size.MIDDLE: N_("mittel: 10.000 bis unter 100.000"),
    Size.LARGE: N_("groß: ab 100.000"),
    Size.DISTRICT: N_("Landkreis"),
    Size.GROUP: N_("mehrere Kommunen gemeinsam"),
    Size.LAND: N_("Land oder Bund"),
}
_FROM_MIDDLE, _FROM_LARGE = 10_000, 100_000


class CaseOutcome(StrEnum):
    """How it went, as far as the sources say."""

    RUNNING = "laeuft"
    LASTING = "verstetigt"
    UNKNOWN = "offen"
    COMPLETED = "abgeschlossen"
    OVERCOME = "ueberstanden"
    STOPPED = "eingestellt"


OUTCOME_WORDS: Mapping[CaseOutcome, str] = {
    CaseOutcome.RUNNING: N_("läuft"),
    CaseOutcome.LASTING: N_("Teil der laufenden Arbeit"),
    CaseOutcome.UNKNOWN: N_("Ausgang offen"),
    CaseOutcome.COMPLETED: N_("abgeschlossen, Fortsetzung offen"),
    CaseOutcome.OVERCOME: N_("Vorfall überstanden"),
    CaseOutcome.STOPPED: N_("eingestellt oder gescheitert"),
}

OVER = frozenset({CaseOutcome.COMPLETED, CaseOutcome.OVERCOME})
"""Outcomes of what is over: these cases say when it ended."""

# ISO 3166-2:DE; DE stands for what concerns more than one or all of them.
LAENDER: Mapping[str, str] = {
    "BW": "Baden-Württemberg",
    "BY": "Bayern",
    "BE": "Berlin",
    "BB": "Brandenburg",
    "HB": "Bremen",
    "HH": "Hamburg",
    "HE": "Hessen",
    "MV": "Mecklenburg-Vorpommern",
    "NI": "Niedersachsen",
    "NW": "Nordrhein-Westfalen",
    "RP": "Rheinland-Pfalz",
    "SL": "Saarland",
    "SN": "Sachsen",
    "ST": "Sachsen-Anhalt",
    "SH": "Schleswig-Holstein",
    "TH": "Thüringen",
    "DE": "Deutschland",
}


class Certainty(StrEnum):
    """What the facts rest on."""

    PRIMARY = "A"
    MIXED = "A/B"
    SECONDARY = "B"


CERTAINTY_WORDS: Mapping[Certainty, str] = {
    Certainty.PRIMARY: N_("Angaben der Beteiligten selbst"),
    Certainty.MIXED: N_("Angaben der Beteiligten und Berichte anderer"),
    Certainty.SECONDARY: N_("Berichte anderer"),
}


@dataclass(frozen=True)
class Label:
    """A word of a list to choose from: topics and kinds of measures belong to the programme."""

    id: str
    label: str


@dataclass(frozen=True)
class CaseStudy:
    """One project of a municipality, or several; `is_invented` where it never happened."""

    id: str
    title: str
    summary: str
    place: str
    laender: tuple[str, ...]
    population: int
    """0 where no source gives it, or where several places are meant."""
    size: Size
    measure: str
    topics: tuple[str, ...]
    began: int
    ended: int
    """0: it has not ended, or nobody says so."""
    outcome: CaseOutcome
    funding: str
    takes_over_best_if: str
    certainty: Certainty
    as_of: date
    sources: tuple[Source, ...]
    lesson_codes: tuple[str, ...]
    module_slugs: tuple[str, ...]
    is_invented: bool
    headings: tuple[Heading, ...]
    body_html: str
    """The seven points. Addresses in it: `#quelle-<id>` for sources, and those of lessons (`Lesson.body_html`)."""
    text: str
    """Running text without markup."""
    term_ids: tuple[str, ...] = ()

    @cached_property
    def passages(self) -> tuple[TextPassage, ...]:
        """Give the text in the parts that a search finds."""
        return passages_of(self.body_html, self.headings)

    @cached_property
    def searched(self) -> str:
        """Give what a search looks through, folded."""
        laender = " ".join(LAENDER.get(land, "") for land in self.laender)
        head = (self.title, self.summary, self.place, laender, self.funding, self.takes_over_best_if)
        return folded("\n".join((*head, self.text)))


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; empty: anything."""

    words: str = ""
    topic: str = ""
    measure: str = ""
    size: str = ""
    land: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class CaseLibrary:
    """All cases of a programme, and the lists by which they are found."""

    topics: tuple[Label, ...] = ()
    measures: tuple[Label, ...] = ()
    studies: tuple[CaseStudy, ...] = ()

    def find(self, study_id: str) -> CaseStudy | None:
        return self._by_id.get(study_id)

    def search(self, wanted: Wanted) -> tuple[CaseStudy, ...]:
        """Give the cases that fit everything that is wanted, in their order."""
        return tuple(study for study in self.studies if self._fits(study, wanted))

    def of_lesson(self, code: str, linked: tuple[str, ...] = ()) -> tuple[CaseStudy, ...]:
        """Give the cases that belong to a lesson: those that name it, and those that its text links."""
        return tuple(study for study in self.studies if code in study.lesson_codes or study.id in linked)

    def of_module(self, slug: str, lesson_codes: frozenset[str]) -> tuple[CaseStudy, ...]:
        """Give the cases that belong to a module or to one of its lessons."""
        return tuple(
            study for study in self.studies if slug in study.module_slugs or not lesson_codes.isdisjoint(study.lesson_codes)
        )

    def _fits(self, study: CaseStudy, wanted: Wanted) -> bool:
        asked = (
            (wanted.topic, study.topics),
            (wanted.measure, (study.measure,)),
            (wanted.size, (study.size.value,)),
            (wanted.land, study.laender),
            (wanted.outcome, (study.outcome.value,)),
        )
        labels = " ".join(entry.label for entry in (*self.topics, *self.measures) if entry.id in (*study.topics, study.measure))
        return all(not value or value in has for value, has in asked) and is_found(
            wanted.words, f"{study.searched}\n{folded(labels)}"
        )

    @cached_property
    def _by_id(self) -> Mapping[str, CaseStudy]:
        return {study.id: study for study in self.studies}


def size_of(population: int) -> Size:
    """Tell the class of a single municipality."""
    if population < _FROM_MIDDLE:
        return Size.SMALL
    return Size.MIDDLE if population < _FROM_LARGE else Size.LARGE
