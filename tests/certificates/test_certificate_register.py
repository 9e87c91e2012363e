import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from lti_tool.certificates.documents.document_maker import DocumentMaker
from lti_tool.certificates.documents.make_document import make_document
from lti_tool.certificates.kinds.wording import words_for
from lti_tool.certificates.my_certificates import list_my_certificates
from lti_tool.certificates.office.certificate_register import MistypedCode, get_certificate, list_certificates
from lti_tool.certificates.office.erase_from_certificates import erase_from_certificates
from lti_tool.certificates.office.reissue_certificate import reissue_certificate
from lti_tool.certificates.office.revoke_certificate import revoke_certificate
from lti_tool.certificates.own_documents import get_document
from lti_tool.certificates.verify.verify_certificate import RegisterState, Verification, verify_certificate
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.domain.documents.check_code import TypingError, new_check_code
from lti_tool.errors import Conflict, NotFound, ToolError
from lti_tool.models import Certificate, User
from lti_tool.models.database import Database
from lti_tool.progress.certificate_due import course_record_of, issue_if_due


@pytest.fixture
def user_id(session: Session, add_user: Callable[..., int], complete: Callable[..., None]) -> int:
    """Ayşe, who has completed everything."""
    user_id = add_user(session)
    complete(session, user_id)
    return user_id


@pytest.fixture
def code(session: Session, programme: Programme, issuer: Issuer, user_id: int, now: datetime) -> str:
    """The check code of Ayşe's certificate."""
    issued = issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)
    return session.get_one(Certificate, issued).check_code


def name_in(shown: Verification) -> str | None:
    return shown.facts.name if shown.facts is not None else None


def test_a_valid_certificate_shows_every_line_of_its_paper(session: Session, code: str, now: datetime) -> None:
    shown = verify_certificate(session, code, now=now)
    assert (shown.code, shown.state) == ("-".join(code[at : at + 4] for at in range(0, 27, 4)), RegisterState.VALID)
    assert shown.document_type == "Zertifikat Smart-City-Manager:in"
    assert shown.facts is not None
    assert shown.words == words_for(shown.facts)
    assert (shown.words or {})["issued_on"] == "23.\u00a0November\u00a02026"


def test_a_code_may_be_typed_in_lower_case_with_spaces_and_lookalikes(session: Session, code: str, now: datetime) -> None:
    typed = " ".join(code).lower().replace("0", "o").replace("1", "l")
    assert verify_certificate(session, typed, now=now).state is RegisterState.VALID


def test_a_mistyped_code_is_told_apart_from_an_unknown_one(session: Session, code: str, now: datetime) -> None:
    mistyped = code[:5] + ("X" if code[5] != "X" else "Y") + code[6:]
    assert verify_certificate(session, mistyped, now=now).typing_error is TypingError.CHECK
    assert verify_certificate(session, code[:-1], now=now).typing_error is TypingError.LENGTH
    unknown = verify_certificate(session, new_check_code(), now=now)
    assert (unknown.state, unknown.typing_error, unknown.facts) == (RegisterState.UNKNOWN, None, None)


def test_a_revoked_certificate_says_so_and_since_when(session: Session, code: str, now: datetime) -> None:
    revoke_certificate(session, code.lower(), reason="Täuschung in Modul 3", now=now + timedelta(days=2))
    shown = verify_certificate(session, code, now=now)
    assert (shown.state, shown.ended_on, name_in(shown)) == (RegisterState.REVOKED, date(2026, 11, 25), "Ayşe Çelik")
    entry = get_certificate(session, code)
    assert (entry.state, entry.revocation_reason) == (RegisterState.REVOKED, "Täuschung in Modul 3")


def test_a_second_revocation_is_refused_and_the_first_stays(session: Session, code: str, now: datetime) -> None:
    revoke_certificate(session, code, reason="Erster Grund", now=now)
    with pytest.raises(Conflict):
        revoke_certificate(session, code, reason="Zweiter Grund", now=now + timedelta(days=1))
    assert get_certificate(session, code).revocation_reason == "Erster Grund"


def test_a_revocation_needs_a_reason(session: Session, code: str, now: datetime) -> None:
    with pytest.raises(ToolError, match="Grund"):
        revoke_certificate(session, code, reason="  ", now=now)


def test_a_revoked_certificate_is_not_issued_again_by_the_next_quiz(
    session: Session, programme: Programme, issuer: Issuer, user_id: int, code: str, now: datetime
) -> None:
    revoke_certificate(session, code, reason="Täuschung", now=now)
    issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)
    assert [entry.state for entry in list_certificates(session)] == [RegisterState.REVOKED]


def test_a_reissued_certificate_replaces_the_old_one(session: Session, issuer: Issuer, code: str, now: datetime) -> None:
    later = now + timedelta(days=30)
    successor_id = reissue_certificate(session, code, issuer=issuer, name="Ayşe Yılmaz", now=later)
    old = verify_certificate(session, code, now=now)
    assert (old.state, old.ended_on, name_in(old)) == (RegisterState.REPLACED, date(2026, 12, 23), "Ayşe Çelik")
    successor = list_certificates(session)[1]
    assert (successor.id, successor.serial, successor.state) == (successor_id, 2, RegisterState.VALID)
    assert (successor.facts.name, successor.facts.issued_on) == ("Ayşe Yılmaz", date(2026, 12, 23))
    assert successor.facts.modules == list_certificates(session)[0].facts.modules
    assert name_in(verify_certificate(session, successor.code, now=now)) == "Ayşe Yılmaz"


