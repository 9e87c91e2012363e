"""Two who teach have the same page open: neither undoes what the other has saved, and a real conflict shows both values."""
# ruff: noqa: F401, F811

from dataclasses import replace
from datetime import date
from html import unescape
from io import BytesIO
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.app import create_app
from lti_tool.content_versions.catalogue import Catalogue
from lti_tool.domain.people import Role
from lti_tool.models import (
    Attendance,
    AttendanceChange,
    CertificateLetterhead,
    CourseSettingsRow,
    ExtendedTime,
    ExtraAttempt,
    LiveMeeting,
    Membership,
    User,
)
from lti_tool.models.database import Database
from lti_tool.parts import Parts
from tests.certification.conftest import clock, keyring, parts
from tests.certification.tool import Clock
from tests.forms import Form, form_on
from tests.shipped import read_programme
from tests.web.two_courses import MODULE, SESSION, Browser, TwoCourses

_programme = read_programme()
MEETING = f"/course/live/{MODULE}/{SESSION}"
SETTINGS = "/course/settings"
LETTERHEAD = "/course/certificates/letterhead"


@pytest.fixture
def world(parts: Parts, database: Database, clock: Clock) -> TwoCourses:
    app = create_app(parts=replace(parts, catalogue=Catalogue.of(_programme)))
    return TwoCourses.build(app, database, now=clock())


@pytest.fixture
def petra(world: TwoCourses) -> Browser:
    return world.somebody("A", "administrator")


@pytest.fixture
def quentin(world: TwoCourses) -> Browser:
    return world.somebody("A", "administrator")


def add_person(world: TwoCourses, name: str) -> int:
    """Let somebody take part in course A."""
    with world.database.write.begin() as session:
        seen = {"first_seen_at": world.now, "last_seen_at": world.now}
        user = User(platform_id=1, sub=name, name=name, **seen)
        session.add(user)
        session.flush()
        session.add(Membership(user_id=user.id, course_id=world.courses["A"].course_id, roles="participant", **seen))
        return user.id


def opened(browser: Browser, page: str, action: str = "") -> Form:
    return form_on(browser.get(page).text, action or page)


def sent(browser: Browser, form: Form, **typed: Any) -> TestResponse:
    """Send a form with what was typed into it; None unticks a box."""
    fields = {name: value for name, value in {**form.fields, **typed}.items() if value is not None}
    return browser.post(form.action.partition("?")[0], **fields)


def presences(world: TwoCourses) -> dict[int, str]:
    with world.database.read() as session:
        rows = session.execute(select(Attendance.user_id, Attendance.presence).where(Attendance.session_code == SESSION))
        return {row.user_id: row.presence for row in rows}


