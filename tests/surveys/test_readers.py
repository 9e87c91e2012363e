"""Journey 26: the university gets a code, reads, downloads, and cannot find a person."""
# ruff: noqa: F811

import csv
import io
import json
import zipfile
from collections import Counter
from datetime import date

import pytest
from flask.testing import FlaskClient

from lti_tool.surveys.public_surveys import SurveyRefused
from lti_tool.surveys.results.read_results import decide_text, texts_to_read
from lti_tool.surveys.results.readers import invite_reader, revoke_reader
from tests.surveys.conftest import Survey
from tests.surveys.test_pages import database, enter, people, survey  # noqa: F401

HOST = "http://localhost"
UNTIL = date(2027, 3, 1)


def two_courses(survey: Survey, sheets: int = 12) -> list[int]:
    """Let two courses answer at the end; one person in each is alone with their role."""
    numbers = []
    for course in (survey.someone.course_id, survey.course(2)):
        number = survey.begin("end", course)
        for place, visitor in enumerate(survey.learners(sheets, course)):
            survey.send(
                visitor,
                number,
                "end",
                learned=str(3 + place % 3),
                can_vision_before="2",
                can_vision_now="4",
                role="3" if place == 0 else str(1 + place % 2),
                size=str(1 + place % 2),
                keep="=HYPERLINK(1)",
            )
        numbers.append(number)
    survey.open()
    return numbers


def invited(survey: Survey, rounds: list[int], *, until: date = UNTIL) -> tuple[int, str, str]:
    with survey.database.write.begin() as session:
        reader, code = invite_reader(session, "FH Potsdam", rounds, expires_on=until)
    return reader.id, f"/surveys/read/{reader.address}", code


@pytest.fixture
def stranger(enter) -> FlaskClient:  # type: ignore[no-untyped-def]
    browser: FlaskClient = enter("anna").browser.application.test_client()
    return browser


def signed_in(browser: FlaskClient, address: str, code: str) -> None:
    assert browser.post(address, data={"code": code}, base_url=HOST).status_code == 303


def tables(browser: FlaskClient, address: str) -> dict[str, str]:
    answer = browser.get(f"{address}/results.zip", base_url=HOST)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_journey_26_a_partner_reads_and_downloads_and_finds_nobody(survey: Survey, stranger: FlaskClient) -> None:
    numbers = two_courses(survey)
    with survey.database.write.begin() as session:
        for each in texts_to_read(session, numbers[0])[:1]:
            decide_text(session, each.id, is_released=True)
    _, address, code = invited(survey, numbers)
    signed_in(stranger, address, code)
    assert "24 Antworten" in stranger.get(address, base_url=HOST).get_data(as_text=True)
    files = tables(stranger, address)
    assert {
        "README.md",
        "LICENSE",
        "counts.csv",
        "codebook.csv",
        "sheets-end.csv",
        "import-end.R",
        "import-end.sps",
    } <= files.keys()
    sheets = rows_of(files["sheets-end.csv"])
    assert len(sheets) == 24
    assert {row["half_year"] for row in sheets} == {"2026-2"}
    # Nobody is rare: every combination of what is told about the person has five or more.
    assert min(Counter((row["role"], row["size"]) for row in sheets).values()) >= 5
    assert all("course" not in name and "keep" not in name and "experience" not in name for name in sheets[0])
    assert Counter(row["learned"] for row in sheets) == {"3": 8, "4": 8, "5": 8}
    counts = {(row["question"], row["value"]): row["n"] for row in rows_of(files["counts.csv"])}
    assert (counts["learned", "base"], counts["learned", "4"], counts["can_vision", "better"]) == ("24", "8", "24")
    # A text that a spreadsheet would run is a text.
    assert [row["text"] for row in rows_of(files["texts.csv"])] == ["'=HYPERLINK(1)"]
    # Each column is explained, -8 and -9 are missing, and the description names the columns of its table.
    variables = {row["variable"] for row in rows_of(files["codebook.csv"])}
    assert set(sheets[0]) - {"half_year"} <= variables
    assert {row["value"] for row in rows_of(files["codebook.csv"]) if row["missing"] == "yes"} == {"-8", "-9"}
    described = json.loads(files["sheets-end.csv-metadata.json"])
    assert [column["name"] for column in described["tableSchema"]["columns"]] == list(sheets[0])


