"""A course title in several languages at once stands in one on documents, pages and lists."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from lti_tool.certificates.office.certificate_register import list_certificates
from lti_tool.certificates.office.save_letterhead import save_letterhead
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.domain.documents.letterhead import Letterhead
from lti_tool.domain.people import Role
from lti_tool.models import Course, Membership
from lti_tool.models.database import Database
from lti_tool.progress.certificate_due import issue_if_due
from tests.certificates.screens import Person, words_of

BOTH = "{mlang de}Smart City Kurs{mlang}{mlang en}Smart City course{mlang}"
SPANS = '<span lang="de" class="multilang">Smart City Kurs</span><span lang="en" class="multilang">Smart City course</span>'


@pytest.fixture(params=[BOTH, SPANS], ids=["mlang", "spans"])
def course(request: pytest.FixtureRequest, database: Database, person: Callable[..., Person], now: datetime) -> int:
    person()
    person("Ole Olsen", sub="ole", slugs=[])
    with database.write.begin() as session:
        row = Course(platform_id=1, context_id="7", registration_id=1, title=request.param, created_at=now, last_seen_at=now)
        session.add(row)
        session.flush()
        for user_id, role in ((1, Role.PARTICIPANT), (2, Role.INSTRUCTOR)):
            member = Membership(user_id=user_id, course_id=row.id, roles=role.value, first_seen_at=now, last_seen_at=now)
            session.add(member)
        return row.id


@pytest.mark.parametrize(("language", "printed"), [("de", "Smart City Kurs"), ("en", "Smart City course")])
def test_a_document_bears_the_title_in_its_own_language(
    database: Database, course: int, programme: Programme, issuer: Issuer, now: datetime, language: str, printed: str
) -> None:
    with database.write.begin() as session:
        save_letterhead(session, 1, Letterhead(language=language), logo=None, changed_by_id=2, now=now)
        issue_if_due(session, programme, user_id=1, issuer=issuer, now=now)
        assert list_certificates(session)[0].facts.course == printed


def test_pages_and_lists_show_it_in_the_readers_language(app: Flask, course: int, now: datetime) -> None:
    ole = Person(app, 2, now, roles=frozenset({Role.INSTRUCTOR}), course_id=course)
    assert "Kurs „Smart City Kurs“" in words_of(ole.get("/course"))
    english = ole.client.get(f"/course?v={ole.visit}&lang=en", base_url="https://localhost")
    assert "Smart City course" in words_of(english)
    assert "mlang" not in english.text
    for kind in ("csv", "ods", "xlsx"):
        content = ole.get(f"/course/list.{kind}").data
        assert b"{mlang" not in content
        assert b"multilang" not in content
