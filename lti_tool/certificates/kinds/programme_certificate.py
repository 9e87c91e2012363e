"""The certificate of the whole programme: issued by itself, with the last step."""

from dataclasses import replace
from typing import ClassVar

from lti_tool.certificates.kinds.base import KindOfDocument, Scope
from lti_tool.certificates.kinds.done import Done
from lti_tool.certificates.kinds.printed import number_in_words
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import (
    WHOLE_PROGRAMME,
    CertifiedModule,
    DocumentKind,
    Facts,
    hours_in_print,
    missing_modules,
)
from lti_tool.domain.documents.letterhead import Letterhead, add_months
from lti_tool.messages import N_


class ProgrammeCertificate(KindOfDocument):
    """Says that all modules were completed, and whatever else the course asked for."""

    kind = DocumentKind.CERTIFICATE
    label = N_("Zertifikat")
    names: ClassVar = {"de": "Zertifikat", "en": "Certificate"}
    columns: ClassVar = {
        "de": ["Nr.", "Modul", "Fassung", "Abschluss am"],
        "en": ["No.", "Module", "Edition", "Completed on"],
    }
    achievement_type = "CertificateOfCompletion"

    def scopes(self, programme: Programme) -> tuple[Scope, ...]:
        return (Scope(programme, programme.required_modules),)

    def subject(self, scope: Scope) -> str:
        return WHOLE_PROGRAMME

    def file_name(self, programme_slug: str, subject: str) -> str:
        return f"Zertifikat-{programme_slug}"

    def is_due(self, scope: Scope, done: Done) -> bool:
        return not missing_modules(scope.programme, done.completed_on) and done.record.is_done

    def add_facts(self, begun: Facts, scope: Scope, done: Done, head: Letterhead) -> Facts:
        return replace(
            begun,
            kind=self.kind,
            title=head.certificate_title,
            modules=tuple(done.certified(module) for module in scope.modules),
            hours=head.hours or hours_in_print(done.minutes_in(scope.modules) / 60),
            is_tested=all(module.slug in done.record.tested for module in scope.modules),
            draft_title=done.record.draft_title,
            valid_until=add_months(begun.issued_on, head.valid_months) if head.valid_months else None,
        )

    def about(self, facts: Facts) -> str:
        return facts.programme_title

    def statement(self, facts: Facts) -> str:
        number = number_in_words(len(facts.modules), facts.language)
        if facts.language == "en":
            tested = ", passed the test of each" if facts.is_tested else ""
            return f"has worked through all {number} modules{tested} and thereby completed the programme."
        tested = ", in jedem die Lernerfolgskontrolle bestanden" if facts.is_tested else ""
        return f"hat alle {number} Module bearbeitet{tested} und das Programm abgeschlossen."

    def achievement_name(self, facts: Facts) -> str:
        return "programme"

    def criteria(self, facts: Facts) -> str:
        tested = " und die Lernerfolgskontrolle jedes Moduls bestanden" if facts.is_tested else ""
        return f"Alle Module abgeschlossen: alle Lektionen bearbeitet{tested}. Noten werden nicht vergeben."

    def is_proven(self, facts: Facts) -> bool:
        return facts.is_tested

    def parts(self, facts: Facts) -> tuple[CertifiedModule, ...]:
        return facts.modules
