"""Finds cases by words and by what they are about, and says how many each further choice would leave."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from lti_tool.domain.content.case_studies import LAENDER, OUTCOME_WORDS, SIZE_WORDS, CaseLibrary, CaseStudy, Wanted
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.words.folding import fold
from lti_tool.domain.words.typed_text import clean_line

WORDS_MAX = 100
"""Of the characters somebody looks for; what goes beyond is cut."""


@dataclass(frozen=True)
class FilterChoice:
    """One value to filter by, and how many cases it would leave beside everything else that is chosen."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class CaseFilter:
    """One list to choose from; `name` is the field of `Wanted`."""

    name: str
    choices: tuple[FilterChoice, ...]

    @property
    def chosen(self) -> FilterChoice | None:
        return next((choice for choice in self.choices if choice.is_chosen), None)


@dataclass(frozen=True)
class WayOut:
    """A choice to give up, and how many cases there would be then; `label` is what it says now."""

    name: str
    label: str
    count: int


@dataclass(frozen=True)
class CaseList:
    cases: tuple[CaseStudy, ...]
    count_of_all: int
    wanted: Wanted
    only_marked: bool
    filters: Mapping[str, CaseFilter]
    marked: frozenset[str]
    ways_out: tuple[WayOut, ...]
    """Where several choices together leave nothing: which one to give up for something to be there."""

    @property
    def is_narrowed(self) -> bool:
        return self.only_marked or self.wanted != Wanted()

    @property
    def count_of_marked(self) -> int:
        return len(self.marked)


def find_cases(programme: Programme, wanted: Wanted, marked: Collection[str], *, only_marked: bool = False) -> CaseList:
    """Give the cases that fit, by their titles; a value that no list has counts as not chosen.

    Args:
        marked: the ids of what the reader has marked.
    """
    library = programme.library
    labels = _labels(library)
    wanted = _known(wanted, labels)
    mine = frozenset(study.id for study in library.studies if study.id in marked)

    def search(asked: Wanted, within_marked: bool) -> tuple[CaseStudy, ...]:
        found = (study for study in library.search(asked) if not within_marked or study.id in mine)
        return tuple(sorted(found, key=lambda study: fold(study.title)))

    cases = search(wanted, only_marked)
    filters = {}
    for name, words in labels.items():
        others = search(replace(wanted, **{name: ""}), only_marked)
        filters[name] = CaseFilter(name, _choices(name, words, getattr(wanted, name), others))
    ways = () if cases else tuple(_ways_out(wanted, filters, only_marked, search))
    return CaseList(cases, len(library.studies), wanted, only_marked, filters, mine, ways)


def _labels(library: CaseLibrary) -> dict[str, dict[str, str]]:
    """Give the words of each list by value; those of topics, measures and Länder are authored, the others the interface's."""
    laender = {land for study in library.studies for land in study.laender}
    return {
        "topic": {entry.id: entry.label for entry in library.topics},
        "size": {size.value: words for size, words in SIZE_WORDS.items()},
        "measure": {entry.id: entry.label for entry in library.measures},
        "outcome": {outcome.value: words for outcome, words in OUTCOME_WORDS.items()},
        "land": {land: name for land, name in LAENDER.items() if land in laender},
    }


def _known(wanted: Wanted, labels: Mapping[str, Mapping[str, str]]) -> Wanted:
    values = {name: value if (value := getattr(wanted, name)) in words else "" for name, words in labels.items()}
    return Wanted(words=clean_line(wanted.words)[:WORDS_MAX].strip(), **values)


def _choices(name: str, words: Mapping[str, str], chosen: str, cases: tuple[CaseStudy, ...]) -> tuple[FilterChoice, ...]:
    counts = Counter(value for study in cases for value in _values(study, name))
    return tuple(FilterChoice(value, label, counts[value], value == chosen) for value, label in words.items())


def _values(study: CaseStudy, name: str) -> tuple[str, ...]:
    return {
        "topic": study.topics,
        "size": (study.size.value,),
        "measure": (study.measure,),
        "outcome": (study.outcome.value,),
        "land": study.laender,
    }[name]


def _ways_out(
    wanted: Wanted,
    filters: Mapping[str, CaseFilter],
    only_marked: bool,
    search: Callable[[Wanted, bool], tuple[CaseStudy, ...]],
) -> Iterator[WayOut]:
    given = [("words", wanted.words)] if wanted.words else []
    given += [(name, one.chosen.label) for name, one in filters.items() if one.chosen]
    if len(given) + only_marked < 2:
        return
    for name, label in given:
        if found := search(replace(wanted, **{name: ""}), only_marked):
            yield WayOut(name, label, len(found))
    if only_marked and (found := search(wanted, False)):
        yield WayOut("marked", "", len(found))
