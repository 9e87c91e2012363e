"""The Teilnahmebescheinigung of one module (curriculum, section 6): its lessons, and its live part where there is one."""

from dataclasses import replace
from typing import ClassVar

from lti_tool.certificates.kinds.base import KindAskedFor, Scope, StillMissing
from lti_tool.certificates.kinds.done import Done
from lti_tool.certificates.kinds.printed import period
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import CertifiedModule, DocumentKind, Facts, hours_in_print
from lti_tool.domain.documents.letterhead import Letterhead
from lti_tool.messages import N_


class Participation(KindAskedFor):
    """Says that all lessons of a module were worked through, and whether its test was passed."""

    kind = DocumentKind.PARTICIPATION
    label = N_("Teilnahmebescheinigung")
    names: ClassVar = {"de": "Teilnahmebescheinigung", "en": "Confirmation of participation"}
    columns: ClassVar = {
        "de": ["Nr.", "Modul", "Fassung", "Bearbeitet bis"],
        "en": ["No.", "Module", "Edition", "Worked through by"],
    }
    achievement_type = "Course"
    heading = N_("Teilnahmebescheinigungen")
    explanation = N_(
        "Für jedes Modul, dessen Lektionen Sie alle bearbeitet haben, können Sie eine Teilnahmebescheinigung ausstellen."
    )
    explanation_of_test = N_("Haben Sie die Lernerfolgskontrolle bestanden, steht das darauf.")

    def scopes(self, programme: Programme) -> tuple[Scope, ...]:
        # Without a lesson there is nothing to certify, nor a day on which it was done.
        return tuple(Scope(programme, (module,)) for module in programme.modules if module.lessons)

    def subject(self, scope: Scope) -> str:
        return scope.module.slug

    def file_name(self, programme_slug: str, subject: str) -> str:
        return f"Teilnahmebescheinigung-{subject}"

    def missing(self, scope: Scope, done: Done) -> StillMissing | None:
        lessons = done.lessons_left(scope.module)
        if lessons:
            return (
                StillMissing(N_("Noch %(n)s Lektionen"), {"n": lessons}) if lessons > 1 else StillMissing(N_("Noch eine Lektion"))
            )
        if scope.module.slug in done.record.live_left:
            return StillMissing(N_("Live-Sitzungen noch offen"))
        return None

    def is_outdated(self, facts: Facts, scope: Scope, done: Done) -> bool:
        # The test was passed since, and the document does not say so.
        return not facts.is_passed and scope.module.slug in done.record.tested

    def add_facts(self, begun: Facts, scope: Scope, done: Done, head: Letterhead) -> Facts:
        module, read = scope.module, done.lessons_of(scope.module)
        return replace(
            begun,
            kind=self.kind,
            title=head.participation_title,
            modules=(CertifiedModule(module.number, module.title, read.version, read.ended_on or begun.issued_on),),
            hours=hours_in_print(done.record.minutes_in(module) / 60),
            topics=module.topics or tuple(lesson.title for lesson in module.lessons),
            began_on=read.began_on,
            is_passed=module.slug in done.record.tested,
        )

    def about(self, facts: Facts) -> str:
        # After an erasure the module is gone with the person.
        return facts.modules[0].title if facts.modules else facts.programme_title

    def statement(self, facts: Facts) -> str:
        since, until = period(facts)
        if facts.language == "en":
            passed = ", with the test passed" if facts.is_passed else ""
            return f"took part in the following module of the programme {since}{until}{passed}."
        passed = " mit bestandener Lernerfolgskontrolle" if facts.is_passed else ""
        return f"hat {since}{until} am folgenden Modul des Programms{passed} teilgenommen."

    def achievement_name(self, facts: Facts) -> str:
        return f"module-{facts.modules[0].number}"

    def criteria(self, facts: Facts) -> str:
        return "Alle Lektionen des Moduls bearbeitet. " + ("Die Lernerfolgskontrolle ist bestanden." if facts.is_passed else "")

    def is_proven(self, facts: Facts) -> bool:
        return facts.is_passed
