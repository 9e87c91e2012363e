"""Journey 13: finds a case on parking, marks it, uses it in chapter 5, and takes the draft home with case and source."""

import io
import re
import zipfile
from html import unescape
from xml.etree import ElementTree as ET

from lti_tool.domain.content.programme import Programme
from tests.learning import conftest as learning
from tests.learning import test_pages

anna = learning.anna
programme = learning.programme
app = test_pages.app
browser = test_pages.browser
CASE = "parksensoren"
WRITTEN = "Wie Buchen und Ladenburg zeigen, wirkt ein Sensor nur, wo in Minuten jemand kommt."


def test_a_case_on_parking_is_found_marked_used_and_taken_home(browser: test_pages.Browser, programme: Programme) -> None:
    study = programme.library.find(CASE)
    assert study is not None
    browser.open("/cases", q="parken")
    (address,) = re.findall(rf'href="(/cases/{CASE}\?[^"]*)"', browser.text)
    browser.get(unescape(address))
    browser.send({"marked": "yes"}, form="/mark")

    chapter = "/workbook/chapters/5"
    browser.open(chapter)
    beside = browser.text[browser.text.index('id="cases"') : browser.text.index("data-chapter")]
    assert study.title in beside
    assert study.sources[0].url in unescape(beside)
    browser.send({"f.bet-anlass": WRITTEN}, form=f"{chapter}?")
    assert WRITTEN in browser.text

    browser.open("/workbook/export/document", format="odt")
    assert browser.page.content_type == "application/vnd.oasis.opendocument.text"
    with zipfile.ZipFile(io.BytesIO(browser.page.get_data())) as document:
        content = ET.fromstring(document.read("content.xml"))
    said = "".join(content.itertext())
    assert WRITTEN in said
    assert f"{study.title}: {study.place}" in said
    for source in study.sources:
        assert source.title in said
        assert source.url in said
    headings = ["".join(one.itertext()) for one in content.iter("{urn:oasis:names:tc:opendocument:xmlns:text:1.0}h")]
    assert "Fälle aus Kommunen" in headings
    browser.open("/workbook/print")
    assert study.sources[-1].url in unescape(browser.text)


def test_who_marks_nothing_has_no_cases_in_the_draft(browser: test_pages.Browser) -> None:
    browser.open("/workbook/print")
    assert ">Fälle aus Kommunen<" not in browser.text
