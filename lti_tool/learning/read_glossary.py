"""Opens the glossary: of the whole programme, or what one module's lessons use; in the order of the alphabet."""

from dataclasses import dataclass
from itertools import groupby

from lti_tool.domain.content.programme import Lesson, Module, Programme, Term
from lti_tool.domain.words.folding import fold
from lti_tool.learning.content import get_module


@dataclass(frozen=True)
class GlossaryEntry:
    term: Term
    lessons: tuple[tuple[Module, Lesson], ...]
    """Where it is used: within the glossary's module, or anywhere."""


@dataclass(frozen=True)
class Glossary:
    module: Module | None
    """None: the whole programme's."""
    letters: tuple[tuple[str, tuple[GlossaryEntry, ...]], ...]
    came_from: tuple[Module, Lesson] | None
    """The lesson to go back to."""

    @property
    def terms(self) -> tuple[Term, ...]:
        return tuple(entry.term for _, entries in self.letters for entry in entries)


def read_glossary(programme: Programme, module_slug: str | None, *, lesson_code: str = "") -> Glossary:
    """Gather a glossary.

    Args:
        module_slug: None: of all modules.
        lesson_code: Where the reader comes from; one that does not exist is passed over.
    Raises:
        NotFound: there is no such module.
    """
    module = get_module(programme, module_slug) if module_slug is not None else None
    modules = programme.modules if module is None else (module,)
    uses: dict[str, list[tuple[Module, Lesson]]] = {}
    for one in modules:
        uses.update({term.id: [] for term in one.terms if term.id not in uses})
        for lesson in one.lessons:
            for term_id in lesson.term_ids:
                uses.setdefault(term_id, []).append((one, lesson))
    entries = [
        GlossaryEntry(programme.terms[term_id], tuple(places)) for term_id, places in uses.items() if term_id in programme.terms
    ]
    entries.sort(key=lambda entry: fold(entry.term.term))
    letters = groupby(entries, key=lambda entry: fold(entry.term.term)[:1].upper())
    return Glossary(
        module, tuple((letter, tuple(group)) for letter, group in letters), programme.lessons_by_code.get(lesson_code)
    )


def in_alphabet(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Put terms in the order of the alphabet."""
    return tuple(sorted(terms, key=lambda term: fold(term.term)))
