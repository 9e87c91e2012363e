"""The learning pages through the real application, without any script: what a person gets and what a form does."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from lti_tool import bootstrap
from lti_tool.app import create_app
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.items import Item, Numeric, Ordering
from lti_tool.domain.items.choice import ChoiceBase
from lti_tool.domain.people import Role, Visitor
from lti_tool.models import (
    Attempt,
    AttemptItem,
    Completion,
    CourseSettingsRow,
    ExtendedTime,
    LessonProgress,
    Membership,
    ResourceLink,
    ScoreDelivery,
)
from lti_tool.models.database import Database
from lti_tool.settings import Settings
from lti_tool.web.parts import parts
from lti_tool.web.visits.browser_session import open_visit
from tests.domain.items.forms import right_fields
from tests.learning.conftest import M1, M2, launch_link, read_all_lessons
from tests.learning.draws import seed_that_draws

LESSON = f"/modules/{M1}/lessons/von-der-verwaltungsdigitalisierung"


@pytest.fixture
def app(database: Database, database_url: str, tmp_path: Path, anna: Visitor) -> Iterator[Flask]:
    """The application on the test's database, with a door that lets Anna in without a platform."""
    settings = Settings(database_url=database_url, data_dir=tmp_path, keys_dir=tmp_path / "keys", embedded_worker="off")
    wired = bootstrap.build(settings)
    app = create_app(settings, parts=wired)

    @app.get("/enter")
    def enter() -> ResponseReturnValue:
        visitor = anna
        if request.args.get("role"):
            visitor = replace(visitor, roles=frozenset({Role(request.args["role"])}))
        if request.args.get("link"):
            visitor = replace(visitor, resource_link_id=int(request.args["link"]), module_slug=None)
        response = redirect("", 303)
        key = open_visit(response, visitor, now=parts().now())
        response.headers["Location"] = f"{request.args.get('to', '/modules')}?v={key}"
        return response

    yield app
    wired.database.close()


class Browser:
    """Follows links and fills forms the way a browser without scripts does."""

    def __init__(self, app: Flask) -> None:
        self._client: Client = app.test_client()
        self.page: TestResponse = self.get("/enter")

    def get(self, address: str) -> TestResponse:
        return self._follow(self._client.get(address, base_url="https://localhost"))

    def open(self, path: str, **query: str) -> TestResponse:
        """Open a page inside the present visit."""
        key = re.search(r"[?&]v=([\w-]+)", self.page.request.url)
        assert key is not None
        return self.get(f"{path}?v={key[1]}" + "".join(f"&{name}={value}" for name, value in query.items()))

    def send(self, fields: dict[str, str | list[str]], *, form: str = "") -> TestResponse:
        """Send the form of the page whose action holds `form`, with its hidden fields and these."""
        action, hidden = next(entry for entry in forms_of(self.text) if form in entry[0])
        return self._follow(self._client.post(action, data={**hidden, **fields}, base_url="https://localhost"))

    @property
    def text(self) -> str:
        return self.page.get_data(as_text=True)

    def _follow(self, response: TestResponse) -> TestResponse:
        while response.status_code in (302, 303):
            response = self._client.get(response.headers["Location"], base_url="https://localhost")
        self.page = response
        return response


