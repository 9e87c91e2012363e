"""The draft as ODT, DOCX and PDF: the same content in each, text never read as anything else, chapter 4 only when ticked."""

import io
import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from odfdo import Document as OdfDocument
from PIL import Image
from pypdf import PdfReader

from lti_tool.domain.rules.workbook import Content
from lti_tool.typesetting.letters import printable
from lti_tool.workbook.take_home.chart import chart_svg, chart_text
from lti_tool.workbook.take_home.draft import Draft, StoredField
from lti_tool.workbook.take_home.export_draft import ExportedDocument, FileFormat, export_draft
from lti_tool.workbook.take_home.manuscript import (
    Manuscript,
    RatedDimension,
    ReifegradProfile,
    TableBlock,
    TextBlock,
    compose_manuscript,
)
from lti_tool.workbook.take_home.typeset_draft import signs_lost_in_pdf
from tests.workbook.cast import MONDAY, PROGRAMME, rows

# As with Chromium: where nobody watches, a reader that is missing is a failure.
needs_poppler = pytest.mark.skipif(
    shutil.which("pdftoppm") is None and not os.environ.get("CI"),
    reason="poppler-utils is missing. Install it with: apt-get install -y poppler-utils",
)

HOSTILE = '=HYPERLINK("http://x";"y") <b>fett</b> & #eval(1) {{ 1+1 }} ]]> \\ \'a\' "b"'
LEVELS = ("noch nicht begonnen", "vereinzelt", "geplant", "etabliert", "wirksam")
PROFILE = ReifegradProfile(
    LEVELS, (RatedDimension("Strategie & Steuerung", 1, 3, "Beschluss 2024/17"), RatedDimension("Daten und Plattformen", None, 2))
)


def a_draft(**texts: str | Content) -> Draft:
    contents = {name.replace("_", "-"): Content(text=value) if isinstance(value, str) else value for name, value in texts.items()}
    return Draft({name: StoredField(content, 1, MONDAY) for name, content in contents.items()}, {}, hides_questions=False)


FULL = a_draft(
    deckblatt_kommune="Stadt Havelbruch (fiktives Beispiel)",
    zielbild="Im Jahr 2035.\nZweite Zeile.\n\nZweiter Absatz mit INSEK.",
    vorhaben=rows("Bürgerportal", HOSTILE),
    meldekette="Streng vertraulich",
    plan=HOSTILE,
)


def manuscript(draft: Draft = FULL, *, restricted: bool = False, profile: ReifegradProfile | None = None) -> Manuscript:
    return compose_manuscript(PROGRAMME, draft, includes_restricted=restricted, profile=profile, on=date(2026, 11, 23))


def exported(
    file_format: FileFormat, draft: Draft = FULL, *, restricted: bool = False, profile: ReifegradProfile | None = None
) -> ExportedDocument:
    return export_draft(PROGRAMME, draft, file_format, includes_restricted=restricted, profile=profile, now=MONDAY)


def text_of(document: ExportedDocument) -> str:
    """Read everything a person can read in it."""
    if document.file_name.endswith(".pdf"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(document.content)).pages)
    if document.file_name.endswith(".odt"):
        return str(OdfDocument(io.BytesIO(document.content)).body.text_recursive)
    document_parts = Document(io.BytesIO(document.content))
    cells = [cell.text for table in document_parts.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document_parts.paragraphs), *cells])


# --- the manuscript ---


def test_the_cover_always_says_that_nothing_is_decided() -> None:
    assert ("Status", "Entwurf – nicht beschlossen") in manuscript(a_draft()).cover_lines


def test_without_a_date_of_its_own_the_cover_bears_the_day_of_export() -> None:
    assert manuscript(a_draft()).as_of == "23. November 2026"
    assert manuscript(a_draft(deckblatt_stand="Frühjahr 2027")).as_of == "Frühjahr 2027"


def test_the_sections_stand_in_the_order_of_the_document() -> None:
    assert [section.heading for section in manuscript().sections] == [
        "1 Ausgangslage",
        "2 Zielbild",
        "6 Umsetzung",
        "Anhang",
    ]


