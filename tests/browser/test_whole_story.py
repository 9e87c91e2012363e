"""The whole story in a real browser, on both databases, in a frame and in a new window."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, expect
from sqlalchemy import select

from lti_tool import clock
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.programme import (
    Case,
    Cloze,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Programme,
    SingleChoice,
)
from lti_tool.learning.start_quiz import start_quiz
from lti_tool.models import User
from tests.browser.learner import Learner
from tests.browser.story import activity_id, from_launch_to_verified_certificate, sign_in, tool_frame
from tests.installation import Installation, installed

FILLED_IN = """form => [...new FormData(form)].filter(([name]) => !["csrf_token", "seen"].includes(name)).join()"""
# The second module's pool of version 2026.1: the test says so when another pool needs another seed.
_SEED_OF_EVERY_KIND = 10
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
    sign_in(page, installation, "Saskia Zöllner")
    page.goto(f"{installation.lms_url}/launch/{activity_id(installation, module.slug)}?target=window")
    page.get_by_role("link", name="Lernerfolgskontrolle").first.wait_for()
    _begin_with_every_kind(installation, programme, module.slug)
    page.get_by_role("link", name="Lernerfolgskontrolle").first.click()
    page.get_by_role("button", name="fortsetzen").click()
    learner, kinds = Learner(page, programme), set()
    for position in range(1, 11):
        page.get_by_role("heading", level=1, name=f"Frage {position} von 10").wait_for()
        item = learner.item_on_screen(module)
        learner.answer(item)
        kinds.add(type(item))
        page.get_by_role("button", name="Weiter").click()
    page.get_by_role("button", name="abgeben").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("10 von 10 Punkten")
    assert kinds == {SingleChoice, MultipleChoice, Matching, Ordering, Cloze, Numeric, Case}
    context.close()


def _begin_with_every_kind(installation: Installation, programme: Programme, module_slug: str) -> None:
    """Begin the attempt of whoever launched last with a draw that has all seven kinds; the page would draw by chance."""
    database = installation.database
    with database.write.begin() as session:
        person = session.scalars(select(User).order_by(User.id.desc()).limit(1)).one()
        visitor = Visitor(
            user_id=person.id,
            platform_id=person.platform_id,
            registration_id=1,
            deployment_id=1,
            context_id=None,
            resource_link_id=None,
            module_slug=module_slug,
            roles=frozenset({Role.PARTICIPANT}),
            locale="de",
            frame_origin="",
        )
        start_quiz(session, programme, visitor, module_slug, seed=_SEED_OF_EVERY_KIND, now=clock.now())
    database.close()
