"""Figures to try out, through the application and without any script: each works out on the server, and stores nothing."""

import re
from html import unescape

import pytest

from lti_tool.domain.content.programme import Lesson, Module, Programme
from tests.learning import conftest as learning
from tests.learning import test_pages

anna = learning.anna
programme = learning.programme
Browser = test_pages.Browser
app = test_pages.app
browser = test_pages.browser

# Worked out by hand from the data of the figures; the first word of each is the lesson's code.
ASKED = [
    # 9 * 0.8 + 8 * 0.1 + 3 * 0.1 = 8.3; 8 * 0.8 + 7 * 0.1 + 9 * 0.1 = 8.0
    (
        "1.5",
        {"nutzen": "80", "ziel": "10", "machbarkeit": "10"},
        ("Vorn liegt: Digitaler Bauantrag.", "8,3", "gewinnt eine andere"),
    ),
    # 48.000 + 5 * (36.000 + 880 * 50) = 448.000; 60.000 + 5 * (9.000 + 440 * 50) = 215.000
    ("5.3", {"years": "5", "rate": "50"}, ("448.000 €", "215.000 €", "192.000 €", "640.000 €")),
    # One year, no wages: 48.000 + 36.000 = 84.000; 60.000 + 9.000 = 69.000
    ("5.3", {"years": "1", "rate": "0"}, ("84.000 €", "69.000 €")),
    ("3.3", {}, ("Beantwortet: 0.",)),
    ("3.3", {"art": "1"}, ("Beantwortet: 1.", "gegen Entgelt")),
    # Friday, 27 March 2026, 16:30; summer time begins on Sunday: 72 real hours end on Monday at 17:30, 47 on the weekend.
    ("3.4", {"known": "2026-03-27T16:30"}, ("30. März 2026, 17:30 Uhr", "47 Stunden davon", "abgelaufen")),
    ("4.1", {}, ("0 von", "noch keine Stufe")),
    # Below 5: 2, 3, 4, 1. Each column or row with a single one of them gives it away, and then the others.
    ("2.4", {"least": "5", "totals": "yes"}, ("Verdeckt: 4.", "Davon lassen sich berechnen: 4.")),
    ("2.4", {"least": "5"}, ("Verdeckt: 4.", "Davon lassen sich berechnen: 0.")),
]
WRONG = [
    ("1.5", {"nutzen": "-1", "ziel": "x", "machbarkeit": "٣"}, 3),
    ("1.5", {"nutzen": "101"}, 3),
    ("5.3", {"years": "0", "rate": "9999999"}, 2),
    ("3.4", {"known": "9999-12-31T23:59"}, 1),
    ("3.4", {"known": "0001-01-01T00:00"}, 1),
    ("3.4", {"known": "2026-03-27T16:30Z"}, 1),
    ("2.4", {"least": "1"}, 1),
]


def lesson_of(programme: Programme, code: str) -> tuple[Module, Lesson, str]:
    module, lesson = programme.lessons_by_code[code]
    (name,) = re.findall(r'id="rechner-([a-z0-9-]+)"', lesson.body_html)
    return module, lesson, name


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace(" ", " ").split()).replace(" .", ".")


def result_of(text: str, name: str) -> str:
    """Give what stands from the result's heading on."""
    return text[text.index(f'id="result-{name}"') :].partition("</section>")[0]


@pytest.mark.parametrize(("code", "typed", "expected"), ASKED)
def test_a_figure_is_worked_out(
    browser: Browser, programme: Programme, code: str, typed: dict[str, str], expected: tuple[str, ...]
) -> None:
    module, lesson, name = lesson_of(programme, code)
    browser.open(
        f"/modules/{module.slug}/lessons/{lesson.slug}", figure=name, **{f"f.{field}": value for field, value in typed.items()}
    )
    shown = plain(result_of(browser.text, name))
    for words in expected:
        assert words in shown, shown


@pytest.mark.parametrize(("code", "typed", "wrong"), WRONG)
def test_what_cannot_be_used_is_named_and_kept(
    browser: Browser, programme: Programme, code: str, typed: dict[str, str], wrong: int
) -> None:
    module, lesson, name = lesson_of(programme, code)
    page = browser.open(
        f"/modules/{module.slug}/lessons/{lesson.slug}", figure=name, **{f"f.{field}": value for field, value in typed.items()}
    )
    assert page.status_code == 200
    assert browser.text.count('aria-invalid="true"') == wrong
    assert "So lässt sich nichts berechnen" in browser.text
    for value in typed.values():
        assert f'value="{value}"' in browser.text


def test_every_right_place_on_the_ladder_counts(browser: Browser, programme: Programme) -> None:
    module, lesson, name = lesson_of(programme, "4.1")
    figure = module.find_interactive(name)
    assert figure is not None
    typed = {f"f.{situation.id}": situation.step for situation in figure.data.situations}  # type: ignore[union-attr]
    browser.open(f"/modules/{module.slug}/lessons/{lesson.slug}", figure=name, **typed)
    count = len(typed)
    assert f"{count} von {count} stehen auf ihrer Stufe." in plain(result_of(browser.text, name))
    assert "Zu hoch" not in browser.text


def test_every_figure_shows_its_form_and_keeps_its_text(browser: Browser, programme: Programme) -> None:
    found = 0
    for module in programme.modules:
        for lesson in module.lessons:
            for name in re.findall(r'id="rechner-([a-z0-9-]+)"', lesson.body_html):
                figure = module.find_interactive(name)
                assert figure is not None
                browser.open(f"/modules/{module.slug}/lessons/{lesson.slug}")
                assert f'id="figure-{name}"' in browser.text
                assert f'id="result-{name}"' not in browser.text
                assert figure.text_html.strip()[:60] in browser.text
                found += 1
    assert found == 6


def test_a_name_or_value_from_a_stranger_is_only_text(browser: Browser, programme: Programme) -> None:
    module, lesson, name = lesson_of(programme, "3.4")
    path = f"/modules/{module.slug}/lessons/{lesson.slug}"
    browser.open(path, figure=name, **{"f.known": '"><script>alert(1)</script>'})
    assert "<script>alert" not in browser.text
    browser.open(path, figure="../../etc", **{"f.known": "2026-03-27T16:30"})
    assert 'id="result-' not in browser.text
