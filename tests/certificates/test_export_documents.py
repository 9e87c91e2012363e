"""All documents of a course as one ZIP, streamed, with a manifest that says what each file is."""

import csv
import hashlib
import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import insert, update

from lti_tool.certificates.documents.document_maker import DocumentMaker
from lti_tool.certificates.documents.make_document import make_document
from lti_tool.certificates.kinds.stored_facts import facts_to_json
from lti_tool.certificates.office.certificate_register import list_certificates
from lti_tool.certificates.office.export_documents import export_documents
from lti_tool.certificates.office.revoke_certificate import revoke_certificate
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Facts, Issuer
from lti_tool.domain.people import Role
from lti_tool.models import Certificate, Course, Membership
from lti_tool.models.database import Database
from lti_tool.progress.certificate_due import issue_if_due
from tests.certificates.screens import Person

TODAY = date(2026, 11, 23)
Come = Callable[..., Person]


@pytest.fixture
def course(person: Come, database: Database, programme: Programme, issuer: Issuer, now: datetime) -> Person:
    """Ayşe and Ole have documents, Ole's is revoked; Mia's is not made yet; Eve is in another course. The instructor comes in."""
    names = {"ayse": "Ayşe Çelik", "ole": "Ole Olsen", "mia": "Mia Müller", "eve": "Eve Anders"}
    for sub, name in names.items():
        person(name, sub=sub)
    person("Ida Instruktorin", sub="ida", slugs=[])
    with database.write.begin() as session:
        for course_id in (1, 2):
            course = {"platform_id": 1, "registration_id": 1, "context_id": f"{course_id}", "created_at": now}
            session.add(Course(id=course_id, last_seen_at=now, **course))
        session.flush()
        for user_id in range(1, 6):
            session.add(Membership(user_id=user_id, course_id=2 if user_id == 4 else 1, first_seen_at=now, last_seen_at=now))
        for user_id in range(1, 5):
            issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)
        # A name that a spreadsheet would calculate (a register of earlier years may hold one).
        row = session.get_one(Certificate, 2)
        row.facts = {**row.facts, "name": "=Ole Olsen"}
    for certificate_id in (1, 2, 4):
        make_document(database, DocumentMaker(), certificate_id, now=now)
    with database.write.begin() as session:
        revoke_certificate(session, list_certificates(session)[1].code, reason="Irrtum", now=now)
    return person("Ole Lehmann", sub="lehmann", slugs=[], role=Role.INSTRUCTOR, course_id=1)


def test_an_instructor_takes_all_documents_of_the_course_home(course: Person, database: Database) -> None:
    assert "2 Dokumente herunterladen" in course.get("/course/certificates").text
    answer = course.get("/course/certificates/documents.zip")
    assert (answer.status_code, answer.content_type) == (200, "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    manifest = json.loads(archive.read("manifest.json"))
    assert [(each["name"], each["state"], bool(each["file"])) for each in manifest] == [
        ("Ayşe Çelik", "valid", True), ("=Ole Olsen", "revoked", True), ("Mia Müller", "valid", False),
    ]  # fmt: skip
    assert [hashlib.sha256(archive.read(each["file"])).hexdigest() for each in manifest[:2]] == [
        each["sha256"] for each in manifest[:2]
    ]
    with database.read() as session:
        assert [entry.pdf_sha256 for entry in list_certificates(session)[:2]] == [each["sha256"] for each in manifest[:2]]
    assert manifest[0]["file"] == f"Ayşe-Çelik_Zertifikat_{manifest[0]['code']}.pdf"
    assert len(archive.namelist()) == 4
    assert "Eve" not in archive.read("manifest.json").decode()


def test_the_manifest_opens_in_a_spreadsheet_that_calculates_nothing(course: Person) -> None:
    archive = zipfile.ZipFile(io.BytesIO(course.get("/course/certificates/documents.zip").data))
    rows = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig")), delimiter=";"))
    assert [row["name"] for row in rows] == ["Ayşe Çelik", "'=Ole Olsen", "Mia Müller"]
    assert list(rows[0]) == list(json.loads(archive.read("manifest.json"))[0])


def test_participants_take_nothing_home(course: Person, person: Come) -> None:
    mia = person("Mia Neu", sub="mia2", slugs=[], course_id=1)
    assert mia.get("/course/certificates/documents.zip").status_code == 403


def test_the_operators_export_names_nobody(course: Person, database: Database) -> None:
    content = b"".join(export_documents(database, course_id=None, today=TODAY))
    archive = zipfile.ZipFile(io.BytesIO(content))
    manifest = json.loads(archive.read("manifest.json"))
    assert [each["file"] for each in manifest] == [f"{each['code']}.pdf" if each["sha256"] else "" for each in manifest]
    assert len(manifest) == 4
    assert "name" not in manifest[0]


def test_what_is_erased_meanwhile_is_left_out(course: Person, database: Database) -> None:
    with database.write.begin() as session:
        session.execute(update(Certificate).where(Certificate.id == 1).values(user_id=None, pdf=None))
    manifest = json.loads(
        zipfile.ZipFile(io.BytesIO(course.get("/course/certificates/documents.zip").data)).read("manifest.json")
    )
    assert [each["name"] for each in manifest] == ["=Ole Olsen", "Mia Müller"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_many_documents_take_no_more_memory_than_a_few(database: Database, facts: Facts, now: datetime) -> None:
    values = {"programme_slug": "p", "subject": "programme", "serial": 1, "name": "", "facts": facts_to_json(facts),
              "issued_at": now, "pdf": b"%PDF-1.7" + bytes(100_000), "pdf_sha256": "0" * 64}  # fmt: skip
    with database.write.begin() as session:
        session.execute(insert(Certificate), [{**values, "check_code": f"C{number}"} for number in range(200)])
    tracemalloc.start()
    written = sum(len(piece) for piece in export_documents(database, course_id=None, today=TODAY))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert written > 20_000_000
    # The archive's directory and its manifest, and one document at a time.
    assert peak < 2_000_000
