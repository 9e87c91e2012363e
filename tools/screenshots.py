"""Photograph the main pages at 320, 768 and 1280 px, for looking at them and for the README.

    .venv/bin/python -m tools.screenshots FOLDER

Starts an installation of its own and goes through it as a participant and as an instructor.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from lti_tool import migrations
from lti_tool.keyring import Keyring
from lti_tool.models.database import open_database
from tests.browser.learner import Learner
from tests.browser.story import activity_id, sign_in
from tests.installation import Installation, installed
from tests.run import chromium
from tests.shipped import SHIPPED_FOLDER, read_programme

WIDTHS = (320, 768, 1280)


class Photographer:
    def __init__(self, page: Page, folder: Path) -> None:
        self._page = page
        self._folder = folder
        self._count = 0

    def __call__(self, name: str) -> None:
        """Photograph the present page at each width, and say where it is wider than the window."""
        self._count += 1
        for width in WIDTHS:
            self._page.set_viewport_size({"width": width, "height": 900})
            self._page.screenshot(path=self._folder / f"{self._count:02}-{name}-{width}.png", full_page=True)
            if self._page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                print(f"{name} is wider than {width} px")
        self._page.set_viewport_size({"width": 1280, "height": 900})


def as_participant(page: Page, installation: Installation, shoot: Photographer, images: Path) -> None:
    programme = read_programme(SHIPPED_FOLDER)
    module = programme.modules[0]
    sign_in(page, installation, "Annegret Böttcher")
    shoot("course")
    page.goto(f"{installation.lms_url}/launch/{activity_id(installation, module.slug)}?target=window")
    shoot("module-fresh")
    page.get_by_role("link", name=module.lessons[0].title).first.click()
    shoot("lesson")
    for _ in range(3):
        page.get_by_role("button", name="Als gelesen markieren").click()
        page.wait_for_load_state()
    page.get_by_role("link", name="Modul 1").first.click()
    shoot("module")
    page.set_viewport_size({"width": 1040, "height": 900})
    page.screenshot(path=images / "module.png")
    page.get_by_role("link", name="Lernerfolgskontrolle").first.click()
    shoot("quiz")
    learner = Learner(page, programme)
    page.get_by_role("button", name="beginnen").click()
    for position in range(1, programme.assessment.items + 1):
        page.get_by_role("heading", level=1, name=f"Frage {position} von").wait_for()
        if position > 2:
            learner.answer(learner.item_on_screen(module))
        shoot(f"question-{position}")
        page.get_by_role("button", name="Weiter").click()
    shoot("answers")
    page.get_by_role("button", name="abgeben").click()
    shoot("result")
    for name, link in (("modules", "Module"), ("workbook", "Mein Entwurf"), ("certificates", "Meine Nachweise")):
        page.get_by_role("link", name=link, exact=True).first.click()
        shoot(name)
    page.goto(f"{installation.tool_url}/verify")
    shoot("verify")
    page.goto(f"{installation.tool_url}/modules")
    shoot("no-visit")
    page.goto(f"{installation.lms_url}/gradebook")
    shoot("gradebook")


def as_instructor(page: Page, installation: Installation, shoot: Photographer) -> None:
    page.goto(installation.lms_url)
    page.get_by_role("button", name="Petra").click()
    page.wait_for_url("**/course")
    page.goto(f"{installation.lms_url}/launch/{activity_id(installation, 'grundlagen-und-strategie')}?target=window")
    shoot("module-as-instructor")
    page.get_by_role("link", name="Kurs", exact=True).first.click()
    shoot("course-page")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    images = Path(__file__).parent.parent / "docs" / "images"
    images.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright, chromium() as address:
        if address is None:
            sys.exit("Chromium is missing. Install it with: apt-get install -y chromium")
        work = Path(place)
        (work / "run").mkdir()
        Keyring(work / "keys").new()
        url = f"sqlite:///{work / 'run' / 'tool.sqlite3'}"
        database = open_database(url)
        migrations.upgrade(database.engine)
        database.close()
        with installed(work / "run", url, work / "keys") as installation:
            page = playwright.chromium.connect_over_cdp(address).new_context(locale="de-DE").new_page()
            shoot = Photographer(page, folder)
            as_participant(page, installation, shoot, images)
            as_instructor(page, installation, shoot)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
