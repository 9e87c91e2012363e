"""Looks for words in lessons, glossary and cases; each find leads to its heading. German words are found by their parts."""

from collections.abc import Sequence
from dataclasses import dataclass

from lti_tool.domain.content.case_studies import CaseStudy
from lti_tool.domain.content.passages import TextPassage
from lti_tool.domain.content.programme import Lesson, Module, Programme, Term
from lti_tool.domain.words.search import folded, is_found
from lti_tool.domain.words.typed_text import clean_line

WORDS_MAX = 100
"""Of the characters somebody looks for; what goes beyond is cut."""
_WORDS_MOST = 8
_SHORTEST = 2
_PASSAGES_SHOWN = 3
_BEFORE, _AFTER = 8, 20


@dataclass(frozen=True)
class Excerpt:
    """A passage, and some of its words, each with whether it was looked for."""

    anchor: str
    heading: str
    words: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class FoundLesson:
    module: Module
    lesson: Lesson
    excerpts: tuple[Excerpt, ...]


@dataclass(frozen=True)
class FoundCase:
    case: CaseStudy
    excerpts: tuple[Excerpt, ...]


@dataclass(frozen=True)
class SearchResult:
    words: str
    """What was looked for, as it was read."""
    terms: tuple[Term, ...] = ()
    lessons: tuple[FoundLesson, ...] = ()
    cases: tuple[FoundCase, ...] = ()

    @property
    def count(self) -> int:
        return len(self.terms) + len(self.lessons) + len(self.cases)


def search_programme(programme: Programme, typed: str) -> SearchResult:
    """Find what has every one of the words, parts of words too, however umlauts and capitals are written.

    What has them in a title or heading comes first, the rest in the order of the programme.
    """
    typed = clean_line(typed)[:WORDS_MAX].strip()
    words = [word for word in typed.split() if len(word) >= _SHORTEST][:_WORDS_MOST]
    if not words:
        return SearchResult(typed)
    lessons = [
        (_rank(lesson.title, lesson.passages, words), FoundLesson(module, lesson, _excerpts(lesson.passages, words)))
        for module in programme.modules
        for lesson in module.lessons
        if _has_all(lesson.title, lesson.passages, words)
    ]
    cases = [
        (_rank(study.title, study.passages, words), FoundCase(study, _excerpts(study.passages, words)))
        for study in programme.library.studies
        if _has_all(f"{study.title} {study.place} {study.summary}", study.passages, words)
    ]
    return SearchResult(
        typed,
        _terms(programme, words),
        tuple(found for _, found in sorted(lessons, key=lambda entry: entry[0])),
        tuple(found for _, found in sorted(cases, key=lambda entry: entry[0])),
    )


def _terms(programme: Programme, words: Sequence[str]) -> tuple[Term, ...]:
    """Give the terms whose name has the words, then those whose explanation has them."""
    query = " ".join(words)
    named, explained = list[Term](), list[Term]()
    for term in programme.terms.values():
        name = folded(" ".join((term.term, term.english, *term.forms)))
        if is_found(query, name):
            named.append(term)
        elif is_found(query, f"{name}\n{folded(term.definition)}"):
            explained.append(term)
    return (*named, *explained)


def _has_all(head: str, passages: Sequence[TextPassage], words: Sequence[str]) -> bool:
    places = [folded(head), *(passage.searched for passage in passages)]
    return all(any(is_found(word, place) for place in places) for word in words)


def _rank(title: str, passages: Sequence[TextPassage], words: Sequence[str]) -> int:
    query = " ".join(words)
    if is_found(query, folded(title)):
        return 0
    return 1 if any(is_found(query, passage.searched_heading) for passage in passages) else 2


def _excerpts(passages: Sequence[TextPassage], words: Sequence[str]) -> tuple[Excerpt, ...]:
    """Give the passages with most of the words, headings first."""
    counted = [(sum(is_found(word, passage.searched) for word in words), passage) for passage in passages]
    most = max((count for count, _ in counted), default=0)
    if not most:
        return ()
    best = [passage for count, passage in counted if count == most]
    best.sort(key=lambda passage: not any(is_found(word, passage.searched_heading) for word in words))
    return tuple(_excerpt(passage, words) for passage in best[:_PASSAGES_SHOWN])


def _excerpt(passage: TextPassage, words: Sequence[str]) -> Excerpt:
    all_words = passage.text.split()
    hits = [any(is_found(word, folded(each)) for word in words) for each in all_words]
    first = hits.index(True) if True in hits else 0
    start, end = max(0, first - _BEFORE), first + _AFTER
    shown = list(zip(all_words, hits, strict=True))[start:end]
    before = [("…", False)] if start else []
    after = [("…", False)] if end < len(all_words) else []
    return Excerpt(passage.anchor, passage.heading, (*before, *shown, *after))
