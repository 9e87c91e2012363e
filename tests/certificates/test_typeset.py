import io
import os
import re
import shutil
import subprocess
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from lti_tool.certificates.documents import typeset as module
from lti_tool.certificates.documents.typeset import NameCannotBeSet, typeset
from lti_tool.domain.documents.certificate import Facts
from lti_tool.domain.documents.printed_name import clean_name

STANDARDS = Path(__file__).parent / "standards"
ISSUED_AT = datetime(2026, 11, 23, 9, 30, 12, 345678, tzinfo=UTC)


# As with Chromium: where nobody watches, a reader that is missing is a failure.
needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None and not os.environ.get("CI"),
    reason="poppler-utils is missing. Install it with: apt-get install -y poppler-utils",
)


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    return " ".join(read(pdf).pages[0].extract_text().replace("\u00a0", " ").split())


def root_of(pdf: bytes) -> Any:
    return read(pdf).trailer["/Root"]


def xmp_of(pdf: bytes) -> str:
    metadata = read(pdf).xmp_metadata
    assert metadata is not None
    return str(metadata.rdf_root.toxml())


@pytest.fixture
def pdf(facts: Facts) -> bytes:
    return typeset(facts, issued_at=ISSUED_AT)


def test_everything_that_the_facts_say_stands_on_the_page(pdf: bytes) -> None:
    text = text_of(pdf)
    for words in [
        "Zertifikat Smart-City-Manager:in Ayşe Çelik",
        "hat alle fünf Module bearbeitet",
        "1 Digitale Transformation und Smart City in der Stadtentwicklung: Grundlagen und Strategie 2026.1 01.10.2026",
        "5 Veränderungsmanagement, Umsetzung und Kommunikation 2026.1 05.10.2026",
        "Gesamtumfang ca. 11,5 Stunden",
        "Ausgestellt am 23. November 2026",
        "Ausstellende Stelle Musterakademie https://akademie.example",
        "ohne Unterschrift gültig",
        "https://tool.example/verify Prüfcode 3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGT",
    ]:
        assert words in text


def test_it_claims_to_be_archive_and_accessible_file_at_once(pdf: bytes) -> None:
    xmp = xmp_of(pdf)
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp


def test_it_is_in_german_and_says_so(pdf: bytes) -> None:
    assert root_of(pdf)["/Lang"] == "de-DE"
    assert "<rdf:li>de-DE</rdf:li>" in xmp_of(pdf)


def test_title_and_author_are_told_to_reading_software(pdf: bytes) -> None:
    document = read(pdf)
    assert document.metadata is not None
    assert document.metadata.title == "Zertifikat Smart-City-Manager:in: Ayşe Çelik"
    assert document.metadata.author == "Musterakademie"
    assert root_of(pdf)["/ViewerPreferences"]["/DisplayDocTitle"] is not None


def test_it_is_one_upright_a4_page(pdf: bytes) -> None:
    pages = read(pdf).pages
    assert len(pages) == 1
    assert (round(pages[0].mediabox.width), round(pages[0].mediabox.height)) == (595, 842)


def test_its_fonts_travel_inside(pdf: bytes) -> None:
    resources: Any = read(pdf).pages[0]["/Resources"]
    fonts = resources["/Font"]
    names = {font.get_object()["/BaseFont"].partition("+")[2] for font in fonts.values()}
    assert names == {"NotoSans-Regular", "NotoSans-Bold"}
    for font in fonts.values():
        descriptor = font.get_object()["/DescendantFonts"][0]["/FontDescriptor"]
        assert descriptor["/FontFile2"].get_object().get_data()


def test_the_same_facts_and_moment_give_the_same_bytes(facts: Facts, pdf: bytes) -> None:
    assert typeset(facts, issued_at=ISSUED_AT) == pdf


def test_its_date_is_the_moment_of_issue(pdf: bytes) -> None:
    metadata = read(pdf).metadata
    assert metadata is not None
    assert metadata.creation_date == datetime(2026, 11, 23, 9, 30, 12, tzinfo=UTC)


def _structure(pdf: bytes) -> str:
    """Collect the roles and alternative texts of the structure tree, in reading order."""
    found: list[str] = []

    def walk(node: object) -> None:
        node = getattr(node, "get_object", lambda: node)()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            found.extend(str(node[key]) for key in ("/S", "/Alt") if key in node)
            walk(node.get("/K"))

    walk(root_of(pdf)["/StructTreeRoot"])
    return " ".join(found)


def test_its_structure_is_a_heading_a_table_with_header_cells_and_a_figure(pdf: bytes) -> None:
    structure = _structure(pdf)
    assert len(re.findall(r"/H1\b", structure)) == 1
    assert len(re.findall(r"/Table\b", structure)) == 1
    assert len(re.findall(r"/TH\b", structure)) == 4
    assert len(re.findall(r"/TR\b", structure)) == 6
    assert "/Figure QR-Code: führt zur Prüfseite https://tool.example/verify/3QF8-" in structure
    assert structure.index("/H1") < structure.index("/Table") < structure.index("/Figure")


