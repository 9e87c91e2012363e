"""How the facts of a certificate lie in the database: as JSON, with a format number, readable for decades."""

from datetime import date
from typing import Any

from lti_tool.domain.documents.certificate import CertifiedModule, DocumentKind, Facts
from lti_tool.domain.documents.letterhead import Letterhead, Signatory

# 1: the certificate alone. 2: two kinds of document, letterhead, course, expiry; what 1 lacks has the defaults of `Facts`.
FORMAT = 2


def facts_to_json(facts: Facts) -> dict[str, Any]:
    """Turn facts into what the column `facts` holds."""
    return {
        "format": FORMAT,
        "kind": facts.kind.value,
        "language": facts.language,
        "name": facts.name,
        "title": facts.title,
        "programme_title": facts.programme_title,
        "programme_slug": facts.programme_slug,
        "modules": [
            {
                "number": module.number,
                "title": module.title,
                "version": module.version,
                "completed_on": module.completed_on.isoformat(),
            }
            for module in facts.modules
        ],
        "topics": list(facts.topics),
        "began_on": facts.began_on.isoformat() if facts.began_on else None,
        "is_passed": facts.is_passed,
        "is_tested": facts.is_tested,
        "draft_title": facts.draft_title,
        "course": facts.course,
        "hours": facts.hours,
        "issuer": {"name": facts.issuer_name, "url": facts.issuer_url},
        "signatories": [{"name": signatory.name, "role": signatory.role} for signatory in facts.signatories],
        "note": facts.note,
        "accent": facts.accent,
        "logo": {"sha256": facts.logo_sha256, "alt": facts.logo_alt},
        "issued_on": facts.issued_on.isoformat(),
        "valid_until": facts.valid_until.isoformat() if facts.valid_until else None,
        "check_code": facts.check_code,
        "verify_url": facts.verify_url,
    }


def facts_from_json(stored: dict[str, Any]) -> Facts:
    """Turn the column `facts` back into facts."""
    if stored["format"] not in (1, FORMAT):
        raise ValueError(f"certificate facts of the unknown format {stored['format']}")
    logo = stored.get("logo", {})
    return Facts(
        name=stored["name"],
        programme_title=stored["programme_title"],
        modules=tuple(
            CertifiedModule(module["number"], module["title"], module["version"], date.fromisoformat(module["completed_on"]))
            for module in stored["modules"]
        ),
        hours=stored["hours"],
        issuer_name=stored["issuer"]["name"],
        issuer_url=stored["issuer"]["url"],
        issued_on=date.fromisoformat(stored["issued_on"]),
        check_code=stored["check_code"],
        verify_url=stored["verify_url"],
        language=stored["language"],
        kind=DocumentKind(stored.get("kind", DocumentKind.CERTIFICATE)),
        title=stored.get("title", ""),
        topics=tuple(stored.get("topics", ())),
        began_on=_day(stored.get("began_on")),
        is_passed=stored.get("is_passed", False),
        is_tested=stored.get("is_tested", True),
        draft_title=stored.get("draft_title", ""),
        course=stored.get("course", ""),
        programme_slug=stored.get("programme_slug", ""),
        valid_until=_day(stored.get("valid_until")),
        signatories=tuple(Signatory(each["name"], each["role"]) for each in stored.get("signatories", ())),
        note=stored.get("note", ""),
        accent=stored.get("accent", ""),
        logo_sha256=logo.get("sha256", ""),
        logo_alt=logo.get("alt", ""),
    )


def letterhead_to_json(head: Letterhead) -> dict[str, Any]:
    """Turn a letterhead into JSON, empty fields left out."""
    given = {name: value for name, value in vars(head).items() if value not in ("", None, ())}
    if head.signatories:
        given["signatories"] = [{"name": each.name, "role": each.role} for each in head.signatories]
    return given


def letterhead_from_json(stored: dict[str, Any]) -> Letterhead:
    """Turn JSON (or TOML) back into a letterhead.

    Raises:
        TypeError: it has a field that no letterhead has.
    """
    signatories = tuple(Signatory(each["name"], each.get("role", "")) for each in stored.get("signatories", ()))
    return Letterhead(**{**stored, "signatories": signatories})


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
