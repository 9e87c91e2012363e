"""A lesson page is light: under 100 KB at the first visit (fonts apart) and little work for the server."""

import re
import sys
from html import unescape
from types import FrameType

import pytest

from lti_tool.domain.content.programme import Programme
from tests.learning import test_pages

Browser = test_pages.Browser
app = test_pages.app
browser = test_pages.browser
FILES = re.compile(r'<(?:link rel="(?:stylesheet|icon)" href|script src|img src)="([^"]+)"')


@pytest.fixture
def longest(programme: Programme) -> str:
    module, lesson = max(
        ((module, lesson) for module in programme.modules for lesson in module.lessons), key=lambda pair: len(pair[1].body_html)
    )
    return f"/modules/{module.slug}/lessons/{lesson.slug}"


def test_the_first_visit_transfers_less_than_100_kb(browser: Browser, longest: str) -> None:
    browser.open(longest)
    files = [unescape(address) for address in FILES.findall(browser.text)]
    assert len(files) >= 5
    transferred = len(browser.page.data)
    for address in files:
        answer = browser._client.get(address, base_url="https://localhost", headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        transferred += len(answer.data)
    assert transferred < 100_000


def test_a_visit_takes_less_than_30000_function_calls(browser: Browser, longest: str) -> None:
    browser.open(longest)
    address = browser.page.request.url
    calls = 0

    def count(_frame: FrameType, event: str, _what: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    # What is counted instead of a time is the same on every machine, whoever else works on it.
    sys.setprofile(count)
    try:
        assert browser._client.get(address).status_code == 200
    finally:
        sys.setprofile(None)
    # Measured: 23,700 calls, 5 ms on a quiet machine. The test client's own share is in it.
    assert calls < 30_000