def test_the_restricted_chapter_stands_there_only_when_ticked() -> None:
    headings = [section.heading for section in manuscript(restricted=True).sections]
    assert "4 Sicherheit und Vertrauen" in headings


def test_paragraphs_and_line_breaks_stay() -> None:
    (block,) = [b for b in manuscript().sections[1].blocks if isinstance(b, TextBlock)]
    assert block.paragraphs == ("Im Jahr 2035.\nZweite Zeile.", "Zweiter Absatz mit INSEK.")


def test_what_is_empty_is_named_where_it_is_needed_and_left_out_where_not() -> None:
    begun = manuscript(a_draft(offene_punkte="Fragen"))
    assert [(b.heading, b.paragraphs) for b in begun.sections[0].blocks if isinstance(b, TextBlock)] == [
        ("Zielbild", ("Noch offen.",)),
        ("Offene Punkte", ("Fragen",)),
    ]
    assert [b.heading for b in manuscript().sections[1].blocks] == ["Zielbild"]


def test_empty_chapters_are_left_out_and_named_in_the_appendix() -> None:
    begun = manuscript(a_draft(offene_punkte="Fragen"))
    assert [section.heading for section in begun.sections] == ["2 Zielbild", "Anhang"]
    assert begun.sections[-1].remark == "Noch leer und deshalb ausgelassen: Zusammenfassung; 1 Ausgangslage; 6 Umsetzung."
    # Of a draft that nobody has begun they are the outline.
    outline = manuscript(a_draft())
    assert [section.heading for section in outline.sections][:2] == ["Zusammenfassung", "1 Ausgangslage"]
    assert outline.sections[-1].remark == ""


def test_the_appendix_explains_the_terms_used_and_names_the_versions() -> None:
    glossary, versions = (b for b in manuscript().sections[-1].blocks if isinstance(b, TableBlock))
    assert glossary.rows == (("INSEK", "Ein integriertes Stadtentwicklungskonzept."),)
    assert versions.rows[0] == ("1 Modul 1 mit langem Titel", "2026.1", "November 2026")


def test_terms_of_a_chapter_left_out_are_left_out_too() -> None:
    (block,) = manuscript(a_draft(meldekette="Handlungsfeld")).sections[-1].blocks
    assert block.heading == "Fassung der Lerninhalte"


def test_a_tables_columns_share_the_width_and_none_is_squeezed() -> None:
    widths = TableBlock("", ("Nr.", "Beschreibung"), (("1", "x " * 200),)).widths
    assert sum(widths) == pytest.approx(1)
    assert widths[0] > 0.05
    assert widths[1] > 0.7


# --- each format ---


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_every_format_says_the_same(file_format: FileFormat) -> None:
    text = text_of(exported(file_format))
    for words in (
        "Digitalstrategie-Entwurf",
        "Stadt Havelbruch (fiktives Beispiel)",
        "Entwurf – nicht beschlossen",
        "Inhalt",
        "Zweite Zeile.",
        "Bürgerportal",
        "Anhang",
        "2026.1",
    ):
        assert words in text


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_typed_text_is_never_read_as_markup_or_formula(file_format: FileFormat) -> None:
    # A PDF's text comes back with the line breaks of its layout.
    assert "".join(HOSTILE.split()) in "".join(text_of(exported(file_format)).split()).replace("\u00ad", "")


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_the_restricted_chapter_leaves_no_trace_unless_ticked(file_format: FileFormat) -> None:
    assert "vertraulich" not in text_of(exported(file_format))
    assert "Sicherheit und Vertrauen" not in text_of(exported(file_format))
    assert "Streng vertraulich" in text_of(exported(file_format, restricted=True))


@pytest.mark.parametrize("file_format", [FileFormat.ODT, FileFormat.DOCX])
def test_no_part_of_the_package_holds_the_restricted_chapter(file_format: FileFormat) -> None:
    with zipfile.ZipFile(io.BytesIO(exported(file_format).content)) as package:
        assert not [name for name in package.namelist() if b"vertraulich" in package.read(name)]


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_an_empty_draft_can_be_exported(file_format: FileFormat) -> None:
    assert "Dieses Kapitel ist noch leer." in text_of(exported(file_format, a_draft()))


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_the_reifegrad_is_a_table_too(file_format: FileFormat) -> None:
    text = text_of(exported(file_format, profile=PROFILE))
    for words in ("Strategie & Steuerung", "1 – vereinzelt", "3 – etabliert", "ohne Beleg", "nicht eingeschätzt"):
        assert "".join(words.split()) in "".join(text.split())


