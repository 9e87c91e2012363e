"""A logo from outside: drawn once before it is kept, and never a reason for documents of others to wait."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lti_tool.certificates.documents.document_maker import DocumentMaker
from lti_tool.certificates.documents.letterheads import letterhead_of
from lti_tool.certificates.documents.make_document import MakingOutcome, make_document, make_missing_documents
from lti_tool.certificates.office.check_logo import check_logo
from lti_tool.certificates.office.save_letterhead import save_letterhead
from lti_tool.certificates.office.try_letterhead import draw_logo
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.domain.documents.letterhead import Letterhead, LetterheadRefused
from lti_tool.domain.people import Role
from lti_tool.models import Certificate, CertificateLetterhead, CertificateLogo, Course, Membership
from lti_tool.models.database import Database
from lti_tool.progress.certificate_due import issue_if_due
from tests.certificates.screens import Person, words_of

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 40">'
GOOD = f'{SVG}<rect width="100" height="40" fill="#17427a"/></svg>'
NESTED = SVG + "<g>" * 2900 + '<rect width="5" height="5"/>' + "</g>" * 2900 + "</svg>"
NO_SIZE = '<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"><rect width="5" height="5"/></svg>'


def bomb(levels: int, copies: int) -> str:
    """Draw a rectangle that is used, used again, and so on."""
    groups = "".join(f'<g id="a{level}">' + f'<use href="#a{level - 1}"/>' * copies + "</g>" for level in range(1, levels))
    return f'{SVG}<defs><rect id="a0" width="1" height="1"/>{groups}</defs><use href="#a{levels - 1}"/></svg>'


@pytest.mark.parametrize(
    "svg",
    [
        GOOD,
        f'{SVG}<linearGradient id="g"><stop stop-color="red"/></linearGradient><path fill="url(#g)" d="M0 0h9v9z"/></svg>',
        f"{SVG}</svg>",
    ],
    ids=["a rectangle", "a gradient", "nothing"],
)
def test_a_drawing_is_drawn(svg: str) -> None:
    draw_logo(check_logo(svg.encode()))


@pytest.mark.parametrize(
    "svg",
    [NESTED, bomb(8, 10), bomb(6, 15), bomb(20, 2), NO_SIZE],
    ids=["nested", "bomb", "small bomb", "binary bomb", "no size"],
)
def test_what_cannot_be_drawn_or_takes_too_much_is_refused_before_it_is_kept(svg: str) -> None:
    with pytest.raises(LetterheadRefused) as refusal:
        draw_logo(check_logo(svg.encode()))
    assert refusal.value.field == "logo"


@pytest.fixture
def course(database: Database, now: datetime, person: Callable[..., Person]) -> int:
    """A course with Ayşe (user 1), who has done everything, and Ole (user 2), who administers."""
    person()
    person("Ole Olsen", sub="ole", slugs=[])
    with database.write.begin() as session:
        row = Course(platform_id=1, context_id="7", registration_id=1, title="Kohorte", created_at=now, last_seen_at=now)
        session.add(row)
        session.flush()
        for user_id in (1, 2):
            session.add(Membership(user_id=user_id, course_id=row.id, first_seen_at=now, last_seen_at=now))
        return row.id


@pytest.fixture
def admin(app: Flask, course: int, now: datetime) -> Person:
    return Person(app, 2, now, roles=frozenset({Role.ADMINISTRATOR}), course_id=course)


def upload(admin: Person, svg: str, **typed: str) -> TestResponse:
    form = admin.get("/course/certificates/letterhead")
    token = re.findall(r'name="csrf_token" value="([^"]+)"', form.text)[0]
    return admin.client.post(
        f"/course/certificates/letterhead?v={admin.visit}",
        data={"csrf_token": token, "logo_alt": "Landesakademie", **typed, "logo": (io.BytesIO(svg.encode()), "logo.svg")},
        base_url="https://localhost",
    )


def test_a_logo_that_cannot_be_drawn_is_told_at_its_field_and_not_kept(admin: Person, database: Database) -> None:
    page = upload(admin, NESTED, note="Ein Satz")
    assert page.status_code == 422
    assert words_of(page).count("Das Logo lässt sich nicht zeichnen.") == 2
    assert 'value="Ein Satz"' in page.text
    with database.read() as session:
        assert session.scalars(select(CertificateLogo)).all() == []
        assert letterhead_of(session, 1) == Letterhead()
    assert upload(admin, GOOD).status_code == 303


def test_texts_that_would_be_too_small_on_a_full_document_are_refused(admin: Person) -> None:
    long = "Akademie für Grundsatzfragen der kommunalen Digitalisierung und Verwaltungsmodernisierung, Abteilung 4. " * 2
    people = {f"{field}_{number}": long[:200] for field in ("signatory", "role") for number in range(3)}
    page = upload(admin, GOOD, note=long[:200], issuer_name=long[:200], certificate_title=long[:200], **people)
    assert page.status_code == 422
    assert "Ihre Texte sind zusammen zu lang" in words_of(page)


def test_the_administrator_sees_the_fullest_case(admin: Person) -> None:
    assert "full=1" in admin.get("/course/certificates/letterhead").text
    for kind in ("certificate", "participation"):
        address = f"/course/certificates/preview.pdf?kind={kind}&full=1&v={admin.visit}"
        page = admin.client.get(address, base_url="https://localhost")
        assert page.data.startswith(b"%PDF-1.7")


# --- a logo that got in nevertheless -----------------------------------------------------------------------------------


def keep_unseen(session: Session, svg: str, now: datetime) -> None:
    """Store a logo as it was stored before logos were drawn at their upload."""
    session.add(CertificateLogo(sha256="f" * 64, svg=svg))
    head = {"logo_sha256": "f" * 64, "logo_alt": "Alt"}
    session.add(CertificateLetterhead(registration_id=1, letterhead=head, changed_at=now, changed_by_id=None))
    session.flush()


@pytest.fixture
def stuck(database: Database, course: int, programme: Programme, issuer: Issuer, now: datetime) -> int:
    """Ayşe's certificate, whose logo cannot be drawn."""
    with database.write.begin() as session:
        keep_unseen(session, NESTED, now)
        made = issue_if_due(session, programme, user_id=1, issuer=issuer, now=now)
    assert made is not None
    return made


