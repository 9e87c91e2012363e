"""The whole story in a real browser, on both databases, in a frame and in a new window."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect
from sqlalchemy import select

from lti_tool import clock
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.items import ITEM_TYPES
from lti_tool.domain.items.choice import ChoiceBase
from lti_tool.domain.people import Role, Visitor
from lti_tool.learning.quiz.start_quiz import start_quiz
from lti_tool.models import User
from tests.browser.learner import Learner
from tests.browser.story import activity_id, from_launch_to_verified_certificate, sign_in, tool_frame
from tests.installation import Installation, installed
from tests.learning.draws import seed_that_draws
from tests.syllabus import taught_in

FILLED_IN = """form => [...new FormData(form)].filter(([name]) => !["csrf_token", "form_key", "seen"].includes(name)).join()"""
pytestmark = [pytest.mark.browser, pytest.mark.journey]


@pytest.fixture
def fresh_installation(database_url: str, tmp_path: Path, keys_folder: Path) -> Iterator[Installation]:
    """An installation of its own, on each engine."""
    with installed(tmp_path, database_url, keys_folder) as running:
        yield running
        print(running.logs())


def test_a_participant_launches_in_a_frame_of_another_site_and_reads(
    context: BrowserContext, installation: Installation, programme: Programme
) -> None:
    page = context.new_page()
    sign_in(page, installation, "Annegret Böttcher")
    page.goto(f"{installation.lms_url}/activity/{activity_id(installation, 'grundlagen-und-strategie')}")
    frame = tool_frame(page, installation)
    module = programme.modules[0]
    expect(frame.get_by_role("heading", level=1)).to_have_text(module.title)
    frame.get_by_role("link", name=module.lessons[0].title).first.click()
    expect(frame.get_by_role("heading", level=1)).to_have_text(module.lessons[0].title)
    frame.get_by_role("button", name="Als gelesen markieren").click()
    expect(frame.get_by_role("heading", level=1)).to_have_text(module.lessons[1].title)
    frame.get_by_role("link", name="Modul 1").first.click()
    expect(frame.get_by_text("5 Lektionen lesen")).to_be_visible()


def test_five_modules_in_a_new_window_lead_to_a_certificate_that_a_stranger_verifies(
    browser: Browser, context: BrowserContext, fresh_installation: Installation, programme: Programme
) -> None:
    from_launch_to_verified_certificate(browser, context, fresh_installation, programme)


def test_a_quiz_goes_on_where_a_killed_browser_left_it(
    browser: Browser, installation: Installation, programme: Programme
) -> None:
    module = programme.modules[3]
    chosen = ["", ""]
    for visit in range(2):
        # A profile of its own each time: nothing but the tool can remember.
        context = browser.new_context(locale="de-DE")
        page = context.new_page()
        sign_in(page, installation, "Jörg Dreßler")
        page.goto(f"{installation.lms_url}/launch/{activity_id(installation, module.slug)}?target=window")
        page.get_by_role("link", name="Lernerfolgskontrolle").first.click()
        page.get_by_role("button", name=re.compile("beginnen|fortsetzen")).click()
        # It goes on with the first question that has no answer yet.
        page.get_by_role("heading", level=1, name=f"Frage {visit + 1} von").wait_for()
        if visit == 0:
            Learner(page, programme).answer(Learner(page, programme).item_on_screen(module))
            page.locator("[data-saved]").get_by_text("gespeichert um").wait_for()
        else:
            page.goto(re.sub(r"/questions/\d+", "/questions/1", page.url))
        # The browser ends without a word: no button, no leaving of the page.
        chosen[visit] = page.locator("form[data-autosave]").evaluate(FILLED_IN)
        if visit == 0:
            with page.expect_event("crash"), suppress(Error):
                page.goto("chrome://crash")
        context.close()
    assert chosen[0] == chosen[1] != ""


def test_every_kind_of_question_is_answered_in_the_browser_and_marked_in_full(
    browser: Browser, installation: Installation, programme: Programme
) -> None:
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    module = programme.modules[1]
    every_kind = seed_that_draws(module, programme, so_that=lambda items: {item.kind for item in items} == set(ITEM_TYPES))
    _go_to_known_questions(page, installation, programme, "Saskia Zöllner", module.slug, seed=every_kind)
    learner, kinds = Learner(page, programme), set()
    for position in range(1, 11):
        page.get_by_role("heading", level=1, name=f"Frage {position} von 10").wait_for()
        item = learner.item_on_screen(module)
        learner.answer(item)
        kinds.add(item.kind)
        page.get_by_role("button", name="Weiter").click()
    page.get_by_role("button", name="abgeben").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("10 von 10 Punkten")
    assert kinds == set(ITEM_TYPES)
    context.close()


def test_two_tabs_that_disagree_about_an_answer_lose_neither(
    browser: Browser, installation: Installation, programme: Programme
) -> None:
    context = browser.new_context(locale="de-DE")
    one = context.new_page()
    module = programme.modules[2]
    a_choice_first = seed_that_draws(module, programme, so_that=lambda items: isinstance(items[0], ChoiceBase))
    _go_to_known_questions(one, installation, programme, "Karl-Heinz Mühlenbrock", module.slug, seed=a_choice_first)
    one.get_by_role("heading", level=1, name="Frage 1 von").wait_for()
    other = context.new_page()
    other.goto(one.url)
    # Each tab chooses something else; the second one does not know of the first.
    one.locator("#choice-0").check()
    one.locator("[data-saved]").get_by_text("gespeichert um").wait_for()
    other.locator("#choice-1").check()
    expect(other.locator("[data-saved]")).to_contain_text("in einem anderen Fenster anders beantwortet")
    other.get_by_role("button", name="Weiter").click()
    expect(other.get_by_role("heading", name="In einem anderen Fenster anders beantwortet")).to_be_visible()
    expect(other.locator("#choice-1")).to_be_checked()
    other.get_by_role("link", name="Die andere Antwort behalten").click()
    expect(other.locator("#choice-0")).to_be_checked()
    context.close()


def test_a_municipality_is_rated_before_and_after_and_both_are_compared(
    browser: Browser, installation: Installation, programme: Programme
) -> None:
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    sign_in(page, installation, "Wiebke Janßen")
    page.goto(f"{installation.lms_url}/launch/{activity_id(installation, programme.modules[0].slug)}?target=window")
    page.get_by_role("link", name="Lernerfolgskontrolle").first.wait_for()
    page.goto(f"{installation.tool_url}/reifegrad?{urlsplit(page.url).query}")
    for name, level in (("Erste Einschätzung", 1), ("Abschließende Einschätzung", 3)):
        page.get_by_role("link", name=f"{name} starten").click()
        for dimension in programme.dimensions:
            page.locator(f"#level-{dimension.number}-{level}").check()
        page.locator("#evidence-1").fill("Beschluss der Stadtverordneten vom 3. Mai")
        page.get_by_role("button", name="Speichern und abschließen").click()
        expect(page.get_by_role("heading", name="Ihre Einschätzung ist gespeichert")).to_be_visible()
    expect(page.locator("figure svg")).to_be_visible()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(len(programme.dimensions))
    expect(rows.first).to_contain_text("+2")
    expect(rows.first).not_to_contain_text("ohne Beleg")
    expect(rows.nth(1)).to_contain_text("ohne Beleg")
    context.close()


def _go_to_known_questions(
    page: Page, installation: Installation, programme: Programme, person: str, module_slug: str, *, seed: int
) -> None:
    """Launch a module as somebody, and go on with an attempt whose draw is known."""
    sign_in(page, installation, person)
    page.goto(f"{installation.lms_url}/launch/{activity_id(installation, module_slug)}?target=window")
    page.get_by_role("link", name="Lernerfolgskontrolle").first.wait_for()
    _begin(installation, programme, module_slug, seed=seed)
    page.get_by_role("link", name="Lernerfolgskontrolle").first.click()
    page.get_by_role("button", name="fortsetzen").click()


def _begin(installation: Installation, programme: Programme, module_slug: str, *, seed: int) -> None:
    """Begin the attempt of whoever launched last with a known draw; the page would draw by chance."""
    database = installation.database
    with database.write.begin() as session:
        person = session.scalars(select(User).order_by(User.id.desc()).limit(1)).one()
        visitor = Visitor(
            user_id=person.id,
            platform_id=person.platform_id,
            registration_id=1,
            deployment_id=1,
            course_id=None,
            resource_link_id=None,
            module_slug=module_slug,
            roles=frozenset({Role.PARTICIPANT}),
            locale="de",
            frame_origin="",
        )
        start_quiz(session, taught_in(session, programme, visitor), visitor, module_slug, seed=seed, now=clock.now())
    database.close()
