"""Measures what a document costs: badge, typesetting and seal, CPU each, in rounds of 50; memory after many.

.venv/bin/python -m tests.bench.documents [HOW_MANY]
"""

import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from lti_tool.certificates.badges.keys import CredentialKeys
from lti_tool.certificates.badges.open_badge import BadgeIssuer
from lti_tool.certificates.documents.seal import open_seal
from lti_tool.certificates.documents.typeset import typeset
from lti_tool.domain.documents.certificate import CertifiedModule, Facts
from tests.certificates.authority import Identity

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ROUND = 50
FACTS = Facts(
    name="Ayşe Çelik",
    programme_title="Smart-City-Manager:in",
    modules=tuple(
        CertifiedModule(number, f"Modul {number} mit einem Titel", "2026.1", date(2026, 10, number)) for number in range(1, 6)
    ),
    hours=25,
    issuer_name="Musterakademie",
    issuer_url="https://akademie.example",
    issued_on=date(2026, 11, 23),
    check_code="3QF8W2M0TZ6C1RVN5KD7YH9XBGT",
    verify_url="https://tool.example/verify/3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGT",
)


def resident_mb() -> float:
    """Give this process's resident memory."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


PARTS = ("badge", "typeset and attach", "seal")


def main() -> None:
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as folder:
        keys = CredentialKeys(Path(folder), lambda: AT, makes_missing=True)
        badges = BadgeIssuer("https://tool.example", "Musterakademie", "", keys)
        academy = Identity("Siegel", bits=3072)
        seal = open_seal(level="B-B", key_pem=academy.key_pem + academy.certificate_pem)

        def make(number: int, spent: dict[str, float]) -> int:
            facts = replace(FACTS, name=f"Ayşe Çelik {number}")
            moments = [time.process_time()]
            badge = badges.make(facts, status_list=1, status_index=number, issued_at=AT)
            moments.append(time.process_time())
            pdf = typeset(facts, issued_at=AT, credential=badge.json)
            moments.append(time.process_time())
            sealed = seal.apply(pdf, issuer=facts.issuer_name, language=facts.language)
            moments.append(time.process_time())
            for name, begun, ended in zip(PARTS, moments, moments[1:], strict=False):
                spent[name] = spent.get(name, 0.0) + ended - begun
            return len(sealed)

        for number in range(20):
            make(number, {})
        rounds = []
        for number in range(how_many):
            if number % ROUND == 0:
                rounds.append(dict.fromkeys(PARTS, 0.0))
            size = make(number, rounds[-1])
            if number % 1000 == 999:
                print(f"{number + 1:>6} documents  {resident_mb():6.1f} MB resident", flush=True)
    whole = [{name: spent / ROUND * 1000 for name, spent in each.items()} for each in rounds[: how_many // ROUND]]
    for name in PARTS:
        show(name, [each[name] for each in whole])
    show("all", [sum(each.values()) for each in whole])
    show("all without badge", [sum(each.values()) - each["badge"] for each in whole])
    print(f"{size} bytes each, {resident_mb():.0f} MB resident")


def show(name: str, ms: list[float]) -> None:
    """Print what a document cost in the best and in the median round; others use the cores, so the best says most."""
    best, median = min(ms), statistics.median(ms)
    print(f"{name:<20} {best:6.1f} ms CPU (median {median:5.1f})   {1000 / best:6.1f} per second and core")


if __name__ == "__main__":
    main()