def forms_of(html: str) -> list[tuple[str, dict[str, str | list[str]]]]:
    """Give action and hidden fields of each form."""
    found: list[tuple[str, dict[str, str | list[str]]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            values = dict(attrs)
            if tag == "form":
                found.append((values.get("action") or "", {}))
            elif tag == "input" and values.get("type") == "hidden" and found:
                found[-1][1][values.get("name") or ""] = values.get("value") or ""

    Reader().feed(html)
    return found


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


def drawn(database: Database, programme: Programme, position: int, slug: str = M1) -> tuple[Item, list[int]]:
    """Look up what was drawn for a question."""
    module = programme.find_module(slug)
    assert module is not None
    with database.read() as session:
        row = session.scalars(
            select(AttemptItem).join(Attempt).where(AttemptItem.position == position, Attempt.module_slug == slug)
        ).one()
    item = module.find_item(row.item_id)
    assert item is not None
    return item, row.order


def fields_for(item: Item, order: list[int]) -> dict[str, str | list[str]]:
    """Fill the form of a question rightly, in shown places."""
    return dict(right_fields(item, order))


def draw_a_calculation(monkeypatch: pytest.MonkeyPatch, programme: Programme) -> None:
    seed = seed_that_draws(
        programme.modules[0], programme, so_that=lambda items: any(isinstance(item, Numeric) for item in items)
    )
    monkeypatch.setattr("secrets.randbits", lambda _bits: seed)


def test_from_the_first_lesson_to_a_score_on_its_way_without_any_script(
    browser: Browser, database: Database, programme: Programme
) -> None:
    browser.open(f"/modules/{M1}")
    assert "6 Lektionen lesen" in browser.text
    browser.open(LESSON)
    for _ in range(6):
        browser.send({}, form="/read")
    assert "Was noch fehlt" in browser.text
    assert "Lektionen lesen" not in browser.text
    browser.open(f"/modules/{M1}/quiz")
    browser.send({}, form="/quiz")
    for position in range(1, 11):
        assert f"Frage {position} von 10" in browser.text
        browser.send({**fields_for(*drawn(database, programme, position)), "go": "next"}, form="/questions/")
    assert "Alle Fragen sind beantwortet" in browser.text
    browser.send({}, form="/answers")
    assert "Bestanden: 10\u00a0von\u00a010\u00a0Punkten" in browser.text
    assert "Ihr Ergebnis ist unterwegs in die Bewertungsübersicht Ihres Kurses." in browser.text
    with database.read() as session:
        assert [row.score_given for row in session.scalars(select(ScoreDelivery))] == [100.0]
    browser.open(f"/modules/{M1}")
    assert "Modul bestanden" in browser.text
    assert "Weiter mit Modul 2" in browser.text


def test_no_question_page_gives_an_answer_away(browser: Browser, database: Database, programme: Programme) -> None:
    browser.open(f"/modules/{M1}/quiz")
    browser.send({}, form="/quiz")
    for position in range(1, 11):
        browser.open(f"/modules/{M1}/quiz/1/questions/{position}")
        item, order = drawn(database, programme, position)
        assert item.explanation_html not in browser.text
        assert item.id not in browser.text
        for option in item.judged:
            assert unescape(option.feedback_html) not in unescape(browser.text)
        if isinstance(item, Ordering):
            assert order != list(range(len(item.steps)))


def test_solutions_stay_away_until_passed_or_used_up(browser: Browser, database: Database, programme: Programme) -> None:
    browser.open(f"/modules/{M1}/quiz")
    browser.send({}, form="/quiz")
    item, _ = drawn(database, programme, 1)
    browser.open(f"/modules/{M1}/quiz/1/answers")
    browser.send({}, form="/answers")
    assert "Noch nicht bestanden: 0\u00a0von\u00a010\u00a0Punkten" in browser.text
    assert "Sie haben noch 2 Versuche" in browser.text
    assert unescape(item.explanation_html) not in unescape(browser.text)
    assert "<summary>Lösung</summary>" not in browser.text


def test_an_open_attempt_goes_on_at_its_first_open_question(browser: Browser, database: Database, programme: Programme) -> None:
    browser.open(f"/modules/{M1}/quiz")
    browser.send({}, form="/quiz")
    browser.send({**fields_for(*drawn(database, programme, 1)), "go": "next"}, form="/questions/")
    browser.open(f"/modules/{M1}/quiz")
    assert "Versuch 1 fortsetzen" in browser.text
    browser.send({}, form="/quiz")
    assert "Frage 2 von 10" in browser.text


def test_the_list_before_handing_in_names_open_questions(browser: Browser) -> None:
    browser.open(f"/modules/{M1}/quiz")
    browser.send({}, form="/quiz")
    browser.open(f"/modules/{M1}/quiz/1/answers")
    assert "10 Fragen sind noch offen" in browser.text
    assert "Trotzdem abgeben" in browser.text


def test_an_older_tab_is_asked_before_it_overwrites(browser: Browser, database: Database, programme: Programme) -> None:
    browser.open(f"/modules/{M1}/quiz")
    browser.send({}, form="/quiz")
    position = next(n for n in range(1, 11) if isinstance(drawn(database, programme, n)[0], ChoiceBase))
    old_tab = browser.open(f"/modules/{M1}/quiz/1/questions/{position}")
    browser.send({"choice": "0", "go": "stay"}, form="/questions/")
    browser.page = old_tab
    browser.send({"choice": "1", "go": "next"}, form="/questions/")
    assert browser.page.status_code == 409
    assert "In einem anderen Fenster anders beantwortet" in browser.text
    assert re.search(r'value="1" id="choice-1" checked', browser.text)
    browser.send({"choice": "1", "go": "stay"}, form="/questions/")
    assert browser.page.status_code == 200
    with database.read() as session:
        row = session.scalars(select(AttemptItem).where(AttemptItem.position == position)).one()
    assert row.answer == {"options": [row.order[1]]}


def test_the_script_gets_a_word_of_json(browser: Browser, app: Flask, database: Database, programme: Programme) -> None:
    browser.open(f"/modules/{M1}/quiz")
    browser.send({}, form="/quiz")
    action, hidden = next(entry for entry in forms_of(browser.text) if "/questions/" in entry[0])
    answer = fields_for(*drawn(database, programme, 1))
    client = browser._client
    saved = client.post(action, data={**hidden, **answer}, headers={"Accept": "application/json"}, base_url="https://localhost")
    assert saved.status_code == 200
    assert saved.json is not None
    assert saved.json["message"].startswith("Antwort gespeichert um ")
    again = client.post(
        action,
        data={**hidden, "seen": "", "choice": "", "number": ""},
        headers={"Accept": "application/json"},
        base_url="https://localhost",
    )
    assert again.status_code == 409


def test_a_number_that_is_none_is_asked_for_again(
    browser: Browser, database: Database, programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_a_calculation(monkeypatch, programme)
    browser.open(f"/modules/{M1}/quiz")
    browser.send({}, form="/quiz")
    kinds = [type(drawn(database, programme, position)[0]) for position in range(1, 11)]
    browser.open(f"/modules/{M1}/quiz/1/questions/{kinds.index(Numeric) + 1}")
    browser.send({"number": "viel", "go": "next"}, form="/questions/")
    assert "Das können wir nicht als Zahl lesen" in browser.text
    assert 'value="viel"' in browser.text
    assert 'aria-invalid="true"' in browser.text


def test_a_number_that_cannot_be_read_says_so_in_the_notice_in_the_list_and_in_the_result(
    browser: Browser, database: Database, programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_a_calculation(monkeypatch, programme)
    browser.open(f"/modules/{M1}/quiz")
    browser.send({}, form="/quiz")
    position = 1 + [type(drawn(database, programme, position)[0]) for position in range(1, 11)].index(Numeric)
    page = f"/modules/{M1}/quiz/1/questions/{position}"
    browser.open(page)
    action, hidden = next(entry for entry in forms_of(browser.text) if "/questions/" in entry[0])
    json_wanted = {"headers": {"Accept": "application/json"}, "base_url": "https://localhost"}
    saved = browser._client.post(action, data={**hidden, "number": "viel mehr"}, **json_wanted)
    assert saved.json is not None
    assert saved.json["message"].startswith("Antwort gespeichert um ")
    assert saved.json["message"].endswith("Das können wir nicht als Zahl lesen. Schreiben Sie zum Beispiel 6,3 oder 1.200.")
    browser.open(page)
    assert "Das können wir nicht als Zahl lesen" in browser.text
    browser.open(f"/modules/{M1}/quiz/1/answers")
    assert browser.text.count("nicht lesbar") == 2
    assert "10 Fragen sind noch offen" in browser.text
    browser.send({}, form="/answers")
    assert "als Zahl nicht lesbar" in browser.text


def test_a_self_check_is_answered_in_its_place(browser: Browser, database: Database, programme: Programme) -> None:
    check = programme.modules[0].lessons[0].self_checks[0]
    wrong = next(index for index, option in enumerate(check.options) if not option.is_right)
    browser.open(LESSON)
    assert check.options[wrong].feedback_html not in browser.text
    browser.send({"choice": str(wrong)}, form=f"/checks/{check.id}")
    assert "Noch nicht ganz" in browser.text
    assert unescape(check.options[wrong].feedback_html) in unescape(browser.text)


def test_a_lesson_has_its_parts_and_its_links_lead_somewhere(browser: Browser, programme: Programme) -> None:
    page = browser.open(LESSON)
    assert page.status_code == 200
    assert "lektion:" not in browser.text
    assert "figur:" not in browser.text
    for target in re.findall(r'href="#([\w-]+)"', browser.text):
        assert f'id="{target}"' in browser.text, target
    figure = re.search(r'src="(/figures/[^"]+)"', browser.text)
    assert figure is not None
    drawing = browser.get(unescape(figure[1]))
    assert drawing.content_type == "image/svg+xml; charset=utf-8"
    assert "sandbox" in drawing.headers["Content-Security-Policy"]


def test_there_is_one_way_on_from_a_lesson_and_it_counts_as_read(browser: Browser, programme: Programme) -> None:
    first, second = programme.modules[0].lessons[:2]
    browser.open(f"/modules/{M1}/lessons/{first.slug}")
    assert second.slug not in browser.text
    # Directly after the text and its checks, before what is only looked up.
    assert browser.text.index("Als gelesen markieren und weiter") < browser.text.index("Quellen und Stand</summary>")
    browser.send({}, form="/read")
    assert f"/lessons/{second.slug}" in browser.page.request.url
    browser.open(f"/modules/{M1}/lessons/{first.slug}")
    assert browser.text.count(f"/lessons/{second.slug}?") == 1
    browser.open(f"/modules/{M1}")
    assert browser.text.count(">gelesen<") == 1


def test_every_lesson_and_module_page_opens(browser: Browser, programme: Programme) -> None:
    for module in programme.modules:
        assert browser.open(f"/modules/{module.slug}").status_code == 200
        for lesson in module.lessons:
            page = browser.open(f"/modules/{module.slug}/lessons/{lesson.slug}")
            assert page.status_code == 200
            assert "lektion:" not in browser.text
            assert len(page.data) < 61_000


def test_the_reading_position_comes_back(browser: Browser, database: Database, programme: Programme) -> None:
    browser.open(LESSON)
    heading = programme.modules[0].lessons[0].headings[2]
    _, hidden = forms_of(browser.text)[0]
    address = re.search(r'data-position="([^"]+)"', browser.text)
    assert address is not None
    sent = browser._client.post(unescape(address[1]), data={**hidden, "anchor": heading.id}, base_url="https://localhost")
    assert sent.status_code == 204
    browser.open(LESSON)
    assert f"Weiterlesen bei „{heading.text}“" in browser.text
    with database.read() as session:
        assert session.scalars(select(LessonProgress.position)).one() == heading.id


def test_a_link_without_a_module_is_set_up_by_an_instructor(
    app: Flask, browser: Browser, database: Database, anna: Visitor
) -> None:
    with database.write.begin() as session:
        link = launch_link(session, anna, None, anna_now())
    browser.get(f"/enter?link={link}")
    assert "Diese Aktivität ist noch nicht eingerichtet" in browser.text
    browser.get(f"/enter?link={link}&role=instructor")
    browser.send({"module": M2}, form="/modules")
    assert "Modul 2 von 5" in browser.text
    with database.read() as session:
        assert session.scalars(select(ResourceLink.module_slug).where(ResourceLink.id == link)).one() == M2


def anna_now() -> datetime:
    return datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def test_a_form_without_its_token_changes_nothing(browser: Browser, database: Database) -> None:
    browser.open(f"/modules/{M1}/quiz")
    action, _ = next(entry for entry in forms_of(browser.text) if "/quiz" in entry[0])
    assert browser._client.post(action, base_url="https://localhost").status_code == 403
    with database.read() as session:
        assert session.scalars(select(Attempt)).all() == []


@pytest.mark.parametrize(
    "path", ["/modules/erfunden", f"/modules/{M1}/lessons/erfunden", f"/modules/{M1}/quiz/7", "/figures/x.svg"]
)
def test_what_is_not_there_answers_404(browser: Browser, path: str) -> None:
    assert browser.open(path).status_code == 404


def test_english_is_spoken_around_german_content(browser: Browser) -> None:
    page = browser.open(LESSON, lang="en")
    assert page.status_code == 200
    assert '<html lang="en">' in browser.text
    assert re.search(r'<h1 [^>]*lang="de"', browser.text)
    assert re.search(r'<div class="prose" lang="de"', browser.text)


# --- time limit -------------------------------------------------------------------------------------------------------


@pytest.fixture
def clock(app: Flask, now: datetime) -> list[datetime]:
    """The application's clock: its last entry is now."""
    moments = [now]
    app.extensions["parts"] = replace(app.extensions["parts"], now=lambda: moments[-1])
    return moments


@pytest.fixture
def limited(database: Database, anna: Visitor, now: datetime) -> None:
    """Quizzes of Anna's course last 30 minutes, hers 45."""
    with database.write.begin() as session:
        session.add(CourseSettingsRow(course_id=anna.course_id, time_limit_min=30, changed_at=now))
        session.add(ExtendedTime(user_id=anna.user_id, course_id=anna.course_id, extra_pct=50, granted_at=now))


def test_the_time_is_told_before_and_stands_on_every_page_of_the_attempt(
    clock: list[datetime], limited: None, browser: Browser
) -> None:
    browser.open(f"/modules/{M1}/quiz")
    assert "Sie haben 45 Minuten Zeit." in browser.text
    assert "ohne sie sind es 30 Minuten" in browser.text
    assert "Es gibt kein Zeitlimit" not in browser.text
    browser.send({}, form="/quiz")
    assert "Abgabe bis 11:15 Uhr" in browser.text
    assert "noch 45 Minuten" in browser.text
    clock.append(clock[-1] + timedelta(minutes=40))
    browser.open(f"/modules/{M1}/quiz/1/answers")
    assert "noch 5 Minuten" in browser.text
    browser.open(f"/modules/{M1}/quiz")
    assert "Die Zeit läuft: bis 11:15 Uhr" in browser.text


def test_a_late_answer_is_refused_and_the_person_told(
    clock: list[datetime], limited: None, browser: Browser, database: Database, programme: Programme
) -> None:
    browser.open(f"/modules/{M1}/quiz")
    browser.send({}, form="/quiz")
    browser.send({**fields_for(*drawn(database, programme, 1)), "go": "next"}, form="/questions/")
    clock.append(clock[-1] + timedelta(minutes=46))
    browser.send({**fields_for(*drawn(database, programme, 2)), "go": "next"}, form="/questions/")
    assert "1\u00a0von\u00a010\u00a0Punkten" in browser.text
    assert "Abgegeben wurde, was bis 11:15 Uhr gespeichert war. Ihre letzte Eingabe kam danach an" in browser.text


def test_an_answer_within_the_grace_is_the_last_and_hands_in(
    clock: list[datetime], limited: None, browser: Browser, database: Database, programme: Programme
) -> None:
    browser.open(f"/modules/{M1}/quiz")
    browser.send({}, form="/quiz")
    clock.append(clock[-1] + timedelta(minutes=45, seconds=10))
    browser.send({**fields_for(*drawn(database, programme, 1)), "go": "next"}, form="/questions/")
    assert "1\u00a0von\u00a010\u00a0Punkten" in browser.text
    assert "Abgegeben wurde, was bis 11:15 Uhr gespeichert war." in browser.text
    assert "Ihre letzte Eingabe" not in browser.text


def test_within_the_grace_the_page_says_that_the_time_is_over(clock: list[datetime], limited: None, browser: Browser) -> None:
    browser.open(f"/modules/{M1}/quiz")
    browser.send({}, form="/quiz")
    clock.append(clock[-1] + timedelta(minutes=45))
    browser.open(f"/modules/{M1}/quiz/1/questions/1")
    assert "Ihre gespeicherten Antworten werden abgegeben." in browser.text
    browser.send({}, form="/quiz/1/answers")
    assert "0\u00a0von\u00a010\u00a0Punkten" in browser.text


@pytest.mark.parametrize("page", [f"/modules/{M1}", "/modules", f"/modules/{M1}/quiz", f"/modules/{M1}/quiz/1/questions/3"])
def test_whichever_page_comes_next_hands_in_what_is_overdue(
    clock: list[datetime], limited: None, browser: Browser, database: Database, page: str
) -> None:
    browser.open(f"/modules/{M1}/quiz")
    browser.send({}, form="/quiz")
    clock.append(clock[-1] + timedelta(hours=2))
    browser.open(page)
    with database.read() as session:
        assert session.scalars(select(Attempt.is_ended_by_time)).all() == [True]


def test_a_limit_set_while_the_front_page_is_open_surprises_nobody(
    browser: Browser, database: Database, anna: Visitor, now: datetime
) -> None:
    browser.open(f"/modules/{M1}/quiz")
    with database.write.begin() as session:
        session.add(CourseSettingsRow(course_id=anna.course_id, time_limit_min=20, changed_at=now))
    browser.send({}, form="/quiz")
    assert browser.page.status_code == 409
    assert "hat sich gerade geändert" in browser.text
    assert "Sie haben 20 Minuten Zeit." in browser.text
    browser.send({}, form="/quiz")
    assert "Frage 1 von 10" in browser.text


@pytest.mark.parametrize("path", ["/course", "/course/list.csv"])
def test_the_instructors_look_hands_in_what_is_overdue(
    clock: list[datetime], limited: None, browser: Browser, database: Database, path: str
) -> None:
    browser.open(f"/modules/{M1}/quiz")
    browser.send({}, form="/quiz")
    clock.append(clock[-1] + timedelta(hours=2))
    browser.get("/enter?role=instructor&to=/course/settings")
    browser.open(path)
    with database.read() as session:
        assert session.scalars(select(Attempt.is_ended_by_time)).all() == [True]


def test_the_worker_hands_in_what_nobody_looks_at(
    app: Flask, clock: list[datetime], limited: None, browser: Browser, database: Database
) -> None:
    browser.open(f"/modules/{M1}/quiz")
    browser.send({}, form="/quiz")
    clock.append(clock[-1] + timedelta(hours=2))
    chore = next(chore for chore in bootstrap.chores(app.extensions["parts"]) if chore.name == "hand_in")
    chore.run()
    with database.read() as session:
        assert session.scalars(select(Attempt.is_ended_by_time)).all() == [True]


def test_a_condition_that_is_switched_off_on_the_page_completes_modules_at_once(
    app: Flask, browser: Browser, database: Database, programme: Programme, anna: Visitor, now: datetime
) -> None:
    with database.write.begin() as session:
        session.add(
            Membership(user_id=anna.user_id, course_id=anna.course_id, roles="participant", first_seen_at=now, last_seen_at=now)
        )
        read_all_lessons(session, programme, anna, M1, now=now)
    browser.get("/enter?role=instructor&to=/course/settings")
    page = browser.send({}, form="/course/settings")
    assert page.status_code == 400
    assert "Lassen Sie wenigstens die Lektionen oder die Lernerfolgskontrolle angekreuzt." in browser.text
    assert browser.send({"asks_lessons": "yes"}, form="/course/settings").status_code == 200
    with database.read() as session:
        assert session.scalars(select(Completion.module_slug)).all() == [M1]
        assert session.scalars(select(ScoreDelivery.score_given)).all() == [100.0]