def test_a_file_is_named_after_the_municipality_and_the_day() -> None:
    name = exported(FileFormat.ODT, a_draft(deckblatt_kommune="Stadt Müllrose/Süd")).file_name
    assert name == "Digitalstrategie-Entwurf-Stadt-Mullrose-Sud-2026-11-23.odt"


def test_the_document_is_called_as_its_programme_calls_it() -> None:
    concept = replace(PROGRAMME, draft_title="Beteiligungskonzept")
    document = export_draft(concept, a_draft(), FileFormat.ODT, includes_restricted=False, profile=None, now=MONDAY)
    assert document.file_name.startswith("Beteiligungskonzept-")
    assert "Beteiligungskonzept" in text_of(document)
    assert "Digitalstrategie" not in text_of(document)


@pytest.mark.parametrize(
    ("place", "part"),
    [
        ("Łódź", "-Lodz"),
        ("Ørsted Ægir", "-Orsted-Aegir"),
        ("Straße", "-Strasse"),
        ("Київ", ""),
        ("..\\..\\x\r\nSet-Cookie: a=b", "-x-Set-Cookie-a-b"),
        ("🏙" * 50, ""),
        ("ß" * 40, "-" + "s" * 40),
    ],
)
def test_a_drafts_file_bears_the_place_in_letters_that_every_header_takes(place: str, part: str) -> None:
    name = exported(FileFormat.ODT, a_draft(deckblatt_kommune=place)).file_name
    assert name == f"Digitalstrategie-Entwurf{part}-2026-11-23.odt"


def test_odt_has_headings_header_rows_and_a_described_chart() -> None:
    document = OdfDocument(io.BytesIO(exported(FileFormat.ODT, profile=PROFILE).content))
    headings = [(h.get_attribute("text:outline-level"), h.text_recursive) for h in document.body.get_elements("//text:h")]
    assert ("1", "1 Ausgangslage") in headings
    assert ("2", "Laufende Vorhaben") in headings
    tables = document.body.get_elements("//table:table")
    assert tables
    assert all(table.get_elements("table:table-header-rows/table:table-row") for table in tables)
    assert document.body.get_elements("//text:table-of-content//text:a")
    (description,) = document.body.get_elements("//draw:frame/svg:desc")
    assert description.text == chart_text(PROFILE)
    assert document.meta.title == "Digitalstrategie-Entwurf: Stadt Havelbruch (fiktives Beispiel)"


def test_every_link_of_the_odt_contents_has_its_heading() -> None:
    body = OdfDocument(io.BytesIO(exported(FileFormat.ODT).content)).body
    links = {
        str(link.get_attribute("xlink:href")).removeprefix("#") for link in body.get_elements("//text:table-of-content//text:a")
    }
    anchors = {str(mark.get_attribute("text:name")) for mark in body.get_elements("//text:h/text:bookmark-start")}
    assert links == anchors


def test_docx_has_headings_header_rows_a_described_chart_and_its_language() -> None:
    document = Document(io.BytesIO(exported(FileFormat.DOCX, profile=PROFILE).content))
    headings = [(p.style.name, p.text) for p in document.paragraphs if p.style and str(p.style.name).startswith("Heading")]
    assert ("Heading 1", "1 Ausgangslage") in headings
    assert ("Heading 2", "Laufende Vorhaben") in headings
    assert all("<w:tblHeader/>" in table.rows[0]._tr.xml for table in document.tables)
    assert document.inline_shapes[0]._inline.docPr.get("descr") == chart_text(PROFILE)
    assert document.core_properties.language == "de-DE"
    links = {
        link.get("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}anchor")
        for link in document.element.body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}hyperlink")
    }
    anchors = {
        mark.get("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}name")
        for mark in document.element.body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}bookmarkStart")
    }
    assert links == anchors


