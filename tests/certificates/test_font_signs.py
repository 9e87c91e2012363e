"""What the documents' fonts can print, asked before something is stored that could never be printed."""

import sys
import unicodedata
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from lti_tool.certificates.documents.font_signs import REGULAR, keep_printable, missing_sign
from lti_tool.certificates.documents.letterheads import read_letterhead
from lti_tool.certificates.office.certificate_register import list_certificates
from lti_tool.certificates.office.save_letterhead import save_letterhead
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents import printed_name
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.domain.documents.letterhead import Letterhead, LetterheadRefused
from lti_tool.errors import ConfigurationError
from lti_tool.models import Course, Membership, RegistrationRow
from lti_tool.progress.certificate_due import issue_if_due
from lti_tool.typesetting.letters import signs_of


def test_the_table_of_the_font_is_read() -> None:
    assert {ord("A"), ord("ß"), ord("ẞ"), ord("ễ"), 0x0331} <= signs_of(REGULAR)
    assert not {ord("王"), 0x1F393, ord("ع")} & signs_of(REGULAR)


def test_both_weights_have_the_same_signs() -> None:
    assert signs_of(REGULAR) == signs_of(REGULAR.with_name("NotoSans-Bold.ttf"))


@pytest.mark.parametrize(("text", "missing"), [("Ayşe Çelik", None), ("K\u0304aren", None), ("Kurs 🎓 2026", "🎓"), ("王", "王")])
def test_the_first_sign_that_is_missing_is_named(text: str, missing: str | None) -> None:
    assert missing_sign(text) == missing


def test_what_is_no_name_loses_its_pictures() -> None:
    assert keep_printable("🎓 Smart City  2026 🏙️ – Gruppe Ä") == "Smart City 2026 – Gruppe Ä"


def test_every_latin_letter_and_mark_that_a_name_may_have_can_be_printed() -> None:
    signs = signs_of(REGULAR)
    letters = (chr(each) for each in range(sys.maxunicode) if unicodedata.name(chr(each), "").startswith("LATIN "))
    missing = [letter for letter in letters if unicodedata.category(letter).startswith("L") and ord(letter) not in signs]
    assert missing == []
    assert [hex(each) for each in range(0x0300, 0x0370) if each not in signs] == []
    assert [sign for sign in sorted(printed_name._SIGNS) if ord(sign) not in signs] == []


def test_a_picture_in_the_courses_title_keeps_nobody_waiting(
    session: Session, programme: Programme, issuer: Issuer, add_user: Callable[..., int], complete: Callable[..., None],
    now: datetime,
) -> None:  # fmt: skip
    user_id = add_user(session)
    complete(session, user_id)
    addresses = dict.fromkeys(("auth_login_url", "token_url", "jwks_url"), "https://lms.example/x")
    session.add(RegistrationRow(id=1, platform_id=1, client_id="c", created_at=now, **addresses))
    session.flush()
    session.add(
        Course(id=1, platform_id=1, registration_id=1, context_id="7", title="🎓 Lehrgang Ä", created_at=now, last_seen_at=now)
    )
    session.flush()
    session.add(Membership(user_id=user_id, course_id=1, roles="", first_seen_at=now, last_seen_at=now))
    session.flush()
    issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)
    assert list_certificates(session)[0].facts.course == "Lehrgang Ä"


def test_a_letterhead_with_a_picture_is_refused_with_its_field(session: Session, now: datetime, tmp_path: Path) -> None:
    with pytest.raises(LetterheadRefused) as caught:
        save_letterhead(session, 1, Letterhead(note="Glückwunsch 🎉"), logo=None, changed_by_id=1, now=now)
    assert (caught.value.field, caught.value.values["sign"]) == ("note", "🎉")
    file = tmp_path / "letterhead.toml"
    file.write_text('[[signatories]]\nname = "王"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="王"):
        read_letterhead(file)
