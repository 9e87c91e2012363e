"""Puts a module together as one document: cover, contents, lessons, glossary, sources. No question of any quiz is in it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from lti_tool.booklet.branches import Branch, branches_of, text_of
from lti_tool.domain.content.programme import Lesson, Module, Programme, Term
from lti_tool.domain.content.texts import Source
from lti_tool.messages import N_

# Says a text of ours in the language of the document; its second argument fills the placeholders.
Say = Callable[..., str]
_WORDS = {
    "contents": N_("Inhalt"),
    "objectives": N_("Das nehmen Sie mit"),
    "sources": N_("Quellen"),
    "glossary": N_("Glossar"),
    "text_version": N_("Textfassung der Grafik"),
    "page": N_("Seite"),
    "english": N_("englisch"),
    "self_checks": N_("Die Selbstchecks und die Lernerfolgskontrolle finden Sie im Kurs auf Ihrer Lernplattform."),
}
_NARROWEST, _WIDEST = 8, 45


def compose(
    programme: Programme, module: Module, terms: tuple[Term, ...], *, say: Say, day: Callable[[date], str], language: str
) -> dict[str, Any]:
    """Put the document together as data for the template.

    Args:
        terms: what the glossary explains, in its order.
        say: gives our own words; what the authors wrote stays as it is.
        day: writes a date.
    """
    as_of = max((lesson.as_of for lesson in module.lessons), default=None)
    return {
        "language": language,
        "content_language": programme.language,
        "words": {name: say(text) for name, text in _WORDS.items()},
        "programme": programme.title,
        "kind": _kind(programme, module, say),
        "title": module.title,
        "short_title": module.short_title,
        "aim": module.aim,
        "edition": [
            *([say(N_("Stand %(day)s"), day=day(as_of))] if as_of else []),
            say(N_("Fassung %(version)s"), version=programme.version),
        ],
        "lessons": [_lesson(module, lesson, say, day) for lesson in module.lessons],
        "terms": [{"id": term.id, "term": term.term, "definition": term.definition, "english": term.english} for term in terms],
    }


def _kind(programme: Programme, module: Module, say: Say) -> str:
    if not module.is_required:
        return say(N_("Wahlmodul"))
    if not programme.is_placed_whole:
        return say(N_("Modul %(number)s"), number=module.number)
    return say(N_("Modul %(n)s von %(count)s"), n=module.number, count=len(programme.required_modules))


def _lesson(module: Module, lesson: Lesson, say: Say, day: Callable[[date], str]) -> dict[str, Any]:
    numbers = {other.code: other.slug for other in module.lessons}
    return {
        "code": lesson.code,
        "slug": lesson.slug,
        "title": lesson.title,
        "minutes": say(N_("ca. %(n)s Minuten"), n=lesson.minutes),
        "objectives": [objective.text for objective in lesson.objectives],
        "body": [_dressed(branch, module, numbers) for branch in branches_of(lesson.body_html)],
        "sources": [_source(source, say, day) for source in lesson.sources],
        "edition": say(
            N_("Lektion %(code)s, Fassung %(version)s, Stand %(day)s. Nächste Durchsicht bis %(review)s."),
            code=lesson.code,
            version=lesson.version,
            day=day(lesson.as_of),
            review=day(lesson.review_by),
        ),
    }


def _source(source: Source, say: Say, day: Callable[[date], str]) -> dict[str, str]:
    section = f", {source.section}" if source.section else ""
    stand = say(N_("Stand: %(when)s"), when=source.year) if source.year else say(N_("ohne Jahr"))
    read_on = ", " + say(N_("gelesen am %(day)s"), day=day(source.read_on)) if source.read_on else ""
    return {
        "text": f"{source.publisher}: {source.title}{section}.",
        "stand": stand + read_on,
        "address": source.url,
    }


def _dressed(branch: Branch, module: Module, lessons: dict[str, str]) -> Branch:
    """Turn addresses into places of the document and drawings into their SVG; give tables the widths of their columns."""
    if isinstance(branch, str):
        return branch
    branch = branch | {"kids": [_dressed(kid, module, lessons) for kid in branch["kids"]]}
    if branch["tag"] == "a":
        return _link(branch, lessons)
    if branch["tag"] == "img":
        figure = module.find_figure(branch["src"].removeprefix("figur:"))
        svg = figure.svg.decode() if figure is not None else ""
        # The document knows one family of letters.
        return branch | {"svg": svg.replace('font-family="sans-serif"', 'font-family="Noto Sans"')}
    if branch["tag"] == "table":
        return branch | {"widths": _widths(branch)}
    return branch


def _link(branch: dict[str, Any], lessons: dict[str, str]) -> Branch:
    kind, _, target = branch.pop("href", "").partition(":")
    if kind.startswith("#glossar-"):
        return branch | {"label": "term-" + kind.removeprefix("#glossar-")}
    if kind == "lektion":
        # A lesson of another module is in another document.
        return branch | ({"label": "lesson-" + lessons[target]} if target in lessons else {"tag": "span"})
    if kind not in ("https", "http", "mailto"):
        # Cases of the library and citations are not in this document.
        return branch | {"tag": "span"}
    return branch | {"address": f"{kind}:{target}"}


def _widths(table: dict[str, Any]) -> list[float]:
    """Share out the width by how much stands in each column."""
    rows = [row["kids"] for part in table["kids"] for row in part["kids"]]
    columns = [[len(text_of(row[number])) for row in rows] for number in range(len(rows[0]))]
    wishes = [min(max(sum(lengths) / len(lengths), _NARROWEST), _WIDEST) for lengths in columns]
    return [round(wish / sum(wishes), 3) for wish in wishes]
