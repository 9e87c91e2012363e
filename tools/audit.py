"""`python -m tools.audit`: ask whether a locked package has a known vulnerability, and say plainly where nobody could be asked.

pip-audit asks PyPI's and then OSV's database. Exit status 0: all packages were asked about and none is known to be vulnerable;
1: at least one is; 3: not audited, no database answered for all of them. So a green 0 is never an unasked question.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
# Of all lock files the one that holds the others' packages, too.
LOCK = ROOT / "requirements-dev.txt"
SERVICES = ("pypi", "osv")
# A network that swallows questions instead of refusing them shall not hold anybody up.
GIVES_UP_AFTER_S = 180
CLEAN, VULNERABLE, NOT_AUDITED = 0, 1, 3


@dataclass(frozen=True)
class Verdict:
    status: int
    lines: tuple[str, ...]


def judge(answers: Mapping[str, Mapping[str, Any] | None]) -> Verdict:
    """Judge by what each service said; None where it could not be reached.

    A vulnerability counts whoever knows of it. Clean takes one service that knew all packages.
    """
    found: list[str] = []
    doubts: list[str] = []
    is_complete = False
    for service, answer in answers.items():
        packages = answer["dependencies"] if answer else ()
        skipped = [package["name"] for package in packages if package.get("skip_reason")]
        if not packages:
            doubts.append(f"{service}: not reached")
        elif skipped:
            doubts.append(f"{service}: nothing said about {len(skipped)} of {len(packages)} packages")
        else:
            is_complete = True
        for package in packages:
            for flaw in package.get("vulns", ()):
                mended = ", ".join(flaw["fix_versions"]) or "no version yet"
                found.append(f"{package['name']} {package['version']}: {flaw['id']}, mended in {mended}")
    if found:
        return Verdict(VULNERABLE, tuple(dict.fromkeys(found)))
    if is_complete:
        return Verdict(CLEAN, ("No known vulnerability in the locked packages.",))
    return Verdict(NOT_AUDITED, ("NOT AUDITED: no vulnerability database answered for all locked packages.", *doubts))


def ask(service: str) -> dict[str, Any] | None:
    """Ask one service about the lock file."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--requirement", str(LOCK)]
    command += ["--vulnerability-service", service, "--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=GIVES_UP_AFTER_S)
        answer: dict[str, Any] = json.loads(done.stdout)
    except (ValueError, subprocess.TimeoutExpired):
        return None
    return answer


def main(ask_one: Callable[[str], Mapping[str, Any] | None] = ask) -> int:
    answers: dict[str, Mapping[str, Any] | None] = {}
    for service in SERVICES:
        answers[service] = ask_one(service)
        verdict = judge(answers)
        if verdict.status != NOT_AUDITED:
            break
    print("\n".join(verdict.lines))
    return verdict.status


if __name__ == "__main__":
    sys.exit(main())
