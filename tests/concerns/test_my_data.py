"""What a participant sees of their own data, takes away, and has erased."""

import io
import json
import re
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lti_tool.concerns.ask_for_erasure import AskedAlready, ask_for_erasure, wanted_erasure, withdraw_erasure
from lti_tool.concerns.concern import ConcernState
from lti_tool.concerns.read_receipt import read_receipt
from lti_tool.domain.people import Visitor
from lti_tool.models import Concern, User
from lti_tool.models.database import Database
from lti_tool.personal_data.erase_noted import erase_who_asked
from lti_tool.personal_data.erasure_list import Marker, read_erasures
from lti_tool.web.pages.my_data import FRESH_S
from tests.learning import conftest as learning
from tests.learning import test_pages

Browser = test_pages.Browser
anna = learning.anna
app = test_pages.app
browser = test_pages.browser


def test_the_page_tells_each_kind_in_words_with_how_much_it_is(browser: Browser) -> None:
    browser.open(test_pages.LESSON)
    browser.open("/my-data")
    assert "Anna Krüger" in browser.text
    assert re.search(r'<span lang="de">Lernstand</span> <span class="muted">1 Eintrag</span>', browser.text)
    assert "Lernerfolgskontrollen" not in browser.text


def test_the_copy_has_a_page_for_people_and_a_file_for_programs(browser: Browser) -> None:
    browser.open(test_pages.LESSON)
    browser.open("/my-data")
    answer = browser.send({}, form="/copy")
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/zip", "no-store")
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        told = json.loads(archive.read("person.json"))
        page = archive.read("lesen.html").decode()
    assert told["tables"]["lti_user"][0]["name"] == "Anna Krüger"
    assert "<h2>Lernstand</h2>" in page
    assert "Anna Krüger" in page


def test_who_left_the_page_open_gives_nobody_else_the_copy(app: Flask, anna: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser(app)
    browser.open("/my-data")
    monkeypatch.setattr("lti_tool.web.pages.my_data.visit_age_s", lambda: FRESH_S + 1)
    assert browser.send({}, form="/copy").status_code == 403
    assert "noch einmal in Ihrem Kurs" in browser.text


def test_a_wish_to_be_erased_gets_a_receipt_and_can_be_taken_back(browser: Browser, database: Database) -> None:
    browser.open("/my-data")
    browser.send({"read": "1"}, form="/erasure")
    code = re.search(r'class="fingerprint">([0-9A-Z-]{19})<', browser.text)
    assert code is not None
    browser.open("/my-data")
    assert "die Löschung beantragt" in browser.text
    browser.send({}, form="/withdraw")
    assert "Es wird nichts gelöscht" in browser.text
    with database.read() as session:
        status = read_receipt(session, code[1].lower().replace("-", " "))
    assert status is not None
    assert status.state is ConcernState.WITHDRAWN


def test_without_the_tick_nothing_is_asked_for(browser: Browser, database: Database) -> None:
    browser.open("/my-data")
    assert browser.send({}, form="/erasure").status_code == 400
    assert "Häkchen" in browser.text
    with database.read() as session:
        assert session.scalars(select(Concern.id)).all() == []


def test_the_same_form_twice_is_one_wish_and_one_receipt(database: Database, anna: Visitor, now: datetime) -> None:
    receipts = []
    for _ in range(2):
        with database.write.begin() as session:
            receipts.append(ask_for_erasure(session, anna.user_id, form_key="k" * 16, now=now))
    assert receipts[0] == receipts[1]
    with database.write.begin() as session, pytest.raises(AskedAlready):
        ask_for_erasure(session, anna.user_id, form_key="another key of a form", now=now)


def test_a_wish_that_was_taken_back_can_be_made_again(database: Database, anna: Visitor, now: datetime) -> None:
    with database.write.begin() as session:
        ask_for_erasure(session, anna.user_id, form_key="k" * 16, now=now)
        withdraw_erasure(session, anna.user_id, now=now)
        ask_for_erasure(session, anna.user_id, form_key="l" * 16, now=now)
        wanted = wanted_erasure(session, anna.user_id)
    assert wanted is not None


def test_who_asked_is_erased_after_the_period_and_noted_and_the_receipt_says_so(
    database: Database, anna: Visitor, now: datetime, tmp_path: Path
) -> None:
    marker, path, after = Marker("s" * 40), tmp_path / "erased.jsonl", timedelta(days=7)
    with database.write.begin() as session:
        receipt = ask_for_erasure(session, anna.user_id, form_key="k" * 16, now=now)
    assert erase_who_asked(database, after=after, marker=marker, path=path, now=now + timedelta(days=6)) == 0
    assert erase_who_asked(database, after=after, marker=marker, path=path, now=now + timedelta(days=8)) == 1
    assert len(read_erasures(path.read_text())) == 1
    with database.read() as session:
        status = read_receipt(session, receipt.code)
        assert session.scalars(select(User.name).where(User.id == anna.user_id)).one() is None
        assert session.scalars(select(Concern.user_id)).one() is None
    assert status is not None
    assert status.state is ConcernState.DONE
    assert erase_who_asked(database, after=after, marker=marker, path=path, now=now + timedelta(days=9)) == 0
