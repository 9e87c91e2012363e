import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lti_tool.certificates.documents.queue import claim_document
from lti_tool.certificates.office.certificate_register import list_certificates
from lti_tool.certificates.office.revoke_certificate import revoke_certificate
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.models import Certificate
from lti_tool.models.database import Database
from lti_tool.progress.certificate_due import issue_if_due
from tests.certificates.screens import Person, words_of

AddUser = Callable[..., int]
Complete = Callable[..., None]


def issue_for(database: Database, programme: Programme, issuer: Issuer, sub_id: int, now: datetime) -> int:
    with database.write.begin() as session:
        certificate_id = issue_if_due(session, programme, user_id=sub_id, issuer=issuer, now=now)
    assert certificate_id is not None
    return certificate_id


# --- one's own certificates ------------------------------------------------------------------------------------------


def test_without_a_visit_there_is_nothing_to_see(stranger: FlaskClient) -> None:
    assert stranger.get("/certificates").status_code == 403
    assert stranger.get("/certificates/1.pdf").status_code == 403
    assert stranger.get("/certificates/name").status_code == 403


def test_the_page_says_what_is_missing_and_how_to_go_on(person: Callable[..., Person]) -> None:
    text = words_of(person(slugs=["grundlagen-und-strategie", "beteiligung-und-vernetzung"]).get("/certificates"))
    assert "Bisher: 2 von 5." in text
    assert "Modul 2: Technologien und Daten für die smarte Kommune" in text
    missing, proofs = text.split("Teilnahmebescheinigungen", 1)
    assert "Modul 4" not in missing
    # Each module stands on the page once: what is only begun is missing, what is done has its Teilnahmebescheinigung.
    assert all(text.count(f"Modul {number}:") == 1 for number in range(1, 6))
    assert "Modul 4" in proofs
    assert "Weiter lernen" in text


def test_linkedins_own_form_is_a_plain_link_with_what_it_asks_for(
    person: Callable[..., Person], database: Database, programme: Programme, issuer: Issuer, now: datetime
) -> None:
    ayse = person()
    issue_for(database, programme, issuer, 1, now)
    (address,) = re.findall(r'href="(https://www\.linkedin\.com/[^"]+)"', ayse.get("/certificates").text)
    asked = dict(parse_qsl(urlsplit(unescape(address)).query))
    with database.read() as session:
        facts = session.scalars(select(Certificate.facts)).one()
    assert (asked["organizationName"], asked["issueYear"], asked["issueMonth"]) == ("Musterakademie", "2026", "11")
    assert asked["certUrl"] == facts["verify_url"]
    assert asked["certId"].replace("-", "") == facts["check_code"]
    assert "Ay" not in asked["name"]  # whose profile it is, LinkedIn knows


def test_a_person_downloads_their_document_as_it_was_stored(
    person: Callable[..., Person], database: Database, programme: Programme, issuer: Issuer, now: datetime
) -> None:
    ayse = person()
    certificate_id = issue_for(database, programme, issuer, 1, now)
    assert "Herunterladen (PDF, " in words_of(ayse.get("/certificates"))
    answer = ayse.get(f"/certificates/{certificate_id}.pdf")
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Zertifikat-smart-city-manager.pdf"'
    with database.read() as session:
        stored = session.get_one(Certificate, certificate_id)
        assert hashlib.sha256(answer.data).hexdigest() == stored.pdf_sha256
        assert answer.data == stored.pdf


def test_another_persons_document_is_not_found(
    person: Callable[..., Person], database: Database, programme: Programme, issuer: Issuer, now: datetime
) -> None:
    ayse, ole = person(), person("Ole Olsen", sub="ole")
    hers, his = issue_for(database, programme, issuer, 1, now), issue_for(database, programme, issuer, 2, now)
    ayse.get("/certificates")
    ole.get("/certificates")
    assert ayse.get(f"/certificates/{hers}.pdf").status_code == 200
    assert ayse.get(f"/certificates/{his}.pdf").status_code == 404
    assert ole.get(f"/certificates/{hers}.pdf").status_code == 404
    assert ole.get("/certificates/4711.pdf").status_code == 404


def test_the_name_is_asked_for_shown_as_printed_and_then_issued(person: Callable[..., Person], database: Database) -> None:
    someone = person(None)
    assert "fehlt nur noch Ihr Name" in words_of(someone.get("/certificates"))
    form = someone.get("/certificates/name")
    assert "kann nur noch die Kursleitung den Namen ändern" in words_of(form)
    preview = someone.post("/certificates/name", form, name="  Łukasz   Żółć ", step="preview")
    assert "Zertifikat Łukasz Żółć Prüfen Sie jeden Buchstaben." in words_of(preview)
    with database.read() as session:
        assert list_certificates(session) == []
    done = someone.post("/certificates/name", preview, name="Łukasz Żółć", step="confirm")
    assert (done.status_code, done.headers["Location"]) == (303, f"/certificates?v={someone.visit}")
    someone.get("/certificates")
    with database.read() as session:
        entry = list_certificates(session)[0]
    assert entry.facts.name == "Łukasz Żółć"
    assert entry.pdf_sha256 is not None


