"""Steps of journeys about documents: somebody who has learned everything, and the paper in a stranger's hand."""

import io
import re
import subprocess
from datetime import datetime
from pathlib import Path

import zxingcpp
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from lti_tool import clock
from lti_tool.domain.content.programme import Programme
from lti_tool.models import Attempt, Completion, LessonProgress, User
from lti_tool.playground.people import Person
from tests.browser.story import activity_id
from tests.installation import Installation

CODE = re.compile(r"(?:[0-9A-Z]{4}-){6}[0-9A-Z]{3}")


def launch(page: Page, installation: Installation, person: Person, module_slug: str) -> None:
    """Open an activity in a window of its own, as somebody of the course, whatever they are called now."""
    page.goto(f"{installation.lms_url}/")
    page.locator(f'button[name="person"][value="{person.id}"]').click()
    page.wait_for_url("**/course")
    page.goto(f"{installation.lms_url}/launch/{activity_id(installation, module_slug)}?target=window")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def learn_everything(installation: Installation, programme: Programme, sub: str, *, at: datetime | None = None) -> None:
    """Leave behind what all five modules leave: the way there is walked in `story.py`, and takes minutes."""
    at = at or clock.now()
    database = installation.database
    with database.write.begin() as session:
        user_id = session.scalars(select(User.id).where(User.sub == sub)).one()
        for module in programme.modules:
            passed = {"points": 9.0, "points_possible": 10, "is_passed": True, "pass_mark_pct": 70}
            session.add(
                Attempt(
                    user_id=user_id,
                    module_slug=module.slug,
                    number=1,
                    seed=1,
                    programme_version=programme.version,
                    started_at=at,
                    submitted_at=at,
                    **passed,
                )
            )
            session.add(
                Completion(user_id=user_id, module_slug=module.slug, programme_version=programme.version, completed_at=at)
            )
            for lesson in module.lessons:
                session.add(
                    LessonProgress(
                        user_id=user_id,
                        module_slug=module.slug,
                        lesson_code=lesson.code,
                        programme_version=programme.version,
                        opened_at=at,
                        completed_at=at,
                    )
                )
    database.close()


def take_home(page: Page, name: str = "Zertifikat") -> tuple[str, bytes]:
    """From „Meine Nachweise“: take the document of this name along, and read its code."""
    panel = page.locator("section.certificate", has=page.get_by_role("heading", name=re.compile(f"^{name}"))).first
    with page.expect_download() as started:
        panel.get_by_role("link", name=re.compile("PDF")).click()
    found = CODE.search(panel.inner_text())
    assert found is not None
    return found[0], started.value.path().read_bytes()


def bad_copy(pdf: bytes, folder: Path) -> Image.Image:
    """Print a document and copy it: coarse, grey, skewed, a coffee stain on the code, black and white in the end."""
    subprocess.run(["pdftoppm", "-r", "150", "-png", "-singlefile", "-", folder / "page"], input=pdf, check=True)
    page = Image.open(folder / "page.png").convert("L")
    mm = page.width / 210
    ImageDraw.Draw(page).ellipse((166 * mm, 258 * mm, 174 * mm, 266 * mm), fill=0)
    page = page.filter(ImageFilter.GaussianBlur(1))
    page = page.rotate(3, fillcolor=255, resample=Image.Resampling.BICUBIC)
    return page.point(lambda grey: 255 if grey > 140 else 0)


def scan(picture: Image.Image) -> str:
    """Hold a telephone's camera over it."""
    kept = io.BytesIO()
    picture.save(kept, "png")
    (found,) = zxingcpp.read_barcodes(Image.open(kept))
    return found.text


def stranger(browser: Browser) -> Page:
    """Somebody who has nothing but the paper."""
    return browser.new_context(locale="de-DE").new_page()
