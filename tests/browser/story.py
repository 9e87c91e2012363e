"""The whole story as steps in a real browser: launch, learn, score in the gradebook, certificate, a stranger verifies."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from lti_tool.domain.content.programme import Programme
from tests.browser.learner import Learner
from tests.installation import Installation

# The playground's second participant.
LEARNER = "participant02"
LEARNER_NAME = "Mehtap Yıldırım-Kranz"


def sign_in(page: Page, installation: Installation, name: str) -> None:
    """Choose who one is in the playground."""
    page.goto(installation.lms_url)
    page.get_by_role("button", name=name).click()
    page.wait_for_url("**/course")


def activity_id(installation: Installation, module_slug: str) -> int:
    return next(int(each.id) for each in installation.lms.activities if each.custom.get("module") == module_slug)


def tool_frame(page: Page, installation: Installation) -> Frame:
    """Give the embedded tool once its launch has come to rest on a page.

    A frame locator asked during the launch keeps waiting for good: the frame changes its process twice on the way.
    """
    for _ in range(200):
        frame = next((each for each in page.frames if each.url.startswith(f"{installation.tool_url}/modules")), None)
        if frame is not None:
            frame.wait_for_load_state()
            return frame
        page.wait_for_timeout(100)
    raise AssertionError(f"the frame shows {[each.url for each in page.frames]}")


def let_frames_rest(page: Page) -> None:
    """Wait until no frame has gone anywhere for a second; only then may a frame locator be asked (see `tool_frame`)."""
    seen, at_rest_since = list[str](), 0
    for tenth in range(300):
        present = [each.url for each in page.frames]
        if present != seen:
            seen, at_rest_since = present, tenth
        elif len(present) > 1 and "about:blank" not in present and tenth - at_rest_since >= 10:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the frames do not come to rest: {seen}")


def from_launch_to_verified_certificate(
    browser: Browser, context: BrowserContext, installation: Installation, programme: Programme
) -> None:
    """Go through all five modules in a new window, see the scores arrive, hold a certificate, let a stranger verify it."""
    page = context.new_page()
    sign_in(page, installation, LEARNER_NAME)
    for module in programme.modules:
        page.goto(f"{installation.lms_url}/launch/{activity_id(installation, module.slug)}?target=window")
        expect(page.get_by_role("heading", level=1)).to_have_text(module.title)
        learner = Learner(page, programme)
        learner.read_all_lessons(module)
        page.get_by_role("link", name="Lernerfolgskontrolle").first.click()
        learner.pass_quiz(module, wrong=1)
        expect(page.get_by_text("9 von 10 Punkten").first).to_be_visible()
    _scores_arrive(page, installation, programme)
    a_stranger_verifies(browser, installation, certificate_of(page), LEARNER_NAME)


def _scores_arrive(page: Page, installation: Installation, programme: Programme) -> None:
    last = programme.modules[-1]
    eventually(page, lambda: installation.lms.grade(LEARNER, last.slug) is not None)
    for module in programme.modules:
        grade = installation.lms.grade(LEARNER, module.slug)
        assert grade is not None
        assert (grade.score, grade.maximum) == (90, 100)
    page.get_by_role("link", name="Module").first.click()
    expect(page.get_by_text(re.compile("In der Bewertungsübersicht Ihres Kurses seit")).first).to_be_visible()


def certificate_of(page: Page | Frame) -> str:
    """Take the certificate home as a PDF and read its code from the page."""
    page.get_by_role("link", name="Meine Nachweise").click()
    with (page.page if isinstance(page, Frame) else page).expect_download() as started:
        page.get_by_role("link", name=re.compile("PDF")).first.click()
    assert started.value.path().read_bytes().startswith(b"%PDF-1.7")
    found = re.search(r"(?:[0-9A-Z]{4}-){6}[0-9A-Z]{3}", page.inner_text("main"))
    assert found is not None
    return found[0]


def a_stranger_verifies(browser: Browser, installation: Installation, code: str, name: str) -> None:
    """Look a certificate up in a browser that knows nothing."""
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    page.goto(f"{installation.tool_url}/verify")
    page.get_by_role("textbox").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="Prüfen", exact=True).click()
    expect(page.get_by_text(name).first).to_be_visible()
    expect(page.get_by_text("gültig").first).to_be_visible()
    context.close()


def eventually(page: Page, is_so: Callable[[], bool]) -> None:
    """Wait until something is so at the platform."""
    for _ in range(200):
        if is_so():
            return
        page.wait_for_timeout(100)
    raise AssertionError("did not happen within twenty seconds")
