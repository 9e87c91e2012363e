"""How days, numbers and hours are printed, in German and English."""

from datetime import date

from lti_tool.domain.documents.certificate import Facts

_MONTHS = {
    "de": ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
_NUMBERS = {
    "de": ["null", "eine", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"],
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
}


def period(facts: Facts) -> tuple[str, str]:
    """Write from when to when, or on which day, something was done: two pieces that a sentence puts together."""
    ended_on = facts.modules[0].completed_on if facts.modules else facts.issued_on
    on, from_, to = {"de": ("am", "vom", "bis zum"), "en": ("on", "from", "to")}[facts.language]
    end = long_date(ended_on, facts.language)
    if facts.began_on is None or facts.began_on >= ended_on:
        return f"{on} ", end
    return f"{from_} {long_date(facts.began_on, facts.language)} ", f"{to} {end}"


def hours_text(facts: Facts) -> str:
    """Write the workload, as an estimate."""
    if facts.language == "en":
        return f"about {facts.hours:g} {'hour' if facts.hours == 1 else 'hours'}"
    return f"ca. {f'{facts.hours:g}'.replace('.', ',')} {'Stunde' if facts.hours == 1 else 'Stunden'}"


def long_date(day: date, language: str = "de") -> str:
    """Write 23. November 2026 or 23 November 2026, kept on one line."""
    return f"{day.day}{'.' if language == 'de' else ''}\u00a0{_MONTHS[language][day.month - 1]}\u00a0{day.year}"


def short_date(day: date, language: str = "de") -> str:
    """Write 23.11.2026, in English 23 Nov 2026: figures alone are read differently here and there."""
    return f"{day:%d.%m.%Y}" if language == "de" else f"{day.day}\u00a0{_MONTHS['en'][day.month - 1][:3]}\u00a0{day.year}"


def number_in_words(number: int, language: str) -> str:
    """Write a small number as a word."""
    words = _NUMBERS[language]
    return words[number] if number < len(words) else str(number)
