"""How the facts of a certificate lie in the database: as JSON, with a format number, readable for decades."""

from datetime import date
from typing import Any

from lti_tool.domain.certificate import CertifiedModule, Facts

FORMAT = 1


def facts_to_json(facts: Facts) -> dict[str, Any]:
    """Turn facts into what the column `facts` holds."""
    return {
        "format": FORMAT,
        "language": facts.language,
        "name": facts.name,
        "programme_title": facts.programme_title,
        "modules": [
            {
                "number": module.number,
                "title": module.title,
                "version": module.version,
                "completed_on": module.completed_on.isoformat(),
            }
            for module in facts.modules
        ],
        "hours": facts.hours,
        "issuer": {"name": facts.issuer_name, "url": facts.issuer_url},
        "issued_on": facts.issued_on.isoformat(),
        "check_code": facts.check_code,
        "verify_url": facts.verify_url,
    }


def facts_from_json(stored: dict[str, Any]) -> Facts:
    """Turn the column `facts` back into facts."""
    if stored["format"] != FORMAT:
        raise ValueError(f"certificate facts of the unknown format {stored['format']}")
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
    )