def test_pdf_is_tagged_and_claims_pdf_ua() -> None:
    reader = PdfReader(io.BytesIO(exported(FileFormat.PDF, profile=PROFILE).content))
    catalogue: Any = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"] is not None
    assert "/StructTreeRoot" in catalogue
    assert catalogue["/Lang"] == "de-DE"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in catalogue["/Metadata"].get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == "Digitalstrategie-Entwurf: Stadt Havelbruch (fiktives Beispiel)"


def test_the_same_moment_gives_the_same_pdf() -> None:
    assert exported(FileFormat.PDF).content == exported(FileFormat.PDF).content


def test_letters_that_the_font_lacks_do_not_stop_the_pdf() -> None:
    text = text_of(exported(FileFormat.PDF, a_draft(zielbild="Hof → Halle ≥ 3 ✓ 漢字 👍🏽 שלום")))
    assert "Hof → Halle ≥ 3 ✓ ��" in text


COMMON = "► ◦ ○ ● ■ □ ▪ ✗ ✘ ✓ ✔ ☐ ☑ ☒ ∑ ∞ ∅ √ → ⇒ ↔ ↑ ↓ ≤ ≥ ≈ ⚠ ➢ ➔ ❖ ★ ☎ ✉ ∆ ∏ ∫"


def test_common_signs_of_office_programs_stand_in_the_pdf_as_they_are() -> None:
    assert signs_lost_in_pdf(manuscript(a_draft(zielbild=COMMON))) == ()
    text = " ".join(text_of(exported(FileFormat.PDF, a_draft(zielbild=COMMON))).split())
    assert COMMON in text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("\uf0b7 Erstens", "• Erstens"),
        ("\uf0a7 Zweitens", "▪ Zweitens"),
        ("\uf0d8 Drittens", "➢ Drittens"),
        ("\uf0fc erledigt", "✓ erledigt"),
        ("\uf0fb offen", "✗ offen"),
        ("heute \uf0e0 morgen", "heute → morgen"),
        ("\uf0a3 5", "≤ 5"),
        ("5 ㎡, 3 ㎥", "5 m², 3 m³"),
        ("✅ ja ❌ nein", "✔ ja ✘ nein"),
        ("① eins", "1 eins"),
        ("weich\u00adgetrennt", "weichgetrennt"),
    ],
)
def test_signs_that_only_a_font_makes_are_real_ones_in_the_pdf(typed: str, shown: str) -> None:
    assert shown in text_of(exported(FileFormat.PDF, a_draft(zielbild=typed)))


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_bullets_pasted_from_word_are_bullets_in_every_format(file_format: FileFormat) -> None:
    draft = a_draft(zielbild="\uf0b7 Erstens", vorhaben=rows("\uf0d8 Portal", "x"))
    text = text_of(exported(file_format, draft))
    assert "• Erstens" in text
    assert "➢ Portal" in text


def test_what_a_pdf_cannot_show_is_counted_with_where() -> None:
    draft = a_draft(zielbild="Hallo 😀 und 😀", vorhaben=rows("漢", "x"), deckblatt_kommune="Stadt 😀")
    lost = signs_lost_in_pdf(manuscript(draft))
    assert [(each.sign, each.count) for each in lost] == [("😀", 3), ("漢", 1)]
    assert lost[0].places[0] == "Deckblatt"
    assert "Zielbild" in lost[0].places[1]
    assert signs_lost_in_pdf(manuscript()) == ()


# --- room on paper -----------------------------------------------------------------------------------------------------

FILE = "G:\\Amt_61\\Projekte\\2026_SmartCity\\Bestandsaufnahme\\Dateninventar_Stadtentwicklung_final_final2_" + "x" * 60 + ".docx"
WIDE = "W" * 300


