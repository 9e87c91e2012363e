"""A quiz with a time limit and an extension in a real Chromium, from the instructor's setting to the end of the time.

Nobody sleeps: the application's clock and the browser's are moved together.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from werkzeug.serving import make_server

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Role, Visitor
from lti_tool.models.database import open_database
from tests.browser.learner import Learner
from tests.browser.test_accessibility import faults
from tests.learning.conftest import M1
from tests.workbook.cast import MONDAY, Course
from tests.workbook.site import a_site

pytestmark = pytest.mark.browser


class Clock:
    """One clock for the application and for the participant's pages."""

    def __init__(self, context: BrowserContext) -> None:
        self.moment = MONDAY
        self._pages = context.clock
        self._pages.install(time=self.moment)

    def move(self, minutes: int) -> None:
        self.moment += timedelta(minutes=minutes)
        self._pages.fast_forward(minutes * 60_000)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """The participant's browser; past the pages' policy, so that axe can look at them."""
    context = browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 900}, bypass_csp=True)
    yield context
    context.close()


@pytest.fixture
def clock(context: BrowserContext) -> Clock:
    return Clock(context)


@pytest.fixture
def people(sqlite_url: str) -> Iterator[dict[str, Visitor]]:
    database = open_database(sqlite_url)
    with database.write.begin() as session:
        course = Course(session)
        found = {"anna": course.person("Anna Krüger"), "petra": course.person("Petra Sommer", Role.INSTRUCTOR)}
    yield found
    database.close()


@pytest.fixture
def address(sqlite_url: str, tmp_path: Path, people: dict[str, Visitor], programme: Programme, clock: Clock) -> Iterator[str]:
    app = a_site(sqlite_url, tmp_path, people, programme=programme, now=lambda: clock.moment)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_time_limit_with_extension(
    browser: Browser, context: BrowserContext, address: str, people: dict[str, Visitor], programme: Programme, clock: Clock
) -> None:
    # Each has a computer of their own: one browser ends the visits of the person before.
    petra, anna = browser.new_page(locale="de-DE"), context.new_page()

    petra.goto(f"{address}/enter/petra?to=/course/settings")
    petra.get_by_label("Zeit für eine Lernerfolgskontrolle").fill("30")
    petra.get_by_role("button", name="Speichern").click()
    petra.get_by_role("link", name="Anna Krüger").click()
    petra.get_by_label("Verlängerung als Nachteilsausgleich").select_option("50")
    petra.get_by_role("button", name="Zeit anpassen").click()
    expect(petra.get_by_text("Die Zeit ist angepasst.")).to_be_visible()

    # Told before it begins, and the end on every page.
    anna.goto(f"{address}/enter/anna?to=/modules/{M1}/quiz")
    expect(anna.get_by_text("Sie haben 45 Minuten Zeit.")).to_be_visible()
    found = faults(anna)
    anna.get_by_role("button", name="Versuch 1 von 3 beginnen").click()
    expect(anna.get_by_text("Abgabe bis 11:15 Uhr · noch 45 Minuten")).to_be_visible()
    found += faults(anna)
    learner = Learner(anna, programme)
    module = programme.modules[0]
    learner.answer(learner.item_on_screen(module))
    anna.get_by_role("button", name="Weiter").click()
    expect(anna.get_by_role("heading", level=1, name="Frage 2 von 10")).to_be_visible()

    # The page counts by itself and speaks up only at ten, five and one minute.
    said = anna.locator("[data-announced]")
    clock.move(minutes=20)
    expect(anna.locator("[data-remaining]")).to_have_text(re.compile("noch 2[45] Minuten"))
    expect(said).to_have_text("")
    clock.move(minutes=20)
    expect(said).to_have_text(re.compile("noch [45] Minuten"))

    # More time during the attempt counts at once.
    petra.get_by_label("Verlängerung als Nachteilsausgleich").select_option("100")
    petra.get_by_role("button", name="Zeit anpassen").click()
    expect(petra.get_by_text("Die Zeit ist angepasst.")).to_be_visible()
    anna.reload()
    expect(anna.get_by_text("Abgabe bis 11:30 Uhr")).to_be_visible()

    # What is answered and not yet sent when the time ends is saved, and the attempt handed in.
    learner.answer(learner.item_on_screen(module))
    clock.move(minutes=20)
    expect(anna.get_by_role("heading", level=1, name="Noch nicht bestanden: 2 von 10 Punkten")).to_be_visible()
    expect(anna.get_by_text("Abgegeben wurde, was bis 11:30 Uhr gespeichert war.")).to_be_visible()
    found += faults(anna)
    assert found == []
    petra.close()
