"""The interface in German and English: which language a request gets, texts, dates and numbers in it."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from flask import Flask, g, has_request_context, request

from lti_tool.domain.words.multilang import in_one_language
from lti_tool.errors import ToolError
from lti_tool.web.failures.refusal_texts import text_of
from lti_tool.web.translations import LANGUAGES, catalogue

COOKIE = "lang"
# The programme is German; its people live by this clock wherever the server stands.
ZONE = ZoneInfo("Europe/Berlin")


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
    translated = catalogue(language()).get(text, text) if language() != "de" else text
    return translated % values if values else translated


def one_language(title: str) -> str:
    """Give what a platform's title says in the request's language, where it says it in several."""
    return in_one_language(title, language())


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
