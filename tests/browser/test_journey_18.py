"""Journey 18 in a real browser: a click on a grade in the platform's gradebook opens that person's result, in the frame."""

import re

import pytest
from playwright.sync_api import BrowserContext, expect

from lti_tool.playground.people import INSTRUCTOR, PARTICIPANTS
from lti_tool.playground.state import Grade
from tests.browser.story import activity_id, let_frames_rest, sign_in, tool_frame
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.journey]

MODULE = "technologien-und-daten"


def test_journey_18_from_the_gradebook_to_the_result(context: BrowserContext, installation: Installation) -> None:
    learner, absent = PARTICIPANTS[6], PARTICIPANTS[7]
    page = context.new_page()
    sign_in(page, installation, learner.name)
    page.goto(f"{installation.lms_url}/activity/{activity_id(installation, MODULE)}")
    tool_frame(page, installation)
    column = installation.lms.column(MODULE)
    for person in (learner, absent):
        installation.lms.site.state.grades[f"{column.id}:{person.id}"] = Grade(85.0, None, 1_795_411_800, 1_795_411_800)

    page.goto(f"{installation.lms_url}/gradebook")
    page.get_by_role("link", name="Bewertungsanalyse").click()
    let_frames_rest(page)
    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_contain_text("Technologien")

    sign_in(page, installation, INSTRUCTOR.name)
    page.goto(f"{installation.lms_url}/gradebook")
    page.get_by_role("link", name=re.compile(f"Bewertungsanalyse.*{learner.name}")).click()
    let_frames_rest(page)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_have_text(learner.name)
    expect(frame.get_by_role("heading", name="Modul 2")).to_be_visible()

    page.goto(f"{installation.lms_url}/gradebook")
    page.get_by_role("link", name=re.compile(f"Bewertungsanalyse.*{absent.name}")).click()
    expect(frame.get_by_text("noch kein Ergebnis")).to_be_visible()
    frame.get_by_role("link", name="Kurs", exact=True).first.click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("Wer steht wo?")
