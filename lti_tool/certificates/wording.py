"""The certificate's own words. They belong to the document: it reads the same for everyone, whatever language a page has."""

from datetime import date

from lti_tool.domain.certificate import Facts, group_check_code

_MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
_NUMBERS = ("null", "eine", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf")

DOCUMENT_TYPE = "Zertifikat"


def words_for(facts: Facts) -> dict[str, object]:
    """Write every line of a certificate, ready to be placed; the template adds nothing of its own."""
    title = f"{DOCUMENT_TYPE} {facts.programme_title}"
    return {
        "language": "de",
        "region": "DE",
        "document_title": f"{title}: {facts.name}",
        "description": f"{title}, ausgestellt am {long_date(facts.issued_on)} von {facts.issuer_name}",
        "type": DOCUMENT_TYPE,
        "programme": facts.programme_title,
        "name": facts.name,
        "statement": (
            f"hat alle {_in_words(len(facts.modules))} Module bearbeitet, in jedem die Lernerfolgskontrolle bestanden "
            "und das Programm damit abgeschlossen."
        ),
        "columns": ["Nr.", "Modul", "Fassung", "Abschluss am"],
        "rows": [[str(module.number), module.title, module.version, short_date(module.completed_on)] for module in facts.modules],
        "hours_label": "Gesamtumfang",
        "hours": f"ca. {_decimal(facts.hours)} {'Stunde' if facts.hours == 1 else 'Stunden'}",
        "issued_label": "Ausgestellt am",
        "issued_on": long_date(facts.issued_on),
        "issuer_label": "Ausstellende Stelle",
        "issuer": facts.issuer_name,
        "issuer_url": facts.issuer_url,
        "validity": "Dieses Zertifikat wurde maschinell erstellt und ist ohne Unterschrift gültig.",
        "verify_title": "Echtheit prüfen",
        "verify_text": "Ob dieses Zertifikat echt und gültig ist, zeigt diese Seite, ohne Anmeldung:",
        "verify_url": facts.verify_url,
        "verify_form": facts.verify_url.rpartition("/")[0],
        "code_label": "Prüfcode",
        "code": group_check_code(facts.check_code),
        "qr_alt": f"QR-Code: führt zur Prüfseite {facts.verify_url}",
    }


def long_date(day: date) -> str:
    """Write 23. November 2026, kept on one line."""
    return f"{day.day}.\u00a0{_MONTHS[day.month - 1]}\u00a0{day.year}"


def short_date(day: date) -> str:
    """Write 23.11.2026."""
    return f"{day:%d.%m.%Y}"


def _decimal(number: float) -> str:
    return f"{number:g}".replace(".", ",")


def _in_words(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)