def test_from_the_preview_one_can_go_back_and_change(person: Callable[..., Person]) -> None:
    someone = person(None)
    preview = someone.post("/certificates/name", someone.get("/certificates/name"), name="Łukasz Zolc", step="preview")
    form = someone.post("/certificates/name", preview, name="Łukasz Zolc", step="change")
    assert 'value="Łukasz Zolc"' in form.text


@pytest.mark.parametrize(
    ("typed", "words"), [("", "Es fehlt der Name."), ("王小明", "Das Zeichen „王“ kann das Zertifikat nicht")]
)
def test_a_refused_name_is_explained_above_and_at_the_field(person: Callable[..., Person], typed: str, words: str) -> None:
    someone = person(None)
    page = someone.post("/certificates/name", someone.get("/certificates/name"), name=typed, step="confirm")
    assert page.status_code == 422
    assert "<title>Fehler: " in page.text
    assert words_of(page).count(words) == 2
    assert 'href="#name"' in page.text
    assert 'aria-describedby="name-hint name-error" aria-invalid="true"' in page.text
    assert f'value="{typed}"' in page.text


def test_a_name_without_the_forms_token_is_refused(person: Callable[..., Person]) -> None:
    someone = person(None)
    answer = someone.client.post(
        f"/certificates/name?v={someone.visit}", data={"name": "Otto", "step": "confirm"}, base_url="https://localhost"
    )
    assert answer.status_code == 403


def test_who_has_a_name_from_the_platform_is_not_asked(person: Callable[..., Person]) -> None:
    ayse = person(slugs=[])
    assert ayse.get("/certificates/name").headers["Location"] == f"/certificates?v={ayse.visit}"
    text = words_of(ayse.get("/certificates"))
    assert "Ayşe Çelik So steht Ihr Name in Ihrer Lernplattform" in text


def test_a_document_that_a_crash_left_out_is_made_when_the_page_is_opened(
    person: Callable[..., Person], database: Database, programme: Programme, issuer: Issuer, now: datetime
) -> None:
    ayse = person()
    certificate_id = issue_for(database, programme, issuer, 1, now)
    assert ayse.get(f"/certificates/{certificate_id}.pdf").status_code == 404
    ayse.get("/certificates")
    assert ayse.get(f"/certificates/{certificate_id}.pdf").status_code == 200


def test_a_page_that_awaits_a_document_comes_back_by_itself_with_and_without_a_script(
    person: Callable[..., Person], database: Database, programme: Programme, issuer: Issuer, now: datetime
) -> None:
    ayse = person()
    certificate_id = issue_for(database, programme, issuer, 1, now)
    with database.write.begin() as session:
        assert claim_document(session, certificate_id, now=now)
    waiting = ayse.get("/certificates").text
    assert "Das Dokument wird gerade erstellt." in waiting
    assert "data-waiting" in waiting
    assert "/waiting." in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    # What is exchanged when it comes holds nothing that could have the focus, else it would not be exchanged.
    region = waiting.split(f'id="document-{certificate_id}"')[1].split("</div>")[0]
    assert "data-fresh" in region
    assert "<a " not in region
    with database.write.begin() as session:
        session.get_one(Certificate, certificate_id).document_due_at = now
    there = ayse.get("/certificates").text
    assert "Herunterladen (PDF" in there
    assert "data-waiting" not in there
    assert "http-equiv" not in there


def test_nobody_is_told_that_it_takes_seconds_when_it_took_minutes(
    person: Callable[..., Person], database: Database, programme: Programme, issuer: Issuer, now: datetime
) -> None:
    ayse = person()
    certificate_id = issue_for(database, programme, issuer, 1, now - timedelta(minutes=2))
    with database.write.begin() as session:
        assert claim_document(session, certificate_id, now=now)
    page = ayse.get("/certificates").text
    assert "Das Dokument lässt sich gerade nicht herstellen." in page
    assert "data-waiting" not in page
    assert "http-equiv" not in page


def test_a_certificate_that_cannot_be_set_says_whom_to_ask(
    person: Callable[..., Person], database: Database, programme: Programme, issuer: Issuer, now: datetime
) -> None:
    ayse = person()
    certificate_id = issue_for(database, programme, issuer, 1, now)
    with database.write.begin() as session:
        row = session.get_one(Certificate, certificate_id)
        row.facts = {**row.facts, "name": "王小明"}
    ayse.get("/certificates")
    assert "wenden Sie sich an die Kursleitung: Sie legt mit Ihnen die Schreibweise fest." in words_of(ayse.get("/certificates"))


def test_a_revoked_certificate_tells_its_person_why(
    person: Callable[..., Person], database: Database, programme: Programme, issuer: Issuer, now: datetime
) -> None:
    ayse = person()
    issue_for(database, programme, issuer, 1, now)
    with database.write.begin() as session:
        revoke_certificate(session, list_certificates(session)[0].code, reason="Verwechslung der Person.", now=now)
    assert "Seit dem 23. November 2026 nicht mehr gültig. Grund: Verwechslung der Person." in words_of(ayse.get("/certificates"))