def test_only_a_valid_certificate_is_reissued(session: Session, issuer: Issuer, code: str, now: datetime) -> None:
    reissue_certificate(session, code, issuer=issuer, now=now)
    with pytest.raises(Conflict):
        reissue_certificate(session, code, issuer=issuer, now=now)


def test_nobody_is_certified_without_a_name_after_an_erasure(
    session: Session, issuer: Issuer, user_id: int, code: str, now: datetime
) -> None:
    erase_from_certificates(session, user_id=user_id, now=now)
    with pytest.raises(Conflict) as refusal:
        reissue_certificate(session, code, issuer=issuer, now=now)
    assert refusal.value.code == "person_erased"


def test_after_a_reissue_the_newest_certificate_is_the_persons(
    session: Session, programme: Programme, issuer: Issuer, user_id: int, code: str, now: datetime
) -> None:
    successor_id = reissue_certificate(session, code, issuer=issuer, now=now)
    assert issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now) == successor_id


def test_codes_that_lead_nowhere_are_refused_with_their_reason(session: Session, now: datetime) -> None:
    with pytest.raises(MistypedCode, match="kein vollständiger Prüfcode"):
        get_certificate(session, "ABC")
    with pytest.raises(NotFound, match="kein Zertifikat"):
        revoke_certificate(session, new_check_code(), reason="Grund", now=now)


def test_an_erased_person_leaves_a_certificate_that_still_verifies(
    session: Session, user_id: int, code: str, now: datetime
) -> None:
    assert erase_from_certificates(session, user_id=user_id, now=now + timedelta(days=3)) == 1
    shown = verify_certificate(session, code, now=now)
    assert (shown.state, shown.words, shown.erased_on) == (RegisterState.VALID, None, date(2026, 11, 26))
    assert shown.facts is not None
    assert (shown.facts.name, shown.facts.modules, shown.facts.issued_on) == ("", (), date(2026, 11, 23))
    row = session.get_one(Certificate, list_certificates(session)[0].id)
    assert (row.name, row.pdf, row.user_id) == ("", None, None)
    assert "Ayşe" not in str(row.facts)


def test_the_page_tells_what_is_still_missing(
    session: Session, programme: Programme, add_user: Callable[..., int], complete: Callable[..., None], now: datetime
) -> None:
    user_id = add_user(session, name=None)
    complete(session, user_id, ["grundlagen-und-strategie", "beteiligung-und-vernetzung"])
    mine = list_my_certificates(session, programme, course_record_of(session, programme, user_id), user_id=user_id, now=now)
    assert mine.certificates == ()
    assert (mine.completed, [module.number for module in mine.missing]) == (2, [2, 3, 5])
    assert (mine.name, mine.may_name, mine.waits_for_name) == (None, True, False)


def test_the_page_asks_for_the_name_when_only_that_is_missing(
    session: Session, programme: Programme, add_user: Callable[..., int], complete: Callable[..., None], now: datetime
) -> None:
    user_id = add_user(session, name=None)
    complete(session, user_id)
    assert list_my_certificates(
        session, programme, course_record_of(session, programme, user_id), user_id=user_id, now=now
    ).waits_for_name


def test_the_page_holds_the_certificate(session: Session, programme: Programme, user_id: int, code: str, now: datetime) -> None:
    mine = list_my_certificates(session, programme, course_record_of(session, programme, user_id), user_id=user_id, now=now)
    assert (mine.missing, mine.waits_for_name, mine.may_name) == ((), False, False)
    held = mine.certificates[0]
    assert (held.title, held.name, held.state) == ("Zertifikat Smart-City-Manager:in", "Ayşe Çelik", RegisterState.VALID)
    assert (held.code.replace("-", ""), held.document_bytes, held.needs_help) == (code, None, False)


@pytest.fixture
def documents(
    database: Database,
    programme: Programme,
    issuer: Issuer,
    add_user: Callable[..., int],
    complete: Callable[..., None],
    now: datetime,
) -> dict[str, tuple[int, int]]:
    """Certificates with documents of Ayşe and Ole: (user, certificate)."""
    found = {}
    for name in ("Ayşe Çelik", "Ole Olsen"):
        with database.write.begin() as session:
            user_id = add_user(session, name=name, sub=name)
            complete(session, user_id)
            certificate_id = issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)
        assert certificate_id is not None
        make_document(database, DocumentMaker(), certificate_id, now=now)
        found[name] = (user_id, certificate_id)
    return found


def test_ones_own_document_comes_as_it_was_stored(database: Database, documents: dict[str, tuple[int, int]]) -> None:
    user_id, certificate_id = documents["Ayşe Çelik"]
    with database.read() as session:
        document = get_document(session, certificate_id, user_id=user_id)
    assert document.file_name == "Zertifikat-smart-city-manager.pdf"
    assert hashlib.sha256(document.pdf).hexdigest() == document.sha256


def test_another_persons_document_is_not_there(database: Database, documents: dict[str, tuple[int, int]]) -> None:
    ayse, ole = documents["Ayşe Çelik"], documents["Ole Olsen"]
    with database.read() as session:
        for user_id, certificate_id in ((ayse[0], ole[1]), (ole[0], ayse[1]), (ayse[0], 4711)):
            with pytest.raises(NotFound):
                get_document(session, certificate_id, user_id=user_id)


def test_a_certificate_outlives_its_person(database: Database, documents: dict[str, tuple[int, int]], now: datetime) -> None:
    user_id, certificate_id = documents["Ayşe Çelik"]
    with database.write.begin() as session:
        session.delete(session.get_one(User, user_id))
    with database.read() as session:
        entry = next(entry for entry in list_certificates(session) if entry.id == certificate_id)
        assert (entry.user_id, verify_certificate(session, entry.code, now=now).state) == (None, RegisterState.VALID)
