"""Journey 36 in a real browser: the preview is open while a lesson is mended, shows what changed, and a version is released."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lti_tool import bootstrap, preflight
from lti_tool.authoring.start_programme import start_programme
from lti_tool.domain.content.pin import Pin
from lti_tool.settings import load_settings
from tests.browser.test_accessibility import faults
from tests.installation import LTI_TOOL

pytestmark = [pytest.mark.browser, pytest.mark.journey]

LESSON = "1-erstes-modul/lessons/1-1-anfang.md"
MENDED = "Beginnen Sie hier mit einer Szene vom Wochenmarkt, die alle kennen."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    start_programme(tmp_path / "probe", "Klima im Rathaus", today=date(2026, 12, 1))
    return tmp_path / "probe"


@pytest.fixture
def environment(folder: Path, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An installation that serves the folder, for its kept versions."""
    values = {
        "LTI_TOOL_DATABASE_URL": sqlite_url,
        "LTI_TOOL_PROGRAMME_DIR": str(folder),
        "LTI_TOOL_DATA_DIR": str(tmp_path / "data"),
        "LTI_TOOL_KEYS_DIR": str(tmp_path / "keys"),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


@contextmanager
def previewed(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """Run the command as an author does, and give the address that it says."""
    process = subprocess.Popen(
        [LTI_TOOL, "programme", "preview", str(folder), "--port", "0"],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[0]
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="de-DE", bypass_csp=True)
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def write(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")


def test_journey_36_an_author_mends_a_lesson_while_looking_at_it_and_releases_a_version(
    page: Page, folder: Path, environment: dict[str, str]
) -> None:
    preflight.keep_content(load_settings())
    with previewed(folder, environment) as address:
        page.goto(address)
        page.get_by_role("link", name="Lektion 1.1").click()
        expect(page.get_by_role("heading", level=1, name="Die erste Lektion")).to_be_visible()

        # The page follows the file, without a click.
        write(folder, LESSON, "Beginnen Sie hier mit einer Szene, die Ihre Leserinnen und Leser kennen.", MENDED)
        expect(page.get_by_text(MENDED)).to_be_visible()

        # A mistake stands beside the text, at its heading; a file that cannot be read is named, and the page comes back.
        write(folder, LESSON, "lektion:1.2", "lektion:9.9")
        preview = page.get_by_role("complementary", name="Vorschau")
        expect(preview.get_by_text("Die Lektion 9.9 gibt es nicht.")).to_be_visible()
        preview.get_by_role("link", name="„Ein Gedanke genauer“").press("Enter")
        write(folder, LESSON, "minutes = 5", "minutes = ")
        expect(page.get_by_text(f"{LESSON}:5")).to_be_visible()
        write(folder, LESSON, "minutes = ", "minutes = 5")
        write(folder, LESSON, "lektion:9.9", "lektion:1.2")
        expect(page.get_by_text(MENDED)).to_be_visible()
        expect(preview.get_by_text("Zu dieser Seite")).to_have_count(0)

        # What changed since the version that the installation has kept, side by side.
        preview.get_by_role("link", name="Was sich geändert hat").click()
        expect(page.get_by_text("Verglichen mit Version 2026.1")).to_be_visible()
        expect(page.locator("ins").filter(has_text="Wochenmarkt")).to_be_visible()
        expect(page.locator("del").filter(has_text="Leserinnen und Leser kennen")).to_be_visible()

    write(folder, "programme.toml", 'version = "2026.1"', 'version = "2026.2"')
    note = '[[change]]\nversion = "2026.2"\ndate = 2026-12-02\nnote = "Neue Szene."\n\n[hours]'
    write(folder, "programme.toml", "[hours]", note)
    preflight.keep_content(load_settings())

    parts = bootstrap.build(load_settings())
    texts = [parts.programme_in(Pin("probe", version)).modules[0].lessons[0].text for version in ("2026.1", "2026.2")]
    parts.database.close()
    assert [MENDED in text for text in texts] == [False, True]


def test_every_page_of_the_preview_is_for_everybody(page: Page, folder: Path, environment: dict[str, str]) -> None:
    write(folder, LESSON, "lektion:1.2", "lektion:9.9")
    found: list[str] = []
    with previewed(folder, environment) as address:
        # The stamp is looked at in the text: a page that loads anew would lose what is measured.
        page.route("**/preview/stamp*", lambda route: route.abort())
        write(folder, "1-erstes-modul/module.toml", "Stadt Musterau", "Stadt Musteraue")
        for place in (
            "",
            "/modules/probe-modul-1",
            "/modules/probe-modul-1/items",
            "/modules/probe-modul-1/examples",
            "/changes",
        ):
            page.goto(address + place)
            found += faults(page)
        page.goto(address.replace("/preview", "/modules/probe-modul-1/lessons/anfang"))
        found += faults(page)
        write(folder, "programme.toml", "slug", "slug =")
        page.goto(address)
        found += faults(page)
    assert found == []


def test_without_a_script_a_link_loads_the_page_anew(browser: Browser, folder: Path, environment: dict[str, str]) -> None:
    context = browser.new_context(locale="de-DE", java_script_enabled=False)
    page = context.new_page()
    with previewed(folder, environment) as address:
        page.goto(address.replace("/preview", "/modules/probe-modul-1/lessons/anfang"))
        write(folder, LESSON, "Beginnen Sie hier mit einer Szene, die Ihre Leserinnen und Leser kennen.", MENDED)
        page.get_by_role("link", name="Neu laden").click()
        expect(page.get_by_text(MENDED)).to_be_visible()
    context.close()
