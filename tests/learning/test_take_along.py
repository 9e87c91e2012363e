"""Glossary, booklet and print view through the real application, without any script."""

import re
from html import unescape
from itertools import pairwise

from lti_tool.domain.content.programme import Programme
from tests.learning import test_pages
from tests.learning.conftest import M1, M2

Browser = test_pages.Browser
app = test_pages.app
browser = test_pages.browser


def test_a_term_leads_to_its_entry_and_back_to_where_it_stood(browser: Browser, programme: Programme) -> None:
    lesson = programme.modules[0].lessons[0]
    browser.open(f"/modules/{M1}/lessons/{lesson.slug}")
    links = re.findall(r'<a href="([^"]+)" class="glossary-link" id="begriff-([a-z-]+)"', browser.text)
    assert [term_id for _, term_id in links] == list(lesson.term_ids)
    address, term_id = links[0]
    browser.get(unescape(address))
    assert f'<dt id="glossar-{term_id}">' in browser.text
    back = re.search(r'href="([^"]+)">Zurück zur Lektion', browser.text)
    assert back is not None
    assert f"/lessons/{lesson.slug}?" in back[1]
    assert back[1].endswith(f"#begriff-{term_id}")


def test_the_glossary_stands_in_the_order_of_the_alphabet(browser: Browser, programme: Programme) -> None:
    browser.open("/glossary")
    names = [unescape(name) for name in re.findall(r'<dt id="glossar-[a-z0-9-]+">([^<]+)</dt>', browser.text)]
    assert len(names) == len(programme.terms)
    assert names.index("Abwägung") < names.index("AGPL") < names.index("API") < names.index("AVV")
    assert re.findall(r'<h2 [^>]*id="letter-(.)"', browser.text) == sorted({name[0].upper() for name in names})


def test_a_module_s_glossary_has_what_its_lessons_use(browser: Browser, programme: Programme) -> None:
    browser.open(f"/modules/{M2}/glossary")
    used = {term_id for lesson in programme.modules[1].lessons for term_id in lesson.term_ids}
    shown = re.findall(r'<dt id="glossar-([a-z0-9-]+)">', browser.text)
    assert used <= set(shown)
    assert len(shown) == len(set(shown))
    assert "insek" not in shown


def test_a_wrong_way_in_is_no_error(browser: Browser) -> None:
    assert browser.open("/modules/nowhere/glossary").status_code == 404
    assert browser.open(f"/modules/{M1}/glossary", lesson="9.9", term="nothing").status_code == 200
    assert "Zurück zur Lektion" not in browser.text


def test_the_module_comes_as_pdf_and_as_one_page(browser: Browser, programme: Programme) -> None:
    browser.open(f"/modules/{M1}")
    assert "Alle Lektionen als PDF" in browser.text
    page = browser.open(f"/modules/{M1}/booklet.pdf")
    assert (page.status_code, page.content_type, page.data[:8]) == (200, "application/pdf", b"%PDF-1.7")
    assert f"Modul-1-{M1}-{programme.version}.pdf" in page.headers["Content-Disposition"]
    assert page.headers["Cache-Control"] == "no-store"
    browser.open(f"/modules/{M1}/print")
    levels = [int(level) for level in re.findall(r"<h([1-6])", browser.text)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    anchors = re.findall(r' id="([^"]+)"', browser.text)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]+)"', browser.text)) <= set(anchors)
    assert browser.text.count("<details open>") == browser.text.count("<figure") > 0


def test_strangers_get_neither(app: object) -> None:
    client = app.test_client()  # type: ignore[attr-defined]
    for path in ("glossary", f"modules/{M1}/glossary", f"modules/{M1}/booklet.pdf", f"modules/{M1}/print"):
        assert client.get(f"/{path}", base_url="https://localhost").status_code == 403
