"""The page in Leichte Sprache keeps the rules that a machine can check, says how to get help, and is linked everywhere."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.web.test_legal import Opened, opened  # noqa: F401 - a fixture

# Of the rules of Netzwerk Leichte Sprache: short sentences with one statement, no subordinate clause, no genitive, no foreign
# signs, long words parted by a hyphen.
MOST_WORDS = 10
LONGEST_PART = 14
SUBORDINATE = re.compile(
    r"\b(weil|dass|damit|obwohl|während|nachdem|bevor|sodass|falls|wenn|welche[rsnm]?|deren|dessen|sowie|bzw)\b", re.I
)
GENITIVE = re.compile(r"\b(des|eines|meines|Ihres|dieses) [A-ZÄÖÜ]\w+s\b")
PASSIVE = re.compile(r"\b(wird|werden|wurde|wurden)\b[^.]*\b(ge\w+t|ge\w+en)\b")


def sentences(browser: FlaskClient) -> list[str]:
    page = browser.get("/leichte-sprache?lang=de").get_data(as_text=True)
    main = page[page.index('class="prose prose--easy"') : page.index("</main>")]
    plain = unescape(re.sub(r"<(?!br|/p|/li|/h)[^>]*>", "", main))
    lines = [" ".join(line.split()) for line in re.split(r"<[^>]*>", plain)]
    return [part for line in lines for part in re.split(r"(?<=[.?!]) ", line.partition(">")[2] or line) if part.strip()]


@pytest.fixture
def said(opened: Opened) -> list[str]:  # noqa: F811
    return sentences(opened(contact_email="hilfe@tool.test", enforcement_body="Schlichtungs-Stelle"))


def test_every_sentence_is_short(said: list[str]) -> None:
    assert len(said) > 50
    assert [each for each in said if len(each.split()) > MOST_WORDS] == []


@pytest.mark.parametrize("rule", [SUBORDINATE, GENITIVE, PASSIVE], ids=["subordinate clause", "genitive", "passive"])
def test_sentences_are_plain(said: list[str], rule: re.Pattern[str]) -> None:
    assert [each for each in said if rule.search(each)] == []


def test_a_sentence_makes_one_statement(said: list[str]) -> None:
    assert [each for each in said if "," in each or ";" in each or " (" in each] == []


def test_long_words_are_parted(said: list[str]) -> None:
    words = {part for each in said if "@" not in each for word in re.findall(r"[\wäöüß-]+", each) for part in word.split("-")}
    assert sorted(word for word in words if len(word) > LONGEST_PART) == []


def test_the_page_says_where_help_is(opened: Opened) -> None:  # noqa: F811
    with_address = opened(contact_email="hilfe@tool.test").get("/leichte-sprache").get_data(as_text=True)
    assert "mailto:hilfe@tool.test" in with_address
    assert "Hier können Sie uns schreiben." in opened().get("/leichte-sprache").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/", "/verify", "/privacy", "/no-such-page"])
def test_every_page_leads_there(opened: Opened, path: str) -> None:  # noqa: F811
    assert 'href="/leichte-sprache" lang="de">Leichte Sprache</a>' in opened().get(path).get_data(as_text=True)
