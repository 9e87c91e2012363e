"""Make the pictures of docs/moodle.md anew, from the playground and our own pages in a real Chromium.

.venv/bin/python tools/guide_images.py
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import BrowserContext, Locator, Page, sync_playwright  # noqa: E402

from lti_tool import migrations  # noqa: E402
from lti_tool.keyring import Keyring  # noqa: E402
from lti_tool.models.database import open_database  # noqa: E402
from lti_tool.playground.people import ADMINISTRATOR, INSTRUCTOR, PARTICIPANTS, Person  # noqa: E402
from tests.installation import Installation, installed  # noqa: E402
from tests.run import chromium  # noqa: E402

FOLDER = ROOT / "docs" / "images"
WIDTH = 860


def sign_in(page: Page, lms_url: str, person: Person) -> None:
    page.goto(f"{lms_url}/")
    page.locator(f'button[name="person"][value="{person.id}"]').click()


def keep(page: Page, name: str, height: int, *, down_to: Locator | None = None) -> None:
    page.set_viewport_size({"width": WIDTH, "height": height})
    if down_to is not None:
        # A little below it, so that nothing touches the edge.
        down_to.evaluate("element => window.scrollTo(0, element.getBoundingClientRect().bottom + scrollY - innerHeight + 30)")
    page.wait_for_timeout(300)
    page.screenshot(path=str(FOLDER / f"{name}.png"))


def as_administrator(page: Page, made: Installation) -> None:
    sign_in(page, made.lms_url, ADMINISTRATOR)
    page.goto(f"{made.lms_url}/tools")
    page.get_by_label("Registrierungsadresse").fill(made.run("registrations", "invite").strip())
    begin = page.get_by_role("button", name="Registrierung beginnen")
    keep(page, "registrieren-1-adresse", 380, down_to=begin)
    begin.click()
    connect = page.frame_locator("iframe").get_by_role("button", name="Verbinden")
    connect.wait_for()
    keep(page, "registrieren-2-bestaetigen", 890)
    connect.click()
    page.wait_for_url("**/tools")
    release = page.get_by_role("button", name="Freigeben")
    keep(page, "registrieren-3-freigeben", 400, down_to=release)
    release.click()


def as_instructor(page: Page, made: Installation) -> None:
    sign_in(page, made.lms_url, INSTRUCTOR)
    page.goto(f"{made.lms_url}/select/1")
    page.frame_locator("iframe").get_by_role("heading", level=1).wait_for()
    keep(page, "auswahl", 900)
    page.goto(f"{made.lms_url}/activity/{made.lms.activities[0].id}")
    page.frame_locator("iframe").get_by_role("link", name="Verbindung").click()
    page.frame_locator("iframe").get_by_role("heading", name="Verbindung prüfen").wait_for()
    keep(page, "verbindung-pruefen", 900)


def as_participant(page: Page, made: Installation) -> None:
    sign_in(page, made.lms_url, PARTICIPANTS[0])
    page.goto(f"{made.lms_url}/activity/{made.lms.activities[0].id}")
    page.frame_locator("iframe").get_by_role("heading", level=1).wait_for()
    keep(page, "modul", 900)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder, keys = Path(temporary) / "data", Path(temporary) / "keys"
        folder.mkdir()
        Keyring(keys).new()
        url = f"sqlite:///{folder}/tool.sqlite3"
        database = open_database(url)
        migrations.upgrade(database.engine)
        database.close()
        with installed(folder, url, keys) as made, chromium() as address, sync_playwright() as playwright:
            if address is None:
                sys.exit("Chromium is missing. Install it with: apt-get install -y chromium")
            browser = playwright.chromium.connect_over_cdp(address)
            context: BrowserContext = browser.new_context(locale="de-DE", viewport={"width": WIDTH, "height": 900})
            page = context.new_page()
            as_administrator(page, made)
            as_instructor(page, made)
            as_participant(page, made)
            browser.close()


if __name__ == "__main__":
    main()
