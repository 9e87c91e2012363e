"""The forms' page and files through the application, without any script."""

import io
import re
import zipfile
from html import unescape

import pytest

from lti_tool.domain.content.programme import Programme
from lti_tool.downloads.make_download import MEDIA_TYPES
from tests.learning import conftest as learning
from tests.learning import test_pages

anna = learning.anna
programme = learning.programme
Browser = test_pages.Browser
app = test_pages.app
browser = test_pages.browser


def test_every_form_is_listed_and_comes_as_the_file_that_its_link_names(browser: Browser, programme: Programme) -> None:
    browser.open("/downloads")
    links = re.findall(r'href="(/downloads/[a-z0-9-]+\?[^"]*)" download="([^"]+)"', browser.text)
    assert [name for _, name in links] == [download.file_name for download in programme.downloads]
    for (address, name), download in zip(links, programme.downloads, strict=True):
        assert download.summary in unescape(browser.open("/downloads").get_data(as_text=True))
        page = browser.get(unescape(address))
        assert page.content_type == MEDIA_TYPES[download.ending]
        assert page.headers["Content-Disposition"] == f"attachment; filename={name}"
        assert zipfile.is_zipfile(io.BytesIO(page.get_data()))


def test_who_has_the_file_is_not_sent_it_again(browser: Browser) -> None:
    page = browser.open("/downloads/beschlussvorlage")
    tag = page.headers["ETag"]
    again = browser._client.get(page.request.url, headers={"If-None-Match": tag}, base_url="https://localhost")
    assert (again.status_code, again.get_data()) == (304, b"")
    other = browser._client.get(page.request.url, headers={"If-None-Match": 'W/"other"'}, base_url="https://localhost")
    assert other.status_code == 200
    assert browser.open("/downloads/lebenszykluskosten").headers["ETag"] != tag


@pytest.mark.parametrize("name", ["nothing", "beschlussvorlage.odt", "topics", "%2e%2e"])
def test_a_form_that_is_not_there_says_where_all_are(browser: Browser, name: str) -> None:
    assert browser.open(f"/downloads/{name}").status_code == 404


def test_links_in_lessons_and_tasks_lead_to_the_file(browser: Browser, programme: Programme) -> None:
    linking = [
        (module, lesson) for module in programme.modules for lesson in module.lessons if 'href="vorlage:' in lesson.body_html
    ]
    assert linking
    for module, lesson in linking:
        browser.open(f"/modules/{module.slug}/lessons/{lesson.slug}")
        for name in re.findall(r'href="vorlage:([a-z0-9-]+)"', lesson.body_html):
            assert f'href="/downloads/{name}?v=' in browser.text
        assert 'href="vorlage:' not in browser.text
    module, lesson = linking[0]
    browser.open(f"/modules/{module.slug}/lessons/{lesson.slug}")
    assert "Vorlagen zu dieser Lektion (" in browser.text
    browser.open(f"/modules/{module.slug}")
    assert 'href="/downloads?' in browser.text
