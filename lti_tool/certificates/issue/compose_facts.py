"""Composes what a document will say, of any kind, from what its person did and whose letterhead it bears."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.certificates.documents.letterheads import effective_letterhead, latest_course
from lti_tool.certificates.kinds import KindOfDocument, Scope
from lti_tool.certificates.kinds.begin_facts import begin_facts
from lti_tool.certificates.kinds.done import Done
from lti_tool.domain.documents.certificate import Facts, Issuer
from lti_tool.domain.words.multilang import in_one_language


@dataclass(frozen=True)
class Award:
    """What is issued to whom: a kind of document, what it is about, on the strength of what was done."""

    kind: KindOfDocument
    scope: Scope
    done: Done
    user_id: int
    name: str
    """As it will be printed."""


def compose_facts(session: Session, award: Award, *, issuer: Issuer, now: datetime) -> Facts:
    """Return the facts of a document that is issued now."""
    course = latest_course(session, award.user_id)
    head = effective_letterhead(session, issuer, course.registration_id if course else None)
    begun = begin_facts(award.scope.programme, head, issuer, name=award.name, now=now)
    begun = replace(begun, course=in_one_language(course.title, head.language) if course else "")
    return award.kind.add_facts(begun, award.scope, award.done, head)
