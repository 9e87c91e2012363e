"""A matrix in a real browser: on the narrowest screen, by keyboard, without a script, and through axe."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.models.database import open_database
from tests.browser.learner import Learner
from tests.browser.test_accessibility import faults
from tests.domain.items.test_matrix import ITEM
from tests.learning.draws import items_drawn, seed_that_draws
from tests.workbook.cast import Course
from tests.workbook.site import a_site

pytestmark = pytest.mark.browser


@pytest.fixture
def asking(programme: Programme) -> Programme:
    """The programme, with a matrix in place of one item."""
    module = programme.modules[2]
    first = module.items[0]
    matrix = replace(ITEM, id=first.id, objectives=first.objectives, stratum=first.stratum)
    changed = replace(module, items=(matrix, *module.items[1:]))
    return replace(programme, modules=(*programme.modules[:2], changed, *programme.modules[3:]))


@pytest.fixture
def question(asking: Programme, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Anna's attempt is drawn so that it holds the matrix; this is the address of its page."""
    module = asking.modules[2]
    seed = seed_that_draws(module, asking, so_that=lambda items: any(item.stem_html == ITEM.stem_html for item in items))
    monkeypatch.setattr("secrets.randbits", lambda _bits: seed)
    position = 1 + [item.stem_html for item in items_drawn(module, asking, seed)].index(ITEM.stem_html)
    database = open_database(sqlite_url)
    with database.write.begin() as session:
        people: dict[str, Visitor] = {"anna": Course(session).person("Anna Krüger")}
    database.close()
    server = make_server("127.0.0.1", 0, a_site(sqlite_url, tmp_path, people, programme=asking), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}/enter/anna?to=/modules/{module.slug}/quiz/1/questions/{position}"
    server.shutdown()
    thread.join()
    server.server_close()


def begin(page: Page, question: str) -> None:
    page.goto(question.rpartition("/1/questions/")[0])
    page.get_by_role("button", name="Versuch 1 von 3 beginnen").click()
    page.get_by_role("heading", level=1, name="Frage 1 von 10").wait_for()
    page.goto(question)


def test_statements_are_judged_by_keyboard_and_kept_at_once(browser: Browser, question: str, asking: Programme) -> None:
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    begin(page, question)
    group = page.get_by_role("group", name="Das gilt.", exact=True)
    expect(group.get_by_label("offen lassen")).to_be_checked()
    group.get_by_label("offen lassen").focus()
    page.keyboard.press("ArrowDown")
    expect(group.get_by_label("trifft zu", exact=True)).to_be_checked()
    # The next statement is one step of the keyboard away.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == ""
    expect(page.locator("[data-saved]")).to_contain_text("gespeichert um")
    page.reload()
    expect(group.get_by_label("trifft zu", exact=True)).to_be_checked()
    # What was judged can be left open again: a wrong judgement costs.
    group.get_by_label("offen lassen").check()
    page.get_by_role("button", name="Übersicht").click()
    expect(page.get_by_text("10 Fragen sind noch offen")).to_be_visible()
    context.close()


def test_it_is_answered_without_a_script_and_marked_and_explained(browser: Browser, question: str, asking: Programme) -> None:
    context = browser.new_context(locale="de-DE", java_script_enabled=False)
    page = context.new_page()
    begin(page, question)
    Learner(page, asking).answer(ITEM)
    page.get_by_role("button", name="Übersicht").or_(page.get_by_role("button", name="Weiter zur Übersicht")).click()
    expect(page.get_by_text("9 Fragen sind noch offen")).to_be_visible()
    page.get_by_role("button", name="Trotzdem abgeben").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 von 10 Punkten")
    judged = page.locator(".review", has_text=ITEM.stem_html).locator(".remark__chosen")
    assert judged.all_inner_texts() == [
        "Das gilt. → trifft zu",
        "Das gilt nicht. → trifft nicht zu",
        "Auch das gilt. → trifft zu",
        "Das war einmal. → trifft nicht zu",
    ]
    context.close()


@pytest.mark.parametrize("colours", ["none", "active"])
def test_its_page_is_in_order_for_axe_and_on_the_narrowest_screen(browser: Browser, question: str, colours: str) -> None:
    context = browser.new_context(locale="de-DE", bypass_csp=True, forced_colors=colours)  # type: ignore[arg-type]
    page = context.new_page()
    begin(page, question)
    assert faults(page) == []
    context.close()
