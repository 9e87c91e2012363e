"""Facts of an invented person, to show how a document will look; marked as a sample and not in any register."""

from dataclasses import replace
from datetime import date, datetime

from lti_tool.certificates.issue_certificate import begin_facts
from lti_tool.domain.certificate import CertifiedModule, Facts, Issuer, Kind, day_of, hours_in_print
from lti_tool.domain.hours import module_minutes, programme_minutes
from lti_tool.domain.letterhead import Letterhead, add_months
from lti_tool.domain.programme import Module, Programme

SAMPLE_NAME = {"de": "MUSTER Ayşe Beispiel-Łukaszewska", "en": "SAMPLE Ayşe Beispiel-Łukaszewska"}


def preview_facts(programme: Programme, issuer: Issuer, head: Letterhead, kind: Kind, *, now: datetime) -> Facts:
    """Compose a sample; its check code is drawn anew each time and in no register, so it verifies as unknown."""
    today = day_of(now)
    facts = begin_facts(programme, head, issuer, name=SAMPLE_NAME[head.language], now=now)
    if kind is Kind.CERTIFICATE:
        return replace(
            facts,
            title=head.certificate_title,
            modules=tuple(_certified(each, programme, today) for each in programme.required_modules),
            hours=head.hours or hours_in_print(programme_minutes(programme) / 60),
            valid_until=add_months(today, head.valid_months) if head.valid_months else None,
        )
    module = programme.required_modules[0]
    return replace(
        facts,
        kind=kind,
        title=head.participation_title,
        modules=(_certified(module, programme, today),),
        hours=hours_in_print(module_minutes(module, programme.hours) / 60),
        topics=module.topics or tuple(lesson.title for lesson in module.lessons),
        is_passed=True,
    )


def _certified(module: Module, programme: Programme, today: date) -> CertifiedModule:
    return CertifiedModule(module.number, module.title, programme.version, today)
