"""From nothing to five modules, launches, scores, and on with other keys: on Moodle's profile and on that of Open edX.

Moodle registers by one address and places all modules in one step. In Open edX each component is connected by hand and shows the
one content that was chosen for it; the first is held until an operator approves it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool import clock
from lti_tool.domain.content.programme import Module, Programme
from lti_tool.keyring import Keyring
from lti_tool.lti.ports import DeploymentStanding
from lti_tool.models import PlatformKeySet, User
from lti_tool.platforms.registering.deployments import approve_deployment, list_deployments
from lti_tool.platforms.registering.invite_platform import invite_platform
from lti_tool.platforms.registering.proposals import approve_proposal, list_proposals
from lti_tool.playground import Playground
from lti_tool.playground.people import ADMINISTRATOR, INSTRUCTOR, PARTICIPANTS
from lti_tool.playground.server import serve_in_thread
from tests.browser.story import let_frames_rest
from tests.installation import Installation
from tests.passback.school import tell_everywhere
from tests.shipped import SHIPPED_FOLDER, read_programme

pytestmark = [pytest.mark.browser, pytest.mark.journey]

LEARNER = PARTICIPANTS[2]


@pytest.fixture(scope="module")
def programme() -> Programme:
    """Without electives: what a course learns with that has placed none."""
    return read_programme(SHIPPED_FOLDER).offering(frozenset())


@pytest.fixture
def moodle() -> Iterator[Playground]:
    """A platform that has never heard of the tool."""
    lms = Playground("http://127.0.0.1:0")
    with serve_in_thread(lms):
        yield lms


@pytest.fixture
def open_edx(installation: Installation) -> Iterator[Playground]:
    """A course with five LTI components, as an author has made them in Studio from our addresses."""
    lms = Playground("http://127.0.0.1:0", profile="open-edx")
    with serve_in_thread(lms):
        for number in range(1, 6):
            component = f"component-{number}"
            lms.register_tool(installation.tool_url, client_id=f"client-{number}", deployment_id=component, with_modules=False)
            lms.add_activity(f"Baustein {number}", tool_id=component)
        yield lms


def sign_in(page: Page, lms: Playground, person_id: str) -> None:
    page.goto(f"{lms.issuer}/")
    page.locator(f'button[name="person"][value="{person_id}"]').click()
    page.wait_for_url("**/course")


def launch_each(page: Page, lms: Playground, modules: tuple[Module, ...]) -> None:
    """Open activities in their frame and see the module that each stands for."""
    sign_in(page, lms, LEARNER.id)
    activities = {activity.custom["module"]: activity.id for activity in lms.activities}
    for module in modules:
        page.goto(f"{lms.issuer}/activity/{activities[module.slug]}")
        let_frames_rest(page)
        expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_have_text(module.title)


@contextmanager
def changing(installation: Installation) -> Iterator[Session]:
    """Change the installation's database as an operator's command does, without starting a process for it."""
    database = installation.database
    with database.write.begin() as session:
        yield session
    database.close()


def scores_arrive(page: Page, installation: Installation, lms: Playground, programme: Programme, score: int) -> None:
    """Let the outbox send a score for each module, and see them where the participant looks for them: in the course."""
    with changing(installation) as session:
        user = session.scalars(select(User.id).where(User.sub == lms.person(LEARNER.id).id).order_by(User.id.desc())).first()
        assert user is not None
        for module in programme.modules:
            tell_everywhere(session, user, module.slug, score, now=clock.now())
    for _ in range(100):
        page.goto(f"{lms.issuer}/gradebook")
        if page.get_by_text(f"{score} / 100").count() == 5:
            return
        page.wait_for_timeout(200)
    raise AssertionError(page.inner_text("main"))


def change_all_keys(page: Page, installation: Installation, lms: Playground) -> None:
    """Give tool and platform new keys.

    A day of waiting is skipped (a key's age stands in its name), and the half minute in which a platform is not asked twice.
    """
    folder = Path(installation.environment["LTI_TOOL_KEYS_DIR"])
    known, old = set(folder.glob("*.pem")), Keyring(folder).signing_kid()
    assert old is not None
    installation.run("keys", "new")
    (new,) = set(folder.glob("*.pem")) - known
    new.rename(folder / f"2026010{len(known)}T000000{new.name[15:]}")
    installation.run("keys", "retire", old)
    assert Keyring(folder).signing_kid() != old
    with changing(installation) as session:
        session.execute(update(PlatformKeySet).values(next_fetch_at=None))
    page.goto(f"{lms.issuer}/faults")
    page.get_by_role("button", name="Schlüssel wechseln (alter bleibt veröffentlicht)").click()


def test_moodle_from_nothing_to_scores_and_on_with_other_keys(
    context: BrowserContext, installation: Installation, moodle: Playground, programme: Programme
) -> None:
    page = context.new_page()
    frame = page.frame_locator("iframe")
    sign_in(page, moodle, ADMINISTRATOR.id)
    page.goto(f"{moodle.issuer}/tools")
    page.get_by_label("Registrierungsadresse").fill(
        installation.run("registrations", "invite", "--platform-url", moodle.issuer).strip()
    )
    page.get_by_role("button", name="Registrierung beginnen").click()
    frame.get_by_role("button", name="Verbinden").click()
    page.wait_for_url(re.compile(r"/tools$"))
    page.get_by_role("button", name="Freigeben").click()

    sign_in(page, moodle, INSTRUCTOR.id)
    page.get_by_role("link", name=re.compile("Inhalte auswählen aus")).click()
    frame.get_by_role("button", name="Alle 5 Module einsetzen").click()
    frame.get_by_role("button", name="Speichern und zum Kurs").click()
    expect(page.get_by_text("Modul 5")).to_be_visible()

    launch_each(page, moodle, programme.modules)
    scores_arrive(page, installation, moodle, programme, 70)
    change_all_keys(page, installation, moodle)
    launch_each(page, moodle, programme.modules[:2])
    scores_arrive(page, installation, moodle, programme, 80)


def connect_by_hand(page: Page, installation: Installation, lms: Playground, number: int, deployment_id: str) -> None:
    """Copy what Studio shows into the form behind an invitation."""
    offered = lms.registration(f"component-{number}")
    with changing(installation) as session:
        invite = invite_platform(session, platform_url=offered["issuer"], days=7, now=clock.now())
    page.goto(f"{installation.tool_url}/lti/register/{invite}")
    page.get_by_role("link", name=re.compile("von Hand", re.IGNORECASE)).click()
    page.get_by_label("Software").select_option("open-edx")
    page.get_by_label("Adresse der Lernplattform").fill(offered["issuer"])
    page.get_by_role("button", name="Adressen vorschlagen").click()
    expect(page.get_by_label("Aussteller")).to_have_value(offered["issuer"])
    page.get_by_label("Client-ID").fill(offered["client_id"])
    page.get_by_label("Deployment-ID").fill(deployment_id)
    page.get_by_label("Adresse der Anmeldung").fill(offered["auth_login_url"])
    page.get_by_label("Adresse der Zugriffstoken").fill(offered["token_url"])
    page.get_by_label("Adresse der öffentlichen Schlüssel").fill(offered["jwks_url"])
    page.get_by_role("button", name="Verbinden").click()
    heading = page.get_by_role("heading", level=1)
    if number == 1:
        expect(heading).to_have_text("Die Lernplattform ist verbunden")
        return
    # A further client speaks for the people of the first: the operator says that it is one of the same site.
    expect(heading).to_have_text("Ihre Registrierung wartet auf die Freigabe")
    with changing(installation) as session:
        (waiting,) = list_proposals(session)
        approve_proposal(session, waiting.id, is_production=False, now=clock.now())


def choose(page: Page, frame: FrameLocator, lms: Playground, number: int) -> None:
    page.goto(f"{lms.issuer}/select/component-{number}")
    frame.get_by_role("checkbox", name=re.compile(f"Modul {number}")).check()
    frame.get_by_role("button", name="Auswahl einsetzen").click()
    frame.get_by_role("button", name="Speichern und zum Kurs").click()
    page.wait_for_url(re.compile("/selection/"))


def test_open_edx_from_nothing_to_scores_and_on_with_other_keys(
    context: BrowserContext, installation: Installation, open_edx: Playground, programme: Programme
) -> None:
    page = context.new_page()
    frame = page.frame_locator("iframe")
    for number in range(1, 6):
        connect_by_hand(page, installation, open_edx, number, "" if number == 1 else "1")

    sign_in(page, open_edx, INSTRUCTOR.id)
    page.goto(f"{open_edx.issuer}/select/component-1")
    expect(frame.get_by_text("noch nicht freigegeben")).to_be_visible()
    with changing(installation) as session:
        (held,) = [each for each in list_deployments(session) if each.status == DeploymentStanding.HELD]
        approve_deployment(session, held.registration_id, held.deployment_id, now=clock.now())
    for number in (2, 3, 4, 5):
        choose(page, frame, open_edx, number)
    # The tool's process looks again after five seconds.
    page.wait_for_timeout(2_500)
    choose(page, frame, open_edx, 1)

    launch_each(page, open_edx, programme.modules)
    scores_arrive(page, installation, open_edx, programme, 70)
    change_all_keys(page, installation, open_edx)
    launch_each(page, open_edx, programme.modules[:2])
    scores_arrive(page, installation, open_edx, programme, 80)
