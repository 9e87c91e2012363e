"""Everything of a person, over all tables: a row is put into every table that can hold one, so that none can be forgotten."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Column, Table, func, insert, select, update
from sqlalchemy.orm import Session

from lti_tool.certificates.kinds.stored_facts import facts_to_json
from lti_tool.cli import main
from lti_tool.domain.documents.certificate import CertifiedModule, Facts
from lti_tool.errors import NotFound, ToolError
from lti_tool.models import Base, Certificate, Mentoring, Platform, User
from lti_tool.models.database import Database, open_database
from lti_tool.personal_data.erase_person import erase_person
from lti_tool.personal_data.erasure_list import Erasure, Marker, Returned, find_returned, note_erasure, read_erasures
from lti_tool.personal_data.person_overview import (
    FOUND_MAX,
    FoundPerson,
    export_person,
    find_people,
    list_people_last_seen_before,
    show_person,
)
from lti_tool.personal_data.reach import PERSON, actor_columns, own_tables

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
FACTS = Facts(
    name="Ayşe Çelik",
    programme_title="Smart-City-Manager:in",
    modules=(CertifiedModule(1, "Grundlagen", "2026.1", AT.date()),),
    hours=11.5,
    issuer_name="Musterakademie",
    issuer_url="https://akademie.example",
    issued_on=AT.date(),
    check_code="3QF8W2M0TZ6C1RVN5KD7YH9XBGT",
    verify_url="https://tool.example/verify/3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGT",
)
PLAIN: dict[type, Any] = {float: 1.0, bool: False, date: AT.date(), datetime: AT, bytes: b"%PDF-1.7"}
WITH_PEOPLE = [
    table
    for table in Base.metadata.sorted_tables
    if table in {own.table for own in own_tables()} or any(column.table is table for column in actor_columns())
]


class Town:
    """Puts one row of a person into a table, and whatever that row leans on."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._made: dict[tuple[str, str], int] = {}
        self._number = 0

    def row(self, table: Table, person: str) -> int:
        """Give the id of a person's row; they themselves are whoever changed or granted it."""
        if (table.name, person) not in self._made:
            keys = {
                key.parent.name: self.row(key.column.table, person) for key in table.foreign_keys if key.column.table is not table
            }
            plain = {
                column.name: self._value(column, person)
                for column in table.c
                if not column.primary_key and not column.foreign_keys
            }
            made = self._session.connection().execute(insert(table).values(plain | keys)).inserted_primary_key
            self._made[table.name, person] = made[0] if made else 0
        return self._made[table.name, person]

    def _value(self, column: Column[Any], person: str) -> Any:
        self._number += 1
        if column.table.name == "certificate" and column.name == "facts":
            return facts_to_json(replace(FACTS, name=f"name of {person}"))
        kind = getattr(column.type, "impl_instance", column.type).python_type
        if kind is int:
            return self._number
        said = f"{column.name} of {person}"
        if kind is str:
            length = getattr(column.type, "length", None)
            return said if length is None or len(said) <= length else person
        return PLAIN.get(kind, [said])


@pytest.fixture
def people(session: Session) -> tuple[int, int]:
    """The ids of Ayşe and Mei, who have a row each in every table that can hold one."""
    town = Town(session)
    for person in ("ayse", "mei"):
        for table in WITH_PEOPLE:
            town.row(table, person)
    session.expire_all()
    return town.row(PERSON, "ayse"), town.row(PERSON, "mei")


def rows_of(session: Session, user_id: int) -> dict[str, int]:
    counts = {
        own.table.name: session.scalar(select(func.count()).select_from(own.table).where(own.where(user_id)))
        for own in own_tables()
    }
    return {name: count for name, count in counts.items() if count}


def told(session: Session, user_id: int) -> tuple[dict[str, Any], zipfile.ZipFile]:
    archive = zipfile.ZipFile(io.BytesIO(export_person(session, user_id, now=AT)))
    return json.loads(archive.read("person.json")), archive


