"""Facts of an invented person, to show how a document will look; marked as a sample and not in any register."""

from dataclasses import replace
from datetime import date, datetime

from lti_tool.certificates.issue_certificate import begin_facts
from lti_tool.domain.certificate import CertifiedModule, DocumentKind, Facts, Issuer, day_of, hours_in_print
from lti_tool.domain.hours import module_minutes, programme_minutes
from lti_tool.domain.letterhead import Letterhead, add_months
from lti_tool.domain.programme import Module, Programme

SAMPLE_NAME = {"de": "MUSTER Ayşe Beispiel-Łukaszewska", "en": "SAMPLE Ayşe Beispiel-Łukaszewska"}
_SAMPLE_COURSE = "Smart-City-Manager:in, Herbst 2026"
_SAMPLE_DRAFT = "Digitalstrategie der Stadt Musterhausen"
# As much as there may be: a name of several words, a draft's title of two lines, a course named by an office.
_FULL_NAME = "{} Maximiliane Annegret Ayşe Beispiel-Łukaszewska von und zu Musterhausen"
_FULL_COURSE = "Smart-City-Manager:in 2026/2027, Durchgang 3 (Herbst), Landkreis Potsdam-Mittelmark und Stadt Brandenburg"
_FULL_DRAFT = (
    "Gemeinsam, offen, nachhaltig: Digitalstrategie der Stadt Musterhausen an der Havel mit ihren Ortsteilen "
    "für die Jahre 2027 bis 2032, Entwurf zur Beteiligung"
)


def preview_facts(
    programme: Programme, issuer: Issuer, head: Letterhead, kind: DocumentKind, *, is_full: bool = False, now: datetime
) -> Facts:
    """Compose a sample; its check code is drawn anew each time and in no register, so it verifies as unknown.

    Args:
        is_full: with the longest texts that there may be.
    """
    today = day_of(now)
    name = SAMPLE_NAME[head.language]
    facts = begin_facts(programme, head, issuer, name=_FULL_NAME.format(name.partition(" ")[0]) if is_full else name, now=now)
    facts = replace(facts, course=_FULL_COURSE if is_full else _SAMPLE_COURSE)
    if kind is DocumentKind.CERTIFICATE:
        return replace(
            facts,
            title=head.certificate_title,
            modules=tuple(_certified(each, programme, today) for each in programme.required_modules),
            hours=head.hours or hours_in_print(programme_minutes(programme) / 60),
            draft_title=_FULL_DRAFT if is_full else _SAMPLE_DRAFT,
            valid_until=add_months(today, head.valid_months or 24) if head.valid_months or is_full else None,
        )
    module = programme.required_modules[0]
    return replace(
        facts,
        kind=kind,
        title=head.participation_title,
        modules=(_certified(module, programme, today),),
        hours=hours_in_print(module_minutes(module, programme.hours) / 60),
        topics=module.topics or tuple(lesson.title for lesson in module.lessons),
        began_on=add_months(today, -2) if is_full else None,
        is_passed=True,
    )


def _certified(module: Module, programme: Programme, today: date) -> CertifiedModule:
    return CertifiedModule(module.number, module.title, programme.version, today)