def test_the_others_documents_are_made_meanwhile(
    database: Database, stuck: int, programme: Programme, issuer: Issuer, now: datetime,
    add_user: Callable[..., int], complete: Callable[..., None],
) -> None:  # fmt: skip
    with database.write.begin() as session:
        others = []
        for sub in ("mei", "noor"):
            user_id = add_user(session, sub=sub)
            complete(session, user_id)
            others.append(issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now))
    assert make_missing_documents(database, DocumentMaker(), clock=lambda: now) == 2
    with database.read() as session:
        found = session.scalars(select(Certificate.id).where(Certificate.pdf_sha256.is_not(None))).all()
    assert set(found) == set(others)


def test_a_document_recovers_once_the_logo_is_mended(database: Database, stuck: int, admin: Person, now: datetime) -> None:
    assert make_document(database, DocumentMaker(), stuck, now=now) is MakingOutcome.FAILED
    assert make_document(database, DocumentMaker(), stuck, now=now) is MakingOutcome.NOT_DUE
    assert upload(admin, GOOD).status_code == 303
    assert make_document(database, DocumentMaker(), stuck, now=now) is MakingOutcome.MADE
    with database.read() as session:
        row = session.get_one(Certificate, stuck)
        assert row.facts["logo"] == {"sha256": letterhead_of(session, 1).logo_sha256, "alt": "Landesakademie"}


def test_a_document_recovers_once_the_logo_is_taken_away(database: Database, stuck: int, now: datetime) -> None:
    make_document(database, DocumentMaker(), stuck, now=now)
    with database.write.begin() as session:
        head = replace(letterhead_of(session, 1), logo_sha256="")
        save_letterhead(session, 1, head, logo=None, changed_by_id=2, now=now)
    assert make_missing_documents(database, DocumentMaker(), clock=lambda: now + timedelta(seconds=1)) == 1


def test_a_sample_with_such_a_logo_says_so(admin: Person, stuck: int) -> None:
    page = admin.get("/course/certificates/preview.pdf")
    assert page.status_code == 422
    assert "Das Logo lässt sich nicht zeichnen." in page.text
