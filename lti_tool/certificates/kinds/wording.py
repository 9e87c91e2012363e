"""The words on a document, in German and English. They are printed, so they are fixed here and not translated by a page."""

from lti_tool.certificates.kinds import kind_of
from lti_tool.certificates.kinds.printed import hours_text, long_date, short_date
from lti_tool.domain.documents.certificate import Facts
from lti_tool.domain.documents.check_code import group_check_code

DEFAULT_ACCENT = "#17427a"
_LABELS = {
    "de": {
        "topics_label": "Themen",
        "course_label": "Kurs",
        "draft_label": "Eigener Entwurf",
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
        "topics_label": "Topics",
        "course_label": "Course",
        "draft_label": "Own draft",
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
    """Return the document's heading: the issuer's word for it, or ours."""
    return facts.title or kind_of(facts.kind).names[facts.language]


def document_title(facts: Facts) -> str:
    """Name the document with what it is about, for lists and file properties."""
    return f"{document_type(facts)} {kind_of(facts.kind).about(facts)}"


def statement(facts: Facts) -> str:
    """Write the sentence that follows the name."""
    return kind_of(facts.kind).statement(facts)


def words_for(facts: Facts) -> dict[str, object]:
    """Write every line of a document, ready to be placed; neither the template nor the verification page adds any."""
    labels = _LABELS[facts.language]
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
        "columns": kind_of(facts.kind).columns[facts.language],
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


def _description(facts: Facts, title: str) -> str:
    if facts.language == "en":
        return f"{title}, issued on {long_date(facts.issued_on, 'en')} by {facts.issuer_name}"
    return f"{title}, ausgestellt am {long_date(facts.issued_on)} von {facts.issuer_name}"
