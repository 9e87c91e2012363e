"""Facts of an invented person, to show how a document will look; marked as a sample and not in any register."""

from dataclasses import replace
from datetime import datetime

from lti_tool.certificates.kinds import kind_of
from lti_tool.certificates.kinds.begin_facts import begin_facts
from lti_tool.certificates.kinds.done import everything_done
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import DocumentKind, Facts, Issuer, day_of
from lti_tool.domain.documents.letterhead import Letterhead, add_months

SAMPLE_NAME = {"de": "MUSTER Ayşe Beispiel-Łukaszewska", "en": "SAMPLE Ayşe Beispiel-Łukaszewska"}
_SAMPLE_COURSE = "{}, Herbst 2026"
_SAMPLE_DRAFT = "Digitalstrategie der Stadt Musterhausen"
# As much as there may be: a name of several words, a draft's title of two lines, a course named by an office.
_FULL_NAME = "{} Maximiliane Annegret Ayşe Beispiel-Łukaszewska von und zu Musterhausen"
_FULL_COURSE = "{} 2026/2027, Durchgang 3 (Herbst), Landkreis Potsdam-Mittelmark und Stadt Brandenburg"
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
    begun = begin_facts(programme, head, issuer, name=_FULL_NAME.format(name.partition(" ")[0]) if is_full else name, now=now)
    if is_full:
        head = replace(head, valid_months=head.valid_months or 24)
    done = everything_done(
        programme,
        began_on=add_months(today, -2) if is_full else None,
        on=today,
        draft_title=_FULL_DRAFT if is_full else _SAMPLE_DRAFT,
    )
    rules = kind_of(kind)
    facts = rules.add_facts(begun, rules.scopes(programme)[0], done, head)
    return replace(facts, course=(_FULL_COURSE if is_full else _SAMPLE_COURSE).format(programme.title))
