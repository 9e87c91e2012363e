"""The interface in German and English: which language a request gets, texts, dates and numbers in it.

German is the source: a text's msgid is the German text itself. English comes from translations/en.po, read once at start with
Babel, so that no compiled catalogue can be forgotten.
"""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from flask import Flask, g, has_request_context, request

from lti_tool.domain.words.multilang import in_one_language
from lti_tool.errors import ToolError
from lti_tool.web.failures.refusal_texts import text_of

LANGUAGES = ("de", "en")
COOKIE = "lang"
# The programme is German; its people live by this clock wherever the server stands.
ZONE = ZoneInfo("Europe/Berlin")
_FOLDER = Path(__file__).parent / "translations"


@cache
def _catalogue(language: str) -> dict[str, str]:
    path = _FOLDER / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {str(message.id): str(message.string) for message in catalogue if message.id and message.string and not message.fuzzy}


def language() -> str:
    """Tell the language of the present request: chosen by the person, else by the launch's locale, else by the browser."""
    if not has_request_context():
        return "de"
    if "language" not in g:
        g.language = _choose()
    return str(g.language)


def _choose() -> str:
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return str(wish)
    visitor = g.get("visitor")
    if visitor is not None and visitor.locale:
        # Moodle sends `de`, `en`, but also `de_kids` or `en_us`; other languages than ours get German, the content's language.
        return "en" if visitor.locale.lower().startswith("en") else "de"
    return request.accept_languages.best_match(LANGUAGES, default="de") or "de"


def translate(text: str, **values: Any) -> str:
    """Give a catalogue text in the request's language, with its %(name)s placeholders filled."""
    translated = _catalogue(language()).get(text, text) if language() != "de" else text
    return translated % values if values else translated


def one_language(title: str) -> str:
    """Give what a platform's title says in the request's language, where it says it in several."""
    return in_one_language(title, language())


def in_english(text: str, **values: Any) -> str:
    """Give a catalogue text in English, whatever the request wants: for the command line."""
    translated = _catalogue("en").get(text, text)
    return translated % values if values else translated


def message_of(error: ToolError) -> tuple[str, str]:
    """Give an error's message and next step in the request's language."""
    text = text_of(error)
    return translate(text.message, **text.values), translate(text.next_step, **text.values) if text.next_step else ""


def local(moment: datetime) -> datetime:
    return moment.astimezone(ZONE)


def format_day(day: date | datetime) -> str:
    """Write a date: 23. November 2026, 23 November 2026."""
    if isinstance(day, datetime):
        day = local(day).date()
    return format_date(day, format="d. MMMM y" if language() == "de" else "d MMMM y", locale=language())


def format_time_of_day(moment: datetime) -> str:
    """Write a time: 14:03 Uhr, 14:03."""
    text = format_time(local(moment).time(), format="HH:mm", locale=language())
    return f"{text} Uhr" if language() == "de" else text


def format_moment(moment: datetime) -> str:
    """Write date and time of a moment."""
    return f"{format_day(moment)}, {format_time_of_day(moment)}"


def format_number(value: float, decimals: int = 0) -> str:
    """Write a number with at most `decimals` places: 39.000, 6,3."""
    pattern = "#,##0" + ("." + "#" * decimals if decimals else "")
    return format_decimal(value, format=pattern, locale=language())


def set_up(app: Flask) -> None:
    """Give the templates the words of this module and keep a chosen language in a cookie."""
    app.jinja_env.globals.update(
        _=translate,
        one_language=one_language,
        language=language,
        date=format_day,
        time_of_day=format_time_of_day,
        moment=format_moment,
        number=format_number,
    )

    @app.after_request
    def remember(response: Any) -> Any:
        wish = request.args.get("lang")
        if wish in LANGUAGES and wish != request.cookies.get(COOKIE):
            response.set_cookie(COOKIE, wish, max_age=180 * 86400, secure=True, httponly=True, samesite="None", partitioned=True)
        return response