@needs_poppler
def test_an_independent_reader_reads_it_in_the_order_of_the_page(pdf: bytes, tmp_path: Path) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(pdf)
    run = subprocess.run(["pdfinfo", "-struct-text", path], capture_output=True, check=True)
    text = run.stdout.decode("utf-8", errors="replace")
    order = ['"Musterakademie"', '"Zertifikat"', '"Ayşe Çelik"', '"Nr."', '"01.10.2026"', '"ca. 11,5 Stunden"', '"Prüfcode"']
    assert sorted(order, key=text.index) == order


def din_91379(group: str) -> list[str]:
    """Give the entries of a group: single signs and sequences of several."""
    lines = (STANDARDS / "din_91379.txt").read_text(encoding="ascii").splitlines()
    entries = (line.split(";") for line in lines if not line.startswith("#"))
    return ["".join(chr(int(code, 16)) for code in codes.split()) for name, codes in entries if name == group]


def test_all_letters_and_sequences_of_din_91379_can_be_names_and_are_set_in_both_weights(facts: Facts) -> None:
    letters = din_91379("bll")
    assert (len(letters), sum(len(letter) > 1 for letter in letters)) == (649, 149)
    for at in range(0, len(letters), 60):
        name = clean_name(" ".join(letters[at : at + 60]))
        assert name == unicodedata.normalize("NFC", name)
        # Bold as a name, regular as the title; what the fonts lack would stop it.
        assert len(read(typeset(replace(facts, name=name, programme_title=name), issued_at=ISSUED_AT)).pages) == 1


def test_all_signs_that_din_91379_allows_in_names_can_be_in_one(facts: Facts) -> None:
    signs = din_91379("bnlreq")
    assert len(signs) == 18
    name = clean_name(f"Ann{'e '.join(signs)}e")
    assert len(read(typeset(replace(facts, name=name, programme_title=name), issued_at=ISSUED_AT)).pages) == 1


@pytest.mark.parametrize("blocks", [(0xC0, 0x180), (0x1E00, 0x1F00), (0x41, 0x5B), (0x61, 0x7B), (0x1CD, 0x200), (0x218, 0x234)])
def test_whole_blocks_of_latin_letters_can_be_set(facts: Facts, blocks: tuple[int, int]) -> None:
    letters = "".join(chr(code) for code in range(*blocks) if chr(code).isalpha())
    for at in range(0, len(letters), 100):
        typeset(replace(facts, name=letters[at : at + 100]), issued_at=ISSUED_AT)


def copied_from(pdf: bytes) -> list[str]:
    # pypdf does not read the /ActualText that stands for composed glyphs, poppler does.
    run = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return run.stdout.decode().splitlines()


@needs_poppler
@pytest.mark.parametrize(
    "name",
    ["Ayşe Çelik", "Nguyễn Thị Ánh Tuyết", "Þórður Guðmundsdóttir", "Łukasz Żółć", "Jānis Bērziņš", "O’Neill Seán"],
)
def test_a_name_can_be_found_and_copied_as_it_was_written(facts: Facts, name: str) -> None:
    assert name in copied_from(typeset(replace(facts, name=name), issued_at=ISSUED_AT))


@needs_poppler
@pytest.mark.xfail(reason="typst 0.15 doubles the base letter of sequences without a precomposed form (typst#8767, open)")
def test_a_name_with_a_sequence_can_be_copied_as_it_was_written(facts: Facts) -> None:
    assert "K̄ōn" in copied_from(typeset(replace(facts, name="K̄ōn"), issued_at=ISSUED_AT))


@pytest.mark.parametrize("name", ["Maximiliane von und zu Hohenstein " * 6, "W" * 200, "Ǖ́" * 100, "W " * 99 + "W"])
def test_a_very_long_name_stays_on_the_one_page(facts: Facts, name: str) -> None:
    pdf = typeset(replace(facts, name=name.strip()[:200]), issued_at=ISSUED_AT)
    assert len(read(pdf).pages) == 1
    assert "Prüfcode" in text_of(pdf)


def test_a_name_is_never_read_as_markup(facts: Facts) -> None:
    name = '#eval("1") $a$ *b* _c_ <d> @e ] } \\ "'
    assert name in text_of(typeset(replace(facts, name=name), issued_at=ISSUED_AT))


def test_a_sign_that_the_fonts_lack_is_told_instead_of_printed_as_a_box(facts: Facts) -> None:
    with pytest.raises(NameCannotBeSet) as refusal:
        typeset(replace(facts, name="王小明"), issued_at=ISSUED_AT)
    assert "王" in str(refusal.value)


def test_threads_do_not_mix_up_their_certificates(facts: Facts) -> None:
    names = [f"Person Nummer {number}" for number in range(40)]
    with ThreadPoolExecutor(4) as pool:
        files = list(pool.map(lambda name: typeset(replace(facts, name=name), issued_at=ISSUED_AT), names))
    assert [re.findall(r"Person Nummer \d+", text_of(file))[0] for file in files] == names


def test_the_template_fetches_nothing() -> None:
    source = module.SHIPPED_TEMPLATE.read_text(encoding="utf-8")
    assert "#import" not in source
    assert "@preview" not in source