def test_every_key_to_a_person_is_either_theirs_or_says_who_did_it() -> None:
    keys = {key.parent for table in Base.metadata.tables.values() for key in table.foreign_keys if key.column.table is PERSON}
    assert keys == {own.column for own in own_tables() if own.parent is None and own.table is not PERSON} | set(actor_columns())


def test_what_leans_on_a_persons_rows_is_theirs_too() -> None:
    names = {own.table.name for own in own_tables()}
    assert {
        "attempt_item",
        "delivery_event",
        "workbook_version",
        "workbook_feedback",
        "reifegrad_rating",
        "name_request",
    } <= names


def test_an_export_holds_a_row_of_every_table_and_the_document(session: Session, people: tuple[int, int]) -> None:
    content, archive = told(session, people[0])
    assert set(content["tables"]) == {own.table.name for own in own_tables()}
    (certificate,) = content["tables"]["certificate"]
    assert archive.read(certificate["document"]) == b"%PDF-1.7"
    assert content["tables"]["attempt_item"][0]["answer"] == ["answer of ayse"]


def test_an_export_says_nothing_of_others_and_no_key_of_a_visit(session: Session, people: tuple[int, int]) -> None:
    content, _ = told(session, people[0])
    text = json.dumps(content)
    assert "of mei" not in text
    assert "visit_key" not in text
    assert "settings of ayse" not in text
    assert {"table": "live_meeting", "column": "changed_by_id", "rows": 1} in content["named_elsewhere"]


def test_after_an_erasure_nothing_leads_to_the_person(session: Session, people: tuple[int, int]) -> None:
    ayse, mei = people
    before = rows_of(session, mei)
    assert erase_person(session, ayse, now=AT) == 1
    session.expire_all()
    assert rows_of(session, ayse) == {"lti_user": 1}
    overview = show_person(session, ayse)
    assert (overview.named, overview.person.name) == ((), None)
    assert overview.person.sub.startswith("erased-")
    for table in Base.metadata.sorted_tables:
        held = str(session.execute(select(table)).all())
        of_platform = table.name in {"platform", "registration", "deployment"}
        in_course = of_platform or table.name in {"course", "resource_link", "line_item", "survey_round"}
        stays = {"certificate", "concern"}
        shared = in_course or table.name in {"course_settings", "live_meeting", "certificate_letterhead"} | stays
        assert shared or " of ayse" not in held, table.name
    assert rows_of(session, mei) == before


def test_an_erased_persons_certificate_still_answers(session: Session, people: tuple[int, int]) -> None:
    sha256 = session.scalars(select(Certificate.pdf_sha256).where(Certificate.user_id == people[0])).one()
    erase_person(session, people[0], now=AT)
    session.expire_all()
    row = session.scalars(select(Certificate).where(Certificate.pdf_sha256 == sha256)).one()
    assert (row.user_id, row.name, row.pdf, row.erased_at) == (None, "", None, AT)
    assert "name of ayse" not in json.dumps(row.facts)


def test_an_erased_person_leaves_the_lists_of_their_mentors(session: Session, people: tuple[int, int]) -> None:
    ayse, mei = people
    session.execute(update(User).where(User.id == mei).values(platform_id=session.get_one(User, ayse).platform_id))
    session.execute(update(Mentoring).where(Mentoring.user_id == mei).values(subs=["sub of ayse", "somebody"]))
    session.expire_all()
    assert {"table": "mentoring", "column": "subs", "rows": 1} in told(session, ayse)[0]["named_elsewhere"]
    erase_person(session, ayse, now=AT)
    session.expire_all()
    assert session.scalars(select(Mentoring.subs).where(Mentoring.user_id == mei)).one() == ["somebody"]


def test_erasing_twice_does_no_harm_and_nobody_is_refused(session: Session, people: tuple[int, int]) -> None:
    assert [erase_person(session, people[0], now=AT) for _ in range(2)] == [1, 0]
    with pytest.raises(NotFound):
        erase_person(session, 99, now=AT)


