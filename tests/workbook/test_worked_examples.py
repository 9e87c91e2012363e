"""Worked examples beside the fields of a chapter, as the shipped programme has them."""

import re
from html import unescape

from lti_tool.domain.content.programme import Programme
from tests.learning import conftest as learning
from tests.learning import test_pages

anna = learning.anna
programme = learning.programme
Browser = test_pages.Browser
app = test_pages.app
browser = test_pages.browser


def test_each_field_with_an_example_shows_the_good_and_the_weak_one(browser: Browser, programme: Programme) -> None:
    shown = 0
    for module in programme.modules:
        for number in sorted({example.chapter for example in module.examples}):
            browser.open(f"/workbook/chapters/{number}")
            text = unescape(re.sub(r"<[^>]+>", "", browser.text))
            for example in (one for one in module.examples if one.chapter == number):
                shown += 1
                for kind, sample in (("good", example.good), ("weak", example.weak)):
                    ids = re.findall(rf'<li id="{kind}-{example.field_id}-(\d+)">', browser.text)
                    assert ids == [str(place) for place in range(1, len(sample.notes) + 1)]
                    for row in sample.rows:
                        assert all(cell in text for cell in row.values() if cell)
    assert shown > 10


def test_each_number_in_a_sample_leads_to_its_note(browser: Browser) -> None:
    browser.open("/workbook/chapters/5")
    numbers = re.findall(r'<sup class="note-number"><a class="kern-link" href="#([^"]+)"', browser.text)
    assert numbers
    assert len(set(numbers)) == len(numbers)
    assert all(f'<li id="{anchor}">' in browser.text for anchor in numbers)
    assert "<mark>640.000 Euro für den ersten Abschnitt</mark>" in browser.text


def test_a_chapter_without_examples_offers_none(browser: Browser) -> None:
    browser.open("/workbook/chapters/cover")
    assert "Ein gutes und ein schwaches Beispiel" not in browser.text