class TestAttendance:
    def test_two_at_the_door_note_different_people_and_both_entries_stay(
        self, world: TwoCourses, petra: Browser, quentin: Browser
    ) -> None:
        bela, carla = add_person(world, "Béla"), add_person(world, "Carla")
        ours, theirs = (opened(browser, MEETING, "/attendance") for browser in (petra, quentin))
        assert sent(petra, ours, **{f"presence.{bela}": "present"}).status_code == 303
        assert sent(quentin, theirs, **{f"presence.{carla}": "partly"}).status_code == 303
        assert presences(world)[bela] == "present"
        assert presences(world)[carla] == "partly"
        # Anna was excused before, and neither touched her.
        assert presences(world)[world.ids.user_id] == "excused"

    def test_whoever_was_noted_differently_is_shown_with_both_entries_and_nothing_is_overwritten(
        self, world: TwoCourses, petra: Browser, quentin: Browser
    ) -> None:
        bela, carla = add_person(world, "Béla"), add_person(world, "Carla")
        ours, theirs = (opened(browser, MEETING, "/attendance") for browser in (petra, quentin))
        sent(petra, ours, **{f"presence.{bela}": "present"})
        answer = sent(quentin, theirs, **{f"presence.{bela}": "excused", f"presence.{carla}": "present"})
        assert answer.status_code == 409
        assert "inzwischen „dabei“, bei Ihnen „entschuldigt“" in answer.text
        assert presences(world)[bela] == "present"
        # What was entered is still in the form, and counts when it is sent again.
        again = form_on(answer.text, "/attendance")
        assert (again.fields[f"presence.{bela}"], again.fields[f"presence.{carla}"]) == ("excused", "present")
        assert sent(quentin, again).status_code == 303
        assert (presences(world)[bela], presences(world)[carla]) == ("excused", "present")
        with world.database.read() as session:
            log = session.execute(
                select(AttendanceChange.before, AttendanceChange.after).where(AttendanceChange.user_id == bela)
            ).all()
        assert [tuple(line) for line in log] == [("", "present"), ("present", "excused")]

    def test_all_without_an_entry_were_there_leaves_entries_made_meanwhile(
        self, world: TwoCourses, petra: Browser, quentin: Browser
    ) -> None:
        bela, carla = add_person(world, "Béla"), add_person(world, "Carla")
        ours, theirs = (opened(browser, MEETING, "/attendance") for browser in (petra, quentin))
        sent(petra, ours, **{f"presence.{bela}": "partly"})
        assert sent(quentin, theirs, action="all").status_code == 303
        assert (presences(world)[bela], presences(world)[carla]) == ("partly", "present")

    def test_an_entry_is_taken_back_only_by_who_meant_it(self, world: TwoCourses, petra: Browser, quentin: Browser) -> None:
        anna = world.ids.user_id
        ours, theirs = (opened(browser, MEETING, "/attendance") for browser in (petra, quentin))
        sent(petra, ours, **{f"presence.{anna}": "made_up"})
        assert sent(quentin, theirs, **{f"presence.{anna}": ""}).status_code == 409
        assert presences(world)[anna] == "made_up"

    def test_somebody_who_came_into_the_course_meanwhile_is_left_alone(
        self, world: TwoCourses, petra: Browser, quentin: Browser
    ) -> None:
        ours = opened(petra, MEETING, "/attendance")
        bela = add_person(world, "Béla")
        sent(quentin, opened(quentin, MEETING, "/attendance"), **{f"presence.{bela}": "partly"})
        assert sent(petra, ours, action="all").status_code == 303
        assert presences(world)[bela] == "partly"

    def test_two_who_save_at_the_same_moment_lose_nothing(self, world: TwoCourses, petra: Browser, quentin: Browser) -> None:
        people = [add_person(world, f"Person {number}") for number in range(6)]
        both = Barrier(2)
        answers = []

        def note(browser: Browser, mine: list[int]) -> None:
            form = opened(browser, MEETING, "/attendance")
            both.wait(20)
            answers.append(sent(browser, form, **{f"presence.{person}": "present" for person in mine}).status_code)

        threads = [Thread(target=note, args=pair) for pair in ((petra, people[:3]), (quentin, people[3:]))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [303, 303]
        assert [presences(world)[person] for person in people] == ["present"] * 6


class TestSettings:
    def settings(self, world: TwoCourses) -> CourseSettingsRow:
        with world.database.read() as session:
            return session.scalars(select(CourseSettingsRow)).one()

    def test_different_settings_are_both_kept(self, world: TwoCourses, petra: Browser, quentin: Browser) -> None:
        ours, theirs = opened(petra, SETTINGS), opened(quentin, SETTINGS)
        assert sent(petra, ours, pass_mark_pct="80", asks_live="yes").status_code == 303
        assert sent(quentin, theirs, ends_on="2026-12-24").status_code == 303
        row = self.settings(world)
        assert (row.pass_mark_pct, row.ends_on, row.conditions) == (80, date(2026, 12, 24), "lessons quiz live")

    def test_the_same_setting_is_shown_with_both_values(self, world: TwoCourses, petra: Browser, quentin: Browser) -> None:
        ours, theirs = opened(petra, SETTINGS), opened(quentin, SETTINGS)
        sent(petra, ours, pass_mark_pct="80", asks_live="yes", begins_on="2026-11-24")
        answer = sent(quentin, theirs, pass_mark_pct="75", asks_live=None, begins_on="2026-11-25", attempts="5")
        assert answer.status_code == 409
        assert "Inzwischen eingetragen: 80" in answer.text
        assert "Inzwischen eingetragen: 24. November 2026" in answer.text
        assert "Geändert von administrator A" in answer.text
        row = self.settings(world)
        assert (row.pass_mark_pct, row.attempts) == (80, None)
        again = form_on(answer.text, SETTINGS)
        assert (again.fields["pass_mark_pct"], again.fields["attempts"]) == ("75", "5")
        assert sent(quentin, again, begins_on="2026-11-24").status_code == 303
        row = self.settings(world)
        assert (row.pass_mark_pct, row.attempts, row.begins_on, row.conditions) == (
            75,
            5,
            date(2026, 11, 24),
            "lessons quiz live",
        )

    def test_what_two_changes_come_to_is_checked_as_a_whole(self, world: TwoCourses, petra: Browser, quentin: Browser) -> None:
        sent(petra, opened(petra, SETTINGS), begins_on="2026-11-01", ends_on="2026-12-01")
        ours, theirs = opened(petra, SETTINGS), opened(quentin, SETTINGS)
        assert sent(petra, ours, begins_on="2026-11-30").status_code == 303
        assert sent(quentin, theirs, ends_on="2026-11-29").status_code == 400
        assert self.settings(world).ends_on == date(2026, 12, 1)

    def test_a_page_that_comes_back_shows_what_others_have_changed_meanwhile(self, petra: Browser, quentin: Browser) -> None:
        ours, theirs = opened(petra, SETTINGS), opened(quentin, SETTINGS)
        sent(petra, ours, attempts="7")
        fields = form_on(sent(quentin, theirs, pass_mark_pct="95").text, SETTINGS).fields
        assert (fields["pass_mark_pct"], fields["attempts"]) == ("95", "7")

    def test_a_wrong_entry_loses_nothing_of_what_the_page_showed(
        self, world: TwoCourses, petra: Browser, quentin: Browser
    ) -> None:
        ours, theirs = opened(petra, SETTINGS), opened(quentin, SETTINGS)
        refused = sent(quentin, theirs, attempts="viele", pass_mark_pct="75")
        assert refused.status_code == 400
        sent(petra, ours, time_limit_min="30")
        assert sent(quentin, form_on(refused.text, SETTINGS), attempts="4").status_code == 303
        row = self.settings(world)
        assert (row.attempts, row.pass_mark_pct, row.time_limit_min) == (4, 75, 30)

    def test_two_first_savings_at_the_same_moment_both_count(self, world: TwoCourses, petra: Browser, quentin: Browser) -> None:
        both, answers = Barrier(2), []

        def save(browser: Browser, **typed: str) -> None:
            form = opened(browser, SETTINGS)
            both.wait(20)
            answers.append(sent(browser, form, **typed).status_code)

        threads = [
            Thread(target=save, args=(petra,), kwargs={"attempts": "4"}),
            Thread(target=save, args=(quentin,), kwargs={"pass_mark_pct": "80"}),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [303, 303]
        assert (self.settings(world).attempts, self.settings(world).pass_mark_pct) == (4, 80)


class TestLiveDates:
    def meeting(self, world: TwoCourses) -> LiveMeeting:
        with world.database.read() as session:
            return session.scalars(select(LiveMeeting).where(LiveMeeting.session_code == SESSION)).one()

    def test_one_sets_the_day_the_other_the_link(self, world: TwoCourses, petra: Browser, quentin: Browser) -> None:
        ours, theirs = (opened(browser, MEETING, f"{SESSION}?") for browser in (petra, quentin))
        assert sent(petra, ours, day="2026-12-03", time="17:00").status_code == 303
        assert sent(quentin, theirs, link="https://meet.example/neu").status_code == 303
        row = self.meeting(world)
        assert row.starts_at is not None
        assert (f"{row.starts_at:%Y-%m-%d %H}", row.link) == ("2026-12-03 16", "https://meet.example/neu")

    def test_two_different_days_are_shown_side_by_side(self, world: TwoCourses, petra: Browser, quentin: Browser) -> None:
        ours, theirs = (opened(browser, MEETING, f"{SESSION}?") for browser in (petra, quentin))
        sent(petra, ours, day="2026-12-03", time="17:00")
        answer = sent(quentin, theirs, day="2026-12-04", time="17:00", minutes="75")
        assert answer.status_code == 409
        assert "Inzwischen eingetragen: 3. Dezember 2026, 17:00 Uhr" in answer.text
        again = form_on(answer.text, f"{SESSION}?")
        assert (again.fields["day"], again.fields["minutes"]) == ("2026-12-04", "75")
        assert f"{self.meeting(world).starts_at:%d}" == "03"
        assert sent(quentin, again).status_code == 303
        assert f"{self.meeting(world).starts_at:%d}" == "04"

    def test_saving_without_a_change_tells_no_calendar_of_one(self, world: TwoCourses, petra: Browser) -> None:
        before = self.meeting(world).revision
        assert sent(petra, opened(petra, MEETING, f"{SESSION}?")).status_code == 303
        assert self.meeting(world).revision == before


class TestOnePerson:
    def test_more_time_is_set_by_who_meant_it(self, world: TwoCourses, petra: Browser, quentin: Browser) -> None:
        sent(petra, opened(petra, SETTINGS), time_limit_min="30")
        person = f"/course/people/{world.ids.user_id}"
        ours, theirs = (opened(browser, person, "/time") for browser in (petra, quentin))
        assert sent(petra, ours, extra="50").status_code == 303
        assert sent(quentin, theirs).status_code == 303
        answer = sent(quentin, theirs, extra="25")
        assert answer.status_code == 409
        assert "Inzwischen eingetragen: 50 Prozent mehr" in unescape(answer.text)
        with world.database.read() as session:
            assert session.scalars(select(ExtendedTime.extra_pct)).one() == 50
        assert sent(quentin, form_on(answer.text, "/time")).status_code == 303
        with world.database.read() as session:
            assert session.scalars(select(ExtendedTime.extra_pct)).one() == 25

    def test_two_who_grant_an_attempt_know_of_each_other(self, world: TwoCourses, petra: Browser, quentin: Browser) -> None:
        person = f"/course/people/{world.ids.user_id}"
        ours, theirs = (opened(browser, person, "/attempts") for browser in (petra, quentin))
        assert sent(petra, ours, module=MODULE, reason="Netz ausgefallen").status_code == 303
        answer = sent(quentin, theirs, module=MODULE, reason="Rechner abgestürzt")
        assert answer.status_code == 409
        assert "Grund: Netz ausgefallen" in answer.text
        assert form_on(answer.text, "/attempts").fields["reason"] == "Rechner abgestürzt"
        with world.database.read() as session:
            assert len(session.scalars(select(ExtraAttempt)).all()) == 1
        assert sent(quentin, form_on(answer.text, "/attempts")).status_code == 303
        with world.database.read() as session:
            assert len(session.scalars(select(ExtraAttempt)).all()) == 2

    def test_a_grant_pressed_eight_times_at_once_grants_one(self, world: TwoCourses, petra: Browser) -> None:
        form = opened(petra, f"/course/people/{world.ids.user_id}", "/attempts")
        all_ready, answers = Barrier(8), []

        def press() -> None:
            browser = world.somebody("A", "administrator")
            all_ready.wait(20)
            answers.append(sent(browser, form, module=MODULE, reason="Netz ausgefallen").status_code)

        threads = [Thread(target=press) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [303] * 8
        with world.database.read() as session:
            assert len(session.scalars(select(ExtraAttempt)).all()) == 1

    def test_a_reason_that_is_too_long_is_handed_back_whole(self, world: TwoCourses, petra: Browser) -> None:
        reason = "Netz ausgefallen. " * 40
        answer = sent(petra, opened(petra, f"/course/people/{world.ids.user_id}", "/attempts"), module=MODULE, reason=reason)
        assert answer.status_code == 400
        assert form_on(answer.text, "/attempts").fields["reason"] == reason
        assert "möglich sind 500" in answer.text


class TestLetterhead:
    def stored(self, world: TwoCourses) -> dict[str, Any]:
        with world.database.read() as session:
            return dict(session.scalars(select(CertificateLetterhead.letterhead)).one())

    def test_different_fields_are_both_kept(self, world: TwoCourses, petra: Browser, quentin: Browser) -> None:
        ours, theirs = opened(petra, LETTERHEAD), opened(quentin, LETTERHEAD)
        assert sent(petra, ours, note="Mit freundlicher Unterstützung", hours="42,5").status_code == 303
        assert sent(quentin, theirs, signatory_0="Dr. Ada Weiß", role_0="Leitung").status_code == 303
        assert self.stored(world) == {
            "note": "Mit freundlicher Unterstützung",
            "hours": 42.5,
            "signatories": [{"name": "Dr. Ada Weiß", "role": "Leitung"}],
        }

    def test_the_same_field_is_shown_with_both_values(self, world: TwoCourses, petra: Browser, quentin: Browser) -> None:
        ours, theirs = opened(petra, LETTERHEAD), opened(quentin, LETTERHEAD)
        sent(petra, ours, note="Erste Fassung", language="en")
        answer = sent(quentin, theirs, note="Zweite Fassung", issuer_name="Akademie Nord")
        assert answer.status_code == 409
        assert "Inzwischen eingetragen: Erste Fassung" in answer.text
        again = form_on(answer.text, LETTERHEAD)
        assert (again.fields["note"], again.fields["issuer_name"]) == ("Zweite Fassung", "Akademie Nord")
        assert self.stored(world)["note"] == "Erste Fassung"
        assert sent(quentin, again).status_code == 303
        assert self.stored(world) == {"note": "Zweite Fassung", "issuer_name": "Akademie Nord", "language": "en"}

    @pytest.mark.parametrize(
        ("field", "text"),
        [("hours", "viele"), ("valid_months", "x"), ("accent", "rot"), ("role_2", "Leitung"), ("note", "x" * 201)],
    )
    def test_a_wrong_entry_loses_none_of_the_others(self, petra: Browser, field: str, text: str) -> None:
        typed = {
            "issuer_name": "Akademie Nord",
            "note": "Ein Satz",
            "signatory_0": "Ada Weiß",
            "role_0": "Leitung",
            "hours": "40",
        }
        answer = sent(petra, opened(petra, LETTERHEAD), **{**typed, field: text})
        assert answer.status_code == 422
        fields = form_on(answer.text, LETTERHEAD).fields
        assert {name: fields[name] for name in (*typed, field)} == {**typed, field: text}

    def test_a_logo_that_somebody_else_has_changed_meanwhile_stays(
        self, world: TwoCourses, petra: Browser, quentin: Browser
    ) -> None:
        ours = opened(petra, LETTERHEAD)
        svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
        theirs = opened(quentin, LETTERHEAD)
        assert sent(quentin, theirs, logo=(BytesIO(svg), "logo.svg"), logo_alt="Wappen").status_code == 303
        assert sent(petra, ours, note="Ein Satz").status_code == 303
        assert set(self.stored(world)) == {"logo_sha256", "logo_alt", "note"}
