"""What an instructor can place in a course: each module, the draft, the page of certificates, the cases, the questionnaires."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lti_tool.domain.content.case_studies import CaseStudy
from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.rules.hours import module_minutes
from lti_tool.domain.words.folding import fold
from lti_tool.messages import N_

WORKBOOK: Final = "workbook"
CERTIFICATES: Final = "certificates"
CASES: Final = "cases"
SURVEY: Final = "survey"
PAGES: Final = (WORKBOOK, CERTIFICATES, CASES, SURVEY)
"""Values of the custom parameter `page`."""
CASE: Final = "case"
"""The custom parameter that names a single case."""
_CASE_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CASE_ID_MAX: Final = 80

_PAGE_TEXTS: Final = {
    WORKBOOK: (
        N_("Mein Digitalstrategie-Entwurf"),
        N_("Ihr eigener Entwurf: Kapitel für Kapitel schreiben, Rückmeldung bekommen und jederzeit herunterladen."),
    ),
    CERTIFICATES: (
        N_("Meine Nachweise"),
        N_("Hier steht, was Ihnen für das Zertifikat noch fehlt; hier laden Sie es herunter."),
    ),
    CASES: (
        N_("Fälle aus Kommunen"),
        N_("Was Kommunen versucht haben, was es gekostet hat und was offen blieb: zum Suchen, Lesen und Drucken."),
    ),
    SURVEY: (
        N_("Ihre Rückmeldung"),
        N_("Ein kurzer Fragebogen, freiwillig und anonym: zu Beginn, nach den Modulen, am Ende und drei Monate danach."),
    ),
}


@dataclass(frozen=True)
class Placeable:
    """One thing to place; `key` is a module's slug, one of `PAGES`, or the page of a single case."""

    key: str
    title: str
    text: str
    minutes: int
    """0 where no time is set."""
    module: Module | None
    case: CaseStudy | None = None
    programme: str = ""
    """Slug of the programme that a page belongs to; a module says that by itself."""

    @property
    def custom(self) -> dict[str, str]:
        """Give the custom parameters that find it again, also after a course was copied."""
        if self.module is not None:
            return {"module": self.key}
        page = {"page": self.key} if self.case is None else {CASE: self.case.id}
        return {**page, "programme": self.programme}

    @property
    def is_authored(self) -> bool:
        """Whether its title and text are the programme's; else they are the interface's."""
        return self.module is not None or self.case is not None


def placeables(programme: Programme) -> tuple[Placeable, ...]:
    """List what can be placed: the modules in their order, the pages, and the single cases by title."""
    modules = [
        Placeable(
            key=module.slug,
            title=f"Modul {module.number}: {module.title}" if module.is_required else f"Wahlmodul: {module.title}",
            text=module.summary,
            minutes=module_minutes(module, programme.hours),
            module=module,
        )
        for module in programme.modules
    ]
    pages = [
        Placeable(page, *_PAGE_TEXTS[page], 0, None, programme=programme.slug)
        for page in PAGES
        if (page != CASES or programme.library.studies) and (page != SURVEY or programme.surveys)
    ]
    cases = [
        Placeable(page_of_case(study.id), study.title, study.summary, 0, None, study, programme.slug)
        for study in sorted(programme.library.studies, key=lambda study: fold(study.title))
    ]
    return (*modules, *pages, *cases)


def page_of_case(case_id: str) -> str:
    """Name the page of a single case, which is also its address."""
    return f"{CASES}/{case_id}"


def page_wished_by(custom: Mapping[str, str]) -> str:
    """Name the page that a link's custom parameters ask for; empty: none that there may be."""
    case_id = custom.get(CASE, "")
    if len(case_id) <= _CASE_ID_MAX and _CASE_ID.fullmatch(case_id):
        return page_of_case(case_id)
    page = custom.get("page", "")
    return page if page in PAGES else ""
