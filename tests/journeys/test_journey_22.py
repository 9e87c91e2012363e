"""Journey 22: prints the facilitator pack for session 3A and runs it."""

import io
import re
import zipfile
from html import unescape
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader

from tests.journeys.course import Course, Visit

M3 = "sicherheit-und-datenschutz"
LIST = "/course/live"
PACK = f"{LIST}/{M3}/3A/pack"


@pytest.fixture
def filled(course: Course) -> Course:
    """A course with the whole programme in it."""
    course.save(course.choose_content().post("/lti/deep-linking", all="programme"))
    return course


def sheets_of(text: str) -> dict[str, str]:
    """Give what stands on each card, by its heading's id."""
    found = re.findall(r'<section class="pack__part pack__card" aria-labelledby="([^"]+)">(.*?)</section>', text, re.DOTALL)
    return {name: unescape(html) for name, html in found}


def open_from_the_list(teacher: Visit) -> str:
    (address,) = re.findall(rf'href="({PACK}\?[^"]*)"', teacher.get(LIST).text)
    assert address
    page = teacher.get(PACK)
    assert page.status_code == 200
    return page.text


def test_journey_22_prints_the_facilitator_pack_for_session_3a_and_runs_it(filled: Course) -> None:
    teacher = filled.launch("instructor", M3)
    programme = filled.app.extensions["parts"].catalogue.with_module(M3).programme
    module = programme.find_module(M3)
    pack = module.find_pack("3A")
    text = open_from_the_list(teacher)

    # The plan fills the session to the minute, and every message stands in the step in which it comes.
    plan = text[text.index('id="plan"') : text.index('id="steps"')]
    times = re.findall(r"<td>(\d+)–(\d+)</td><td>(\d+)</td>", plan)
    assert [(int(begin), int(end), int(end) - int(begin)) for begin, end, _ in times] == [
        (timed.begins_at, timed.ends_at, timed.step.minutes) for timed in pack.plan
    ]
    assert int(times[-1][1]) == next(one.minutes for one in module.live_sessions if one.code == "3A")
    assert text.count("Einspielungen in diesem Schritt") == sum(bool(pack.injects_during(timed)) for timed in pack.plan)
    for part in ("goal", "material", "silence", "six", "fifteen", "boards", "injects", "solutions", "cards"):
        assert f'id="{part}"' in text, part

    # Each role and each of the five messages is a sheet of its own; none of them tells what only the facilitator knows.
    sheets = sheets_of(text)
    assert len(pack.injects) == 5
    assert list(sheets) == [f"role-{n}" for n in range(1, len(pack.roles) + 1)] + [f"inject-{n}" for n in range(1, 6)]
    for name, sheet in sheets.items():
        assert "Erwartet wird" not in sheet, name
    for number, role in enumerate(pack.roles, 1):
        assert role.secret_html in sheets[f"role-{number}"]
        assert sum(role.secret_html in sheet for sheet in sheets.values()) == 1

    odt = teacher.get(f"{PACK}.odt")
    assert odt.content_type == "application/vnd.oasis.opendocument.text"
    assert "filename=Leitfaden-3A-" in odt.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(odt.get_data())) as file:
        written = "".join(ET.fromstring(file.read("content.xml")).itertext())
    assert pack.goal in written
    assert all(inject.title in written for inject in pack.injects)

    pdf = teacher.get(f"{PACK}.pdf")
    assert pdf.content_type == "application/pdf"
    paper = PdfReader(io.BytesIO(pdf.get_data()))
    assert "/StructTreeRoot" in paper.root_object
    # The cards at least, and what comes before them.
    assert len(paper.pages) > len(sheets)


def test_nobody_who_learns_gets_the_pack_in_any_shape_or_a_link_to_it(filled: Course) -> None:
    anna = filled.launch("participant01", M3)
    for address in (PACK, f"{PACK}.odt", f"{PACK}.pdf"):
        assert anna.get(address).status_code == 403
    for address in (f"/modules/{M3}", f"/modules/{M3}/live/3A"):
        assert "/pack" not in anna.get(address).text


def test_a_session_or_a_kind_of_file_that_is_not_there_is_not_found(filled: Course) -> None:
    teacher = filled.launch("instructor", M3)
    for address in (f"{LIST}/{M3}/9Z/pack", f"{LIST}/nowhere/3A/pack", f"{PACK}.docx", f"{PACK}.exe"):
        assert teacher.get(address).status_code == 404, address
