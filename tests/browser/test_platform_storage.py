"""A browser that keeps every cookie from a frame of another site: the platform keeps the login, a new window takes over."""

import html
import json
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, Playwright, expect

from lti_tool.playground.people import INSTRUCTOR, PARTICIPANTS
from tests.browser.story import activity_id, let_frames_rest
from tests.browser.test_accessibility import AXE, TAGS
from tests.installation import Installation
from tests.run import chromium

pytestmark = pytest.mark.browser

MODULE = "grundlagen-und-strategie"
# The tool's host within pages of the platform's host: partitioned cookies are blocked there, too (content setting 2).
NO_COOKIES_IN_THE_FRAME = {
    "intl": {"accept_languages": "de-DE,de"},
    "profile": {"content_settings": {"exceptions": {"cookies": {"localhost,127.0.0.1": {"setting": 2}}}}},
}


@pytest.fixture(scope="module")
def without_cookies(_playwright: Playwright) -> Iterator[BrowserContext]:
    """The first profile of a Chromium of its own: contexts made over DevTools do not have its settings."""
    with chromium(NO_COOKIES_IN_THE_FRAME) as address:
        if address is None:
            pytest.skip("Chromium is missing. Install it with: apt-get install -y chromium")
        browser = _playwright.chromium.connect_over_cdp(address)
        browser.contexts[0].set_default_timeout(20_000)
        yield browser.contexts[0]
        browser.close()


def open_activity(context: BrowserContext, installation: Installation, person_id: str) -> Page:
    page = context.new_page()
    page.goto(f"{installation.lms_url}/")
    page.locator(f'button[name="person"][value="{person_id}"]').click()
    page.goto(f"{installation.lms_url}/activity/{activity_id(installation, MODULE)}")
    let_frames_rest(page)
    return page


def violations(frame: Frame) -> list[str]:
    """Give what axe-core finds in a frame; evaluated past the page's policy, which knows no foreign script."""
    frame.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
    result = frame.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    return [violation["id"] for violation in result["violations"]]


@pytest.mark.parametrize("target", ["_parent", "platform_storage"])
def test_the_platform_keeps_the_login_and_one_click_opens_the_module(
    without_cookies: BrowserContext, installation: Installation, target: str
) -> None:
    installation.lms.offer_storage(target)
    without_cookies.clear_cookies()
    page = open_activity(without_cookies, installation, PARTICIPANTS[0].id)
    frame = page.frame_locator('iframe:not([aria-hidden="true"])')
    expect(frame.get_by_text("Ihre Anmeldung haben wir schon geprüft")).to_be_visible()
    inner = next(each for each in page.frames if each.url.startswith(f"{installation.tool_url}/lti/launch"))
    assert violations(inner) == []
    assert not [cookie for cookie in without_cookies.cookies() if cookie["name"].startswith("__Host-")]
    with page.expect_popup() as opened:
        frame.get_by_role("button", name="In neuem Fenster öffnen").click()
    window = opened.value
    expect(window.get_by_role("heading", level=1)).to_contain_text("Grundlagen")
    window.get_by_role("link", name="Meine Nachweise").click()
    expect(window.get_by_role("heading", level=1)).to_contain_text("Nachweise")
    # A second click on the same button lets nobody in.
    with page.expect_popup() as again:
        frame.get_by_role("button", name="In neuem Fenster öffnen").click()
    expect(again.value.get_by_text("Dieser Aufruf wurde schon einmal verwendet.")).to_be_visible()
    for each in (window, again.value, page):
        each.close()


@pytest.mark.parametrize("target", ["", "_parent"])
def test_where_no_answer_comes_the_new_window_begins_the_login_anew(
    without_cookies: BrowserContext, installation: Installation, target: str
) -> None:
    """With a storage that is promised and silent, and with none."""
    installation.lms.offer_storage(target)
    without_cookies.route("**/static/storage.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page = open_activity(without_cookies, installation, INSTRUCTOR.id)
    frame = page.frame_locator("iframe")
    button = frame.get_by_role("button", name="In neuem Fenster öffnen")
    expect(button).to_be_visible()
    expect(frame.get_by_text("In einem eigenen Fenster funktioniert alles wie gewohnt.")).to_be_visible()
    with page.expect_popup() as opened:
        button.click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("Grundlagen")
    opened.value.close()
    page.close()
    without_cookies.unroute("**/static/storage.js")


def own_launch(installation: Installation) -> tuple[dict[str, str], str]:
    """Go as far as an attacker gets with an account of his own: a launch to post, and what the platform kept for it."""
    login = urllib.parse.urlencode({**installation.lms.initiate("participant09", MODULE)}).encode()
    request = urllib.request.Request(f"{installation.tool_url}/lti/login", login, {"Sec-Fetch-Dest": "iframe"})
    try:
        urllib.request.urlopen(request, timeout=20)
    except urllib.error.HTTPError as answer:
        form = re.search(r'<form id="errand"[^>]*>', answer.read().decode())
    assert form is not None
    errand = {name: html.unescape(value) for name, value in re.findall(r'data-([a-z]+)="([^"]*)"', form[0])}
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(errand["next"]).query))
    _, launch = installation.lms.authenticate(query)
    return launch, errand["value"]


@contextmanager
def served(body: str) -> Iterator[str]:
    """Serve one page from an origin of its own. Made up by the browser's DevTools it might not frame this machine's pages."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


ATTACK = """<!doctype html><title>Attack</title>
<form method="post" target="inner">%(fields)s</form><iframe name="inner"></iframe>
<script>
const heard = []
const kept = %(kept)s
addEventListener('message', (event) => {
  heard.push(event.data)
  const {subject, message_id, key} = event.data
  event.source.postMessage({subject: subject + '.response', message_id, key, value: kept}, '*')
})
setInterval(() => frames[0].postMessage({subject: 'lti.get_data.response', message_id: '', key: '', value: kept}, '*'), 100)
document.forms[0].action = %(launch)s
document.forms[0].submit()
</script>"""


def test_an_attackers_page_is_neither_asked_nor_believed(without_cookies: BrowserContext, installation: Installation) -> None:
    """He frames the tool on a page of his own, posts his own launch in the victim's browser and plays the platform's storage."""
    installation.lms.offer_storage("_parent")
    launch, kept = own_launch(installation)
    fields = "".join(f'<input name="{name}" value="{html.escape(value)}">' for name, value in launch.items())
    target = f"{installation.tool_url}/lti/launch"
    body = ATTACK % {"fields": fields, "kept": json.dumps(kept), "launch": json.dumps(target)}
    page = without_cookies.new_page()
    with served(body) as address:
        page.goto(address)
        let_frames_rest(page)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("In einem eigenen Fenster funktioniert alles wie gewohnt.")).to_be_visible()
    assert page.evaluate("heard") == []
    # With the value itself in his form it is no different: it has to come from our own page.
    body = body.replace("</form>", f'<input name="kept_login" value="{html.escape(kept)}"></form>', 1)
    with served(body) as address:
        page.goto(address)
        let_frames_rest(page)
    expect(frame.get_by_text("In einem eigenen Fenster funktioniert alles wie gewohnt.")).to_be_visible()
    expect(frame.get_by_text("Ihre Anmeldung haben wir schon geprüft")).to_have_count(0)
    page.close()
