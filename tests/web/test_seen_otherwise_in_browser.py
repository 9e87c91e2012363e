"""Pages in high contrast and on paper, and buttons and selects as they should look, in a real Chromium."""
# ruff: noqa: F401, F811

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pypdf import PdfReader
from sqlalchemy import select

from lti_tool.models import Completion, WorkbookChapter, WorkbookField, WorkbookVersion
from lti_tool.models.database import Database
from tests.browser.layout import crooked
from tests.web.site import PROGRAMME, Site, database, page, site
from tests.web.two_courses import MODULE, SESSION
from tests.workbook.cast import MONDAY

pytestmark = pytest.mark.browser

PAGES = {
    "participant": ["/modules", f"/modules/{MODULE}", "/workbook", "/workbook/chapters/1", "/certificates", "/reifegrad/before"],
    "instructor": [
        "/course",
        "/course/people/{user_id}",
        f"/course/live/{MODULE}/{SESSION}",
        "/course/settings",
        "/workbook/course",
    ],
    "administrator": ["/course/certificates", "/course/certificates/letterhead", "/course/certificates/revocation"],
}


@pytest.fixture
def in_high_contrast(browser: Browser) -> Iterator[Page]:
    """A browser as it is in a contrast theme of Windows."""
    context = browser.new_context(locale="de-DE", forced_colors="active", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def anna_has_passed(site: Site) -> None:
    with site.world.database.write.begin() as session:
        session.add(Completion(user_id=site.world.ids.user_id, module_slug=MODULE, programme_version="1", completed_at=MONDAY))


def two_versions(site: Site) -> None:
    """Let Anna's first field have a history."""
    with site.world.database.write.begin() as session:
        session.scalars(select(WorkbookChapter)).one().status = "in_progress"
        content = {"rows": [{"vorhaben": "Bürgerportal"}]}
        field = WorkbookField(workbook_id=1, field_id=FIELD.id, version=2, content=content, saved_at=MONDAY)
        session.add(field)
        session.flush()
        for number in range(2):
            session.add(
                WorkbookVersion(
                    workbook_field_id=field.id,
                    content={"rows": [{"vorhaben": f"Fassung {number}"}]},
                    reason="saved",
                    is_closed=True,
                    begun_at=MONDAY,
                    saved_at=MONDAY,
                )
            )


FIELD = next(
    chapter for module in PROGRAMME.modules if module.practice for chapter in module.practice.chapters if chapter.number == 1
).fields[0]


def is_drawn(place: Locator) -> bool:
    """Whether somebody sees anything there: the picture differs from that of the same place with nothing in it."""
    with_it = place.screenshot()
    place.evaluate("(one) => { one.style.opacity = 0; }")
    without_it = place.screenshot()
    place.evaluate("(one) => { one.style.opacity = ''; }")
    return with_it != without_it


@pytest.mark.parametrize("role", PAGES)
def test_buttons_and_selects_look_like_what_they_are(site: Site, page: Page, role: str) -> None:
    two_versions(site)
    history = [f"/workbook/chapters/1/fields/{FIELD.id}/history"] if role == "participant" else []
    found = []
    for path in [*PAGES[role], *history]:
        site.enter(page, path.format(**vars(site.world.ids)), role)
        for width in (360, 768, 1280):
            page.set_viewport_size({"width": width, "height": 640})
            found += [f"{path} at {width}: {problem}" for problem in crooked(page)]
    assert found == []


def test_the_history_offers_its_versions_in_words_side_by_side(site: Site, page: Page) -> None:
    two_versions(site)
    site.enter(page, f"/workbook/chapters/1/fields/{FIELD.id}/history", "participant")
    box = page.get_by_role("button", name="Diese Fassung zurückholen").first.bounding_box()
    assert box is not None
    assert box["width"] > 3 * box["height"]


def test_the_course_table_shows_its_marks_in_high_contrast(site: Site, in_high_contrast: Page) -> None:
    anna_has_passed(site)
    site.enter(in_high_contrast, "/course", "instructor")
    marks = in_high_contrast.locator(".members .kern-icon, .legend .kern-icon")
    expect(marks).not_to_have_count(0)
    for mark in marks.all():
        assert is_drawn(mark)


@pytest.mark.parametrize("role", PAGES)
def test_no_icon_and_no_bar_disappears_in_high_contrast(site: Site, in_high_contrast: Page, role: str) -> None:
    anna_has_passed(site)
    unseen = []
    for path in PAGES[role]:
        site.enter(in_high_contrast, path.format(**vars(site.world.ids)), role)
        for icon in in_high_contrast.locator(".kern-icon:visible, .meter:visible").all():
            if not is_drawn(icon):
                unseen.append(f"{path}: {icon.evaluate('(one) => one.outerHTML')}")
    assert unseen == []


def test_only_the_next_step_is_marked_in_high_contrast(site: Site, in_high_contrast: Page) -> None:
    site.enter(in_high_contrast, f"/modules/{MODULE}", "participant")
    colours = in_high_contrast.locator(".step").evaluate_all(
        "(steps) => steps.map((step) => [step.classList.contains('step--next'), getComputedStyle(step).borderInlineStartColor])"
    )
    of_next = {colour for is_next, colour in colours if is_next}
    of_others = {colour for is_next, colour in colours if not is_next}
    assert len(of_next) == 1
    assert of_next.isdisjoint(of_others)


def test_the_printed_course_page_shows_its_marks(site: Site, page: Page, tmp_path: Path) -> None:
    anna_has_passed(site)
    site.enter(page, "/course", "instructor")
    printed, without = tmp_path / "printed.pdf", tmp_path / "without.pdf"
    # As browsers are set: backgrounds are left out, unless they are meant to stay.
    page.pdf(path=printed, print_background=False)
    page.evaluate("for (const icon of document.querySelectorAll('.members .kern-icon')) icon.style.visibility = 'hidden'")
    page.pdf(path=without, print_background=False)
    assert drawn_on(printed) > drawn_on(without)


def drawn_on(path: Path) -> int:
    """Count what is drawn on the pages of a PDF: shapes filled and pictures placed."""
    count = 0
    for sheet in PdfReader(path).pages:
        content = sheet.get_contents()
        assert content is not None
        count += sum(operator in (b"f", b"f*", b"Do", b"B", b"S") for _, operator in content.operations)
    return count
