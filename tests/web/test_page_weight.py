"""What a page weighs on its first visit, as it travels: compressed, with fonts, nothing left out."""
# ruff: noqa: F401, F811

import gzip
import re
from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from lti_tool.models.database import Database, open_database
from tests.certification.conftest import _serving, app, clock, key_server, keyring, parts, platform_key, tool
from tests.certification.platform import TOOL_URL
from tests.certification.tool import Tool

BUDGET_BYTES = 150_000
ASKING_FOR_GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


def get(tool: Tool, address: str, *, accepts: dict[str, str] | None = None) -> TestResponse:
    return tool.browser.get(address, base_url=TOOL_URL, headers=accepts or {})


def test_a_module_page_with_all_it_needs_stays_in_its_budget(tool: Tool) -> None:
    page = get(tool, tool.got_in(tool.launch()), accepts=ASKING_FOR_GZIP)
    html = gzip.decompress(page.data).decode()
    named = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', html))
    # A browser loads the fonts whose letters occur; a German page needs the first file of each weight.
    style = next(each for each in named if "app.css" in each)
    named |= {f"/static/{each}" for each in re.findall(r'url\("([^"]+-latin\.woff2\?h=[0-9a-f]+)"\)', get(tool, style).text)}
    weights = {each: len(get(tool, each, accepts=ASKING_FOR_GZIP).data) for each in named}
    assert sum("latin.woff2" in each for each in weights) == 3
    assert len(page.data) + sum(weights.values()) <= BUDGET_BYTES, weights


def test_fonts_are_named_by_their_hash_and_kept_for_ever(tool: Tool) -> None:
    style = get(tool, "/static/app.css").text
    fonts = re.findall(r'url\("(vendor/kern/[^"]+woff2[^"]*)"\)', style)
    assert len(fonts) == 6
    for font in fonts:
        assert "immutable" in get(tool, f"/static/{font}").headers["Cache-Control"]


def test_a_page_is_compressed_for_whom_asks_and_as_it_is_for_others(tool: Tool) -> None:
    address = tool.got_in(tool.launch())
    plain, small = get(tool, address), get(tool, address, accepts=ASKING_FOR_GZIP)
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.data) < len(plain.data) / 2
    for answer in (plain, small):
        assert "Accept-Encoding" in answer.vary
    assert get(tool, address, accepts={"Accept-Encoding": "gzip;q=0"}).headers.get("Content-Encoding") is None


def test_the_length_of_a_compressed_page_tells_nothing_to_the_byte(tool: Tool) -> None:
    """Against BREACH: the same page has many lengths."""
    address = tool.got_in(tool.launch())
    assert len({len(get(tool, address, accepts=ASKING_FOR_GZIP).data) for _ in range(12)}) > 3