def margins_of(document: ExportedDocument, folder: Path) -> list[tuple[int, int, int]]:
    """Give, for each page, the darkest grey in the right, the left and the lower margin (there, left of the page number)."""
    subprocess.run(["pdftoppm", "-r", "60", "-gray", "-png", "-", folder / "page"], input=document.content, check=True)
    found = []
    for path in sorted(folder.glob("page-*.png")):
        page = Image.open(path).convert("L")
        width, height = page.size
        mm = min(width, height) / 210
        boxes = (
            (width - round(20 * mm), 0, width, height),
            (0, 0, round(21 * mm), height),
            (0, height - round(20 * mm), width - round(45 * mm), height),
        )
        right, left, lower = (int(page.crop(box).getextrema()[0]) for box in boxes)  # type: ignore[arg-type]
        found.append((right, left, lower))
    return found


@needs_poppler
@pytest.mark.parametrize("word", [FILE, WIDE, "Donaudampfschifffahrtsgesellschaft_" * 6, "https://example.org/" + "a" * 200])
def test_a_long_word_breaks_before_it_runs_off_the_page_or_over_its_cell(word: str, tmp_path: Path) -> None:
    draft = a_draft(zielbild=f"Siehe {word} dazu.", vorhaben=rows(word, word), deckblatt_kommune=word[:150])
    document = exported(FileFormat.PDF, draft)
    margins = margins_of(document, tmp_path)
    assert len(margins) >= 5
    assert set(margins) == {(255, 255, 255)}
    assert word in text_of(document).replace("\u200b", "").replace("\n", "")


@needs_poppler
def test_neighbouring_cells_do_not_lie_over_each_other() -> None:
    draft = a_draft(vorhaben=Content(rows=({"name": FILE, "stand": FILE},)))
    run = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=exported(FileFormat.PDF, draft).content, capture_output=True)
    pieces = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<', run.stdout.decode())
    boxes = [tuple(map(float, piece[:4])) for piece in pieces if "xx" in piece[4].replace("\u200b", "")]
    assert len(boxes) >= 2
    for one in boxes:
        for other in boxes:
            is_beside = other[0] >= one[2] - 1 or one[0] >= other[2] - 1
            assert one == other or is_beside or other[1] >= one[3] - 3 or one[1] >= other[3] - 3


def test_ordinary_compounds_are_hyphenated_as_before() -> None:
    draft = a_draft(zielbild="Verwaltungsmodernisierungsangelegenheiten und Digitalisierungsstrategie. " * 8)
    text = text_of(exported(FileFormat.PDF, draft))
    assert "\u200b" not in text


def test_other_formats_keep_all_letters() -> None:
    assert "漢字 👍🏽" in text_of(exported(FileFormat.ODT, a_draft(zielbild="漢字 👍🏽")))


def test_replacing_letters_leaves_names_alone() -> None:
    assert printable("Çiğdem Łukasiewicz-Großmann, Straße 5 m²") == "Çiğdem Łukasiewicz-Großmann, Straße 5 m²"


def test_the_chart_escapes_its_labels_and_shows_what_was_not_rated() -> None:
    svg = chart_svg(PROFILE)
    assert "Strategie &amp; Steuerung" in svg
    assert "nicht eingeschätzt, am Ende 2" in chart_text(PROFILE)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is missing: apt-get install -y libreoffice-writer")
@pytest.mark.parametrize("file_format", [FileFormat.ODT, FileFormat.DOCX])
def test_libreoffice_opens_it_and_shows_all_of_it(file_format: FileFormat, tmp_path: Path) -> None:
    made = tmp_path / f"draft.{file_format}"
    made.write_bytes(exported(file_format, profile=PROFILE).content)
    profile_folder = f"-env:UserInstallation=file://{tmp_path}/office"
    subprocess.run(
        ["soffice", profile_folder, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(made)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    pages = [page.extract_text() for page in PdfReader(tmp_path / "draft.pdf").pages]
    assert "Entwurf – nicht beschlossen" in pages[0]
    whole = "\n".join(pages)
    for words in ("1 Ausgangslage", "Bürgerportal", "Zweite Zeile.", "Anhang", "=HYPERLINK"):
        assert words in whole
    if file_format is FileFormat.ODT:
        # The contents name pages as soon as it is opened; in Word's format they come when somebody updates them.
        named = re.search(r"2 Zielbild\W*(\d+)", pages[1])
        assert named is not None
        assert "2 Zielbild" in pages[int(named[1]) - 1]