def test_people_are_found_by_a_part_of_their_name_or_their_platforms_id(session: Session, people: tuple[int, int]) -> None:
    assert [found.id for found in find_people(session, "NAME of mei")] == [people[1]]
    assert [found.id for found in find_people(session, "sub of ayse")] == [people[0]]
    assert find_people(session, "%") == ()


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Änne Müßig", ["änne", "ÄNNE MÜSSIG", "anne", "Müßig Änne", "a\u0308nne", "Aenne", "\u200bÄnne\u00a0"]),
        ("Jo\u0308rg Müller", ["JÖRG MÜLLER", "jörg", "muller jorg", "Joerg Mueller", "Jö"]),
        ("Mehtap Yıldırım", ["yildirim", "YILDIRIM", "Yıldırım mehtap"]),
        ("Łukasz Øster-Đurić", ["lukasz", "oster duric", "Øster-Đurić", "ŁUKASZ"]),
    ],
)
def test_people_are_found_however_their_name_is_typed(
    session: Session, people: tuple[int, int], name: str, typed: list[str]
) -> None:
    session.execute(update(User).where(User.id == people[1]).values(name=name))
    assert {text: [found.id for found in find_people(session, text)] for text in typed} == {text: [people[1]] for text in typed}


def test_people_are_found_by_a_name_that_only_their_documents_bear(session: Session, people: tuple[int, int]) -> None:
    session.execute(update(User).values(name=None, certificate_name=None))
    session.execute(update(Certificate).where(Certificate.user_id == people[0]).values(name="Ayşe Çelik"))
    assert [found.id for found in find_people(session, "celik")] == [people[0]]


@pytest.mark.parametrize("text", ["", "  ", "\u200b"])
def test_a_search_for_nothing_is_refused(session: Session, people: tuple[int, int], text: str) -> None:
    with pytest.raises(ToolError):
        find_people(session, text)


def test_a_search_that_finds_too_many_says_that_there_are_others(session: Session, people: tuple[int, int]) -> None:
    platform = session.scalars(select(User.platform_id)).first()
    values = [
        {"platform_id": platform, "sub": f"x{n}", "name": "Anna", "locale": "", "is_blocked": False}
        | {"first_seen_at": AT, "last_seen_at": AT}
        for n in range(60)
    ]
    session.execute(insert(User), values)
    assert len(find_people(session, "anna")) == FOUND_MAX + 1


def test_who_was_away_long_is_listed_without_those_who_were_erased(session: Session, people: tuple[int, int]) -> None:
    assert list_people_last_seen_before(session, AT) == ()
    later = AT + timedelta(seconds=1)
    assert [found.id for found in list_people_last_seen_before(session, later)] == list(people)
    erase_person(session, people[0], now=AT)
    assert [found.id for found in list_people_last_seen_before(session, later)] == [people[1]]


@pytest.fixture
def command(sqlite_url: str, tmp_path: Path) -> Callable[..., str]:
    database: Database = open_database(sqlite_url)
    with database.write.begin() as session:
        town = Town(session)
        for table in WITH_PEOPLE:
            town.row(table, "ayse")
    database.close()

    def run(*arguments: str) -> str:
        environment = {"LTI_TOOL_DATABASE_URL": sqlite_url, "LTI_TOOL_DATA_DIR": str(tmp_path)}
        return CliRunner().invoke(main, ["people", *arguments], env=environment).output

    return run


def test_an_operator_finds_shows_exports_and_erases(command: Callable[..., str], tmp_path: Path) -> None:
    found = command("find", "of ayse").splitlines()[0]
    assert found.startswith("1  issuer of ayse institution of ayse  sub of ayse  name of ayse")
    assert command("away", "2026-11-03").splitlines()[0].startswith("1  issuer of ayse")
    assert "      1  attempt_item" in command("show", "1")
    out = tmp_path / "person.zip"
    command("export", "1", "--out", str(out))
    assert zipfile.ZipFile(out).namelist()[0] == "person.json"
    assert out.stat().st_mode & 0o077 == 0
    assert "Erased 1; 1 certificate still verifies, without a name." in command("erase", "1", "--yes")
    assert command("find", "of ayse") == "0 people\n"
    assert command("away", "2099-01-01") == "0 people\n"
    assert "Nobody is stored under this number." in command("show", "7")