def test_the_same_content_gives_the_same_bytes(survey: Survey, stranger: FlaskClient) -> None:
    _, address, code = invited(survey, two_courses(survey))
    signed_in(stranger, address, code)
    first, again = (stranger.get(f"{address}/results.zip", base_url=HOST).data for _ in range(2))
    assert first == again


@pytest.mark.parametrize("sheets", [6, 9])
def test_fewer_than_twenty_give_no_rows(survey: Survey, stranger: FlaskClient, sheets: int) -> None:
    _, address, code = invited(survey, two_courses(survey, sheets))
    signed_in(stranger, address, code)
    files = tables(stranger, address)
    assert "sheets-end.csv" not in files
    assert rows_of(files["counts.csv"])


def test_who_may_read_one_of_two_courses_gets_no_rows_of_both(survey: Survey, stranger: FlaskClient) -> None:
    first, _ = two_courses(survey, 25)
    _, address, code = invited(survey, [first])
    signed_in(stranger, address, code)
    assert "sheets-end.csv" not in tables(stranger, address)


def test_link_scanner_does_not_use_up_the_code(survey: Survey, stranger: FlaskClient) -> None:
    _, address, code = invited(survey, two_courses(survey))
    for _ in range(3):
        assert "Code" in stranger.get(address, base_url=HOST).get_data(as_text=True)
        stranger.head(address, base_url=HOST)
        assert stranger.get(f"{address}/results.zip", base_url=HOST).status_code == 403
    signed_in(stranger, address, code.upper().replace("-", " "))


def test_a_code_works_once_and_in_one_browser(survey: Survey, stranger: FlaskClient) -> None:
    _, address, code = invited(survey, two_courses(survey))
    signed_in(stranger, address, code)
    other = stranger.application.test_client()
    assert other.post(address, data={"code": code}, base_url=HOST).status_code == 403
    assert other.get(f"{address}/results.zip", base_url=HOST).status_code == 403


@pytest.mark.parametrize("code", ["", "aaaa-bbbb-cccc-dddd", "' OR 1=1 --", "x" * 10_000])
def test_a_wrong_code_is_refused_in_a_sentence(survey: Survey, stranger: FlaskClient, code: str) -> None:
    _, address, _ = invited(survey, two_courses(survey))
    answer = stranger.post(address, data={"code": code}, base_url=HOST)
    assert answer.status_code == 403
    assert "Mit diesem Code geht es nicht." in answer.get_data(as_text=True)


def test_the_code_of_one_reader_opens_no_others_address(survey: Survey, stranger: FlaskClient) -> None:
    numbers = two_courses(survey)
    _, address, _ = invited(survey, numbers[:1])
    _, _, other = invited(survey, numbers)
    assert stranger.post(address, data={"code": other}, base_url=HOST).status_code == 403


def test_revoking_ends_it_at_once(survey: Survey, stranger: FlaskClient) -> None:
    number, address, code = invited(survey, two_courses(survey))
    signed_in(stranger, address, code)
    with survey.database.write.begin() as session:
        revoke_reader(session, number)
    assert stranger.get(f"{address}/results.zip", base_url=HOST).status_code == 403


def test_an_expired_code_opens_nothing(survey: Survey, stranger: FlaskClient) -> None:
    _, address, code = invited(survey, two_courses(survey), until=date(2026, 11, 22))
    assert stranger.post(address, data={"code": code}, base_url=HOST).status_code == 403


def test_an_open_round_has_nothing_to_read(survey: Survey, stranger: FlaskClient) -> None:
    number = survey.begin("end")
    for visitor in survey.learners(8):
        survey.send(visitor, number, "end", learned="4")
    _, address, code = invited(survey, [number])
    signed_in(stranger, address, code)
    assert "Noch gibt es keine Zahlen" in stranger.get(address, base_url=HOST).get_data(as_text=True)
    assert rows_of(tables(stranger, address)["counts.csv"]) == []


@pytest.mark.parametrize("rounds", [[], [99]])
def test_only_rounds_that_exist_can_be_shared(survey: Survey, rounds: list[int]) -> None:
    with pytest.raises(SurveyRefused):
        invited(survey, rounds)
