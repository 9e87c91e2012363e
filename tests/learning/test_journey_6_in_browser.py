"""Journey 6: a number as offices write it, an ordering by keyboard, a matching on a phone, a case in forced colours."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.items import Case, Item, Matching, Numeric, Ordering
from lti_tool.domain.people import Visitor
from lti_tool.models import Attempt
from lti_tool.models.database import open_database
from tests.browser.learner import Learner, plain, shown
from tests.learning.draws import items_drawn, seed_that_draws
from tests.workbook.cast import Course
from tests.workbook.site import a_site

pytestmark = pytest.mark.browser

M3 = "sicherheit-und-datenschutz"
QUIZ = f"/modules/{M3}/quiz"
WANTED = (Numeric, Ordering, Matching, Case)
Screen = Callable[..., Page]


@pytest.fixture
def module(programme: Programme) -> Module:
    found = programme.find_module(M3)
    assert found is not None
    return found


@pytest.fixture
def drawn(module: Module, programme: Programme, monkeypatch: pytest.MonkeyPatch) -> list[Item]:
    """A draw that holds all four types; the application draws it, too."""
    seed = seed_that_draws(module, programme, so_that=lambda items: {type(item) for item in items} >= set(WANTED))
    monkeypatch.setattr("secrets.randbits", lambda _bits: seed)
    return items_drawn(module, programme, seed)


@pytest.fixture
def address(sqlite_url: str, tmp_path: Path, programme: Programme, drawn: list[Item]) -> Iterator[str]:
    database = open_database(sqlite_url)
    with database.write.begin() as session:
        people: dict[str, Visitor] = {"anna": Course(session).person("Anna Krüger")}
    database.close()
    server = make_server("127.0.0.1", 0, a_site(sqlite_url, tmp_path, people, programme=programme), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def screen(browser: Browser, address: str) -> Iterator[Screen]:
    """Give Anna's page of one question, on a computer or on something else."""
    opened: list[BrowserContext] = []

    def open_page(path: str, **options: object) -> Page:
        context = browser.new_context(**({"locale": "de-DE", "viewport": {"width": 1280, "height": 900}} | options))  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        opened.append(context)
        page = context.new_page()
        page.goto(f"{address}/enter/anna?to={path}")
        return page

    yield open_page
    for context in opened:
        context.close()


def saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_contain_text("gespeichert")


def test_journey_6_four_ways_of_answering_and_two_clicks_make_one_attempt(
    screen: Screen, programme: Programme, module: Module, drawn: list[Item], sqlite_url: str
) -> None:
    start = screen(QUIZ)
    start.get_by_role("button", name="Versuch 1 von 3 beginnen").click()
    start.get_by_role("heading", level=1, name="Frage 1 von 10").wait_for()
    places = {kind: next(n for n, item in enumerate(drawn, 1) if isinstance(item, kind)) for kind in WANTED}
    answer_a_number(screen(f"{QUIZ}/1/questions/{places[Numeric]}"), drawn[places[Numeric] - 1])
    order_by_keyboard(screen(f"{QUIZ}/1/questions/{places[Ordering]}"), drawn[places[Ordering] - 1])
    match_on_a_phone(screen, f"{QUIZ}/1/questions/{places[Matching]}", programme, drawn[places[Matching] - 1])
    judge_a_case_in_forced_colours(screen, f"{QUIZ}/1/questions/{places[Case]}", programme, drawn[places[Case] - 1])

    page = screen(f"{QUIZ}/1/questions/1")
    for position in range(1, 11):
        page.get_by_role("heading", level=1, name=f"Frage {position} von 10").wait_for()
        if position not in places.values():
            Learner(page, programme).answer(drawn[position - 1])
        page.get_by_role("button", name="Weiter").click()
    page.get_by_role("heading", level=1, name="Vor dem Abgeben").wait_for()
    expect(page.get_by_text("Alle Fragen sind beantwortet.")).to_be_visible()
    page.get_by_role("button", name="abgeben").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bestanden: 10 von 10 Punkten")

    database = open_database(sqlite_url)
    with database.read() as session:
        (attempt,) = session.scalars(select(Attempt)).all()
    database.close()
    assert (attempt.points, attempt.is_passed) == (10, True)


def answer_a_number(page: Page, item: Item) -> None:
    assert isinstance(item, Numeric)
    field = page.get_by_label("Ihr Ergebnis")
    field.fill("sechzehn")
    field.press("Tab")
    expect(page.locator("[data-saved]")).to_contain_text("Das können wir nicht als Zahl lesen")
    field.fill(f"ca.\u00a0{item.value:g} Std.")
    field.press("Tab")
    expect(page.locator("[data-saved]")).not_to_contain_text("nicht als Zahl")
    saved(page)


def order_by_keyboard(page: Page, item: Item) -> None:
    assert isinstance(item, Ordering)
    steps = [plain(step) for step in item.steps]
    for target, step in enumerate(steps):
        here = order_on(page).index(step)
        if here > target:
            page.locator(".ordering__step").nth(here).get_by_role("button", name="nach oben").focus()
        for _ in range(here - target):
            # The step keeps the keyboard while it goes up.
            page.keyboard.press("Enter")
    assert order_on(page) == steps
    saved(page)
    page.reload()
    assert order_on(page) == steps


def order_on(page: Page) -> list[str]:
    return [shown(text) for text in page.locator(".ordering__text").all()]


def match_on_a_phone(screen: Screen, path: str, programme: Programme, item: Item) -> None:
    assert isinstance(item, Matching)
    page = screen(path, viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True, device_scale_factor=3)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for select_box in page.locator(".match select").all():
        box = select_box.bounding_box()
        assert box is not None
        assert box["height"] >= 24
        assert box["x"] + box["width"] <= 360
    Learner(page, programme).answer(item)
    saved(page)


def judge_a_case_in_forced_colours(screen: Screen, path: str, programme: Programme, item: Item) -> None:
    assert isinstance(item, Case)
    page = screen(path, forced_colors="active")
    right = next(plain(option.html) for option in item.options if option.is_right)
    row = next(row for row in page.locator(".kern-form-check").all() if shown(row.locator("label")) == right)
    choice = row.locator("input")
    before = choice.screenshot()
    Learner(page, programme).answer(item)
    expect(choice).to_be_checked()
    # Without the ring around what has the keyboard.
    page.evaluate("document.activeElement.blur()")
    page.get_by_role("heading", level=1).hover()
    assert choice.screenshot() != before, "what is chosen must be seen without colours of ours"
    saved(page)
