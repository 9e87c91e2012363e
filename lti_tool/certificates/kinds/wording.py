"""The words on a document, in German and English. They are printed, so they are fixed here and not translated by a page."""

from datetime import date

from lti_tool.domain.certificate import DocumentKind, Facts
from lti_tool.domain.check_code import group_check_code

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
_TYPES = {
    "de": {DocumentKind.CERTIFICATE: "Zertifikat", DocumentKind.PARTICIPATION: "Teilnahmebescheinigung"},
    "en": {DocumentKind.CERTIFICATE: "Certificate", DocumentKind.PARTICIPATION: "Confirmation of participation"},
}
DOCUMENT_TYPE = _TYPES["de"][DocumentKind.CERTIFICATE]
DEFAULT_ACCENT = "#17427a"
_LABELS = {
    "de": {
        "columns": ["Nr.", "Modul", "Fassung", "Abschluss am"],
        "columns_participation": ["Nr.", "Modul", "Fassung", "Bearbeitet bis"],
        "topics_label": "Themen",
        "course_label": "Kurs",
        "draft_label": "Eigener Strategie-Entwurf",
        "hours_label": "Gesamtumfang",
        "issued_label": "Ausgestellt am",
        "until_label": "Gültig bis",
        "issuer_label": "Ausstellende Stelle",
        "validity": "Maschinell erstellt und ohne Unterschrift gültig.",
        "verify_title": "Echtheit prüfen",
        "verify_text": "Ob dieses Dokument echt und gültig ist, zeigt diese Seite, ohne Anmeldung:",
        "code_label": "Prüfcode",
        "qr": "QR-Code: führt zur Prüfseite",
        "logo_word": "Logo",
        "credential_description": "Dieser Nachweis als Open Badge 3.0, für Programme",
    },
    "en": {
        "columns": ["No.", "Module", "Edition", "Completed on"],
        "columns_participation": ["No.", "Module", "Edition", "Worked through by"],
        "topics_label": "Topics",
        "course_label": "Course",
        "draft_label": "Own draft strategy",
        "hours_label": "Total workload",
        "issued_label": "Issued on",
        "until_label": "Valid until",
        "issuer_label": "Issued by",
        "validity": "Produced by machine and valid without signature.",
        "verify_title": "Check authenticity",
        "verify_text": "This page tells whether the document is genuine and valid, without login:",
        "code_label": "Check code",
        "qr": "QR code: leads to the verification page",
        "logo_word": "Logo",
        "credential_description": "This document as an Open Badge 3.0, for software",
    },
}


def document_type(facts: Facts) -> str:
    """Give the document's heading: the issuer's word for it, or ours."""
    return facts.title or _TYPES[facts.language][facts.kind]


def document_title(facts: Facts) -> str:
    """Name the document with what it is about, for lists and file properties."""
    if facts.kind is DocumentKind.PARTICIPATION and facts.modules:
        return f"{document_type(facts)} {facts.modules[0].title}"
    return f"{document_type(facts)} {facts.programme_title}"


def words_for(facts: Facts) -> dict[str, object]:
    """Write every line of a document, ready to be placed; neither the template nor the verification page adds any."""
    labels = _LABELS[facts.language]
    is_participation = facts.kind is DocumentKind.PARTICIPATION
    title = document_title(facts)
    return labels | {
        "language": facts.language,
        "region": {"de": "DE", "en": "GB"}[facts.language],
        "document_title": f"{title}: {facts.name}",
        "description": _description(facts, title),
        "type": document_type(facts),
        "programme": facts.programme_title,
        "name": facts.name,
        "statement": statement(facts),
        "columns": labels["columns_participation"] if is_participation else labels["columns"],
        "rows": [
            [str(module.number), module.title, module.version, short_date(module.completed_on, facts.language)]
            for module in facts.modules
        ],
        "topics": list(facts.topics),
        "draft_title": facts.draft_title,
        "course": facts.course,
        "hours": hours_text(facts),
        "issued_on": long_date(facts.issued_on, facts.language),
        "valid_until": long_date(facts.valid_until, facts.language) if facts.valid_until else "",
        "issuer": facts.issuer_name,
        "issuer_url": facts.issuer_url,
        "signatories": [[signatory.name, signatory.role] for signatory in facts.signatories],
        "note": facts.note,
        "accent": facts.accent or DEFAULT_ACCENT,
        "logo_alt": facts.logo_alt or labels["logo_word"],
        "verify_url": facts.verify_url,
        "verify_form": facts.verify_url.rpartition("/")[0],
        "code": group_check_code(facts.check_code),
        "qr_alt": f"{labels['qr']} {facts.verify_url}",
    }


def statement(facts: Facts) -> str:
    """Write the sentence that follows the name."""
    if facts.kind is DocumentKind.CERTIFICATE:
        number = _in_words(len(facts.modules), facts.language)
        if facts.language == "en":
            tested = ", passed the test of each" if facts.is_tested else ""
            return f"has worked through all {number} modules{tested} and thereby completed the programme."
        tested = ", in jedem die Lernerfolgskontrolle bestanden" if facts.is_tested else ""
        return f"hat alle {number} Module bearbeitet{tested} und das Programm abgeschlossen."
    since, until = _period(facts)
    if facts.language == "en":
        passed = ", with the test passed" if facts.is_passed else ""
        return f"took part in the following module of the programme {since}{until}{passed}."
    passed = " mit bestandener Lernerfolgskontrolle" if facts.is_passed else ""
    return f"hat {since}{until} am folgenden Modul des Programms{passed} teilgenommen."


def _period(facts: Facts) -> tuple[str, str]:
    ended_on = facts.modules[0].completed_on if facts.modules else facts.issued_on
    on, from_, to = {"de": ("am", "vom", "bis zum"), "en": ("on", "from", "to")}[facts.language]
    end = long_date(ended_on, facts.language)
    if facts.began_on is None or facts.began_on >= ended_on:
        return f"{on} ", end
    return f"{from_} {long_date(facts.began_on, facts.language)} ", f"{to} {end}"


def _description(facts: Facts, title: str) -> str:
    if facts.language == "en":
        return f"{title}, issued on {long_date(facts.issued_on, 'en')} by {facts.issuer_name}"
    return f"{title}, ausgestellt am {long_date(facts.issued_on)} von {facts.issuer_name}"


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


def _in_words(number: int, language: str) -> str:
    words = _NUMBERS[language]
    return words[number] if number < len(words) else str(number)