# --- after a restore -------------------------------------------------------------------------------------------------

LATER = AT + timedelta(days=30)
MARKER = Marker("s" * 40)


def a_user(session: Session, name: str, *, first_seen_at: datetime = AT) -> int:
    """Somebody new on Moodle, called there by their name in small letters."""
    platform = session.scalars(select(Platform.id).where(Platform.issuer == "https://moodle.test")).one_or_none()
    if platform is None:
        row = Platform(issuer="https://moodle.test", created_at=AT)
        session.add(row)
        session.flush()
        platform = row.id
    user = User(platform_id=platform, sub=name.lower(), name=name, first_seen_at=first_seen_at, last_seen_at=first_seen_at)
    session.add(user)
    session.flush()
    return user.id


def the_person(session: Session, user_id: int) -> FoundPerson:
    return show_person(session, user_id).person


def returned(session: Session, *erasures: Erasure, markers: tuple[Marker, ...] = (MARKER,)) -> list[str | None]:
    return [found.name for found in find_returned(session, erasures, markers).people]


def test_a_restored_person_is_found_by_what_the_list_holds_and_nobody_else_is(session: Session) -> None:
    clara = a_user(session, "Clara")
    line = MARKER.erasure_of(the_person(session, clara), now=LATER).as_line()
    a_user(session, "Dora")
    assert returned(session, *read_erasures(line)) == ["Clara"]
    assert "clara" not in line.lower()
    assert "moodle" not in line


def test_a_number_that_went_to_somebody_else_hits_nobody(session: Session) -> None:
    clara = a_user(session, "Clara")
    erasure = MARKER.erasure_of(the_person(session, clara), now=LATER)
    # The restored backup is older than Clara: her number goes to Dora.
    session.execute(update(User).where(User.id == clara).values(sub="dora", name="Dora"))
    assert returned(session, erasure) == []


def test_who_came_back_by_themselves_after_their_erasure_is_left_alone(session: Session) -> None:
    clara = a_user(session, "Clara")
    erasure = MARKER.erasure_of(the_person(session, clara), now=LATER)
    erase_person(session, clara, now=LATER)
    a_user(session, "Clara", first_seen_at=LATER + timedelta(days=1))
    assert returned(session, erasure) == []


def test_the_same_id_on_another_platform_is_somebody_else(session: Session) -> None:
    clara = a_user(session, "Clara")
    person = replace(the_person(session, clara), platform="https://other.test")
    assert returned(session, MARKER.erasure_of(person, now=LATER)) == []


def test_a_list_of_another_secret_finds_nobody_and_says_so_and_is_read_with_the_earlier_one(session: Session) -> None:
    clara = a_user(session, "Clara")
    former = Marker("f" * 40)
    erasure = former.erasure_of(the_person(session, clara), now=LATER)
    assert find_returned(session, [erasure], [MARKER]) == Returned((), 1)
    assert returned(session, erasure, markers=(MARKER, former)) == ["Clara"]


@pytest.mark.parametrize(
    "line",
    [
        *("{", "[]", "{}", "null", '{"person": "a", "key": "b", "erased_at": "gestern"}'),
        '{"person": "a", "key": "b", "erased_at": "2026-11-02T08:00:00"}',
    ],
)
def test_a_line_that_cannot_be_read_is_never_passed_over(line: str) -> None:
    good = MARKER.erasure_of(FoundPerson(1, "https://moodle.test", "clara", None, AT), now=AT).as_line()
    with pytest.raises(ToolError, match="Zeile 3"):
        read_erasures(f"{good}\n\n{line}\n")


def test_a_list_that_cannot_be_written_stops_the_erasure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolError, match="nicht schreiben"):
        note_erasure(tmp_path / "file" / "list", MARKER.erasure_of(FoundPerson(1, "x", "y", None, AT), now=AT))
