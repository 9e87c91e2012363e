"""Proof-reads a programme folder: everything that docs/authoring.md and the style guide ask for, with file and line."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

from lti_tool.domain.content.programme import Module
from lti_tool.programme.checks.check_cases import check_cases
from lti_tool.programme.checks.check_giveaways import check_giveaways
from lti_tool.programme.checks.check_lesson import check_lesson
from lti_tool.programme.checks.check_markup import check_markup
from lti_tool.programme.checks.check_pool import check_pool
from lti_tool.programme.checks.check_practice import check_practice
from lti_tool.programme.checks.check_style import check_style
from lti_tool.programme.checks.check_surveys import check_surveys
from lti_tool.programme.checks.check_words import check_words
from lti_tool.programme.checks.targets import Targets
from lti_tool.programme.formats.findings import Finding, ProgrammeError
from lti_tool.programme.parts.downloads import check_downloads
from lti_tool.programme.parts.facilitation import check_packs
from lti_tool.programme.parts.media import check_media
from lti_tool.programme.parts.module_folder import ReadModule
from lti_tool.programme.reader import Reading, read

_MOST_SUMMARY_CHARACTERS = 200
_DIMENSIONS = 8
_LEVELS = 5


def check(folder: Path, *, today: date | None = None) -> list[Finding]:
    """Proof-read a folder and give the findings by file and line.

    Args:
        today: Lessons due for review by then are reported; None: this is not looked at.
    """
    try:
        reading = read(folder)
    except ProgrammeError as err:
        return list(err.findings)
    return proof_read(reading, today=today)


def proof_read(reading: Reading, *, today: date | None = None) -> list[Finding]:
    """Proof-read a folder that was read; see `check`."""
    findings = reading.findings
    _check_programme(reading)
    check_words(reading, reading.head.texts("known_words", ()))
    targets = _targets(reading)
    for entry in reading.modules:
        _check_module(entry)
        for lesson in entry.lessons:
            check_lesson(lesson, entry.module, reading.programme, targets, findings, today=today)
        check_style(entry)
        check_markup(entry, targets)
        check_practice(entry)
        check_packs(entry.packs, entry.module.live_sessions, entry.head, findings)
        check_pool(entry, reading.programme.assessment, findings)
    check_media([clip for entry in reading.modules for lesson in entry.lessons for clip in lesson.clips], findings)
    check_giveaways(reading)
    check_cases(reading, targets, today)
    check_downloads(reading.downloads, targets.lessons, findings)
    check_surveys(reading.surveys, findings)
    return sorted(
        dict.fromkeys(findings.found), key=lambda finding: (finding.file, finding.line, finding.severity, finding.sentence)
    )


def _targets(reading: Reading) -> Targets:
    programme = reading.programme
    return Targets(
        terms=frozenset(programme.terms),
        lessons=frozenset(programme.lessons_by_code),
        cases=frozenset(study.id for study in programme.library.studies),
        downloads=frozenset(download.id for download in programme.downloads),
    )


def _check_programme(reading: Reading) -> None:
    programme, findings = reading.programme, reading.findings
    _check_version(reading)
    _check_order(reading)
    # A programme may go without; one that has it keeps to what its pages and reports show.
    if programme.dimensions and (len(programme.dimensions) != _DIMENSIONS or len(programme.dimension_levels) != _LEVELS):
        findings.warning("reifegrad.toml", 1, f"Der Reifegrad hat acht Dimensionen mit je fünf Stufen, hier sind es "
                         f"{len(programme.dimensions)} mit je {len(programme.dimension_levels)}.")  # fmt: skip
    taken: dict[str, str] = {}
    for entry in reading.modules:
        for chapter in entry.module.practice.chapters if entry.module.practice else ():
            for field in chapter.fields:
                if field.id in taken:
                    file = entry.head.file.replace("module.toml", "practice.toml")
                    findings.error(
                        file, 1, f"Das Feld „{field.id}“ gibt es schon in {taken[field.id]}; jede id kommt einmal vor."
                    )
                taken.setdefault(field.id, f"Kapitel {chapter.number}")


def _check_version(reading: Reading) -> None:
    """Who moves a course to a version decides by its change note; certificates name it for ever."""
    programme, head, findings = reading.programme, reading.head, reading.findings
    line = head.line_of("version")
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z.-]{0,19}", programme.version):
        findings.error(
            head.file, line, f"Die Version „{programme.version}“ besteht aus 1 bis 20 Ziffern, Buchstaben, Punkten und Strichen."
        )
    if programme.change is None or not programme.change.note.strip():
        findings.error(head.file, line, f"Zur Version {programme.version} fehlt eine Änderungsnotiz [[change]].")
    elif programme.change.on < max(change.on for change in programme.changes):
        findings.error(head.file, line, f"Die Version {programme.version} ist nicht die jüngste der Änderungsnotizen.")
    for version, times in Counter(change.version for change in programme.changes).items():
        if times > 1:
            findings.error(head.file, line, f"Zur Version {version} gibt es mehr als eine Änderungsnotiz.")


def _check_order(reading: Reading) -> None:
    required = [entry.module.number for entry in reading.modules if entry.module.is_required]
    for entry in reading.modules:
        if not entry.module.is_required and required and entry.module.number < max(required):
            entry.head.error("number", "Wahlmodule stehen nach den Modulen, die zum Zertifikat gehören.")
    if not required and reading.modules:
        reading.findings.error("programme.toml", 1, "Es gibt nur Wahlmodule; das Zertifikat braucht mindestens ein anderes.")


def _check_module(entry: ReadModule) -> None:
    module, head = entry.module, entry.head

    def warn(key: str, sentence: str) -> None:
        entry.findings.warning(head.file, head.line_of(key), sentence)

    if not head.file.startswith(f"{module.number}-"):
        head.error("number", f"Die Nummer {module.number} passt nicht zum Namen des Ordners.")
    if len(module.summary) > _MOST_SUMMARY_CHARACTERS:
        warn("summary", f"Die Zusammenfassung hat {len(module.summary)} Zeichen; höchstens {_MOST_SUMMARY_CHARACTERS}.")
    if not 4 <= len(module.topics) <= 6:
        warn("topics", f"Die Bescheinigung braucht 4 bis 6 Stichworte; hier sind es {len(module.topics)}.")
    least = _fewest_lessons(module)
    if not least <= len(module.lessons) <= 6:
        kind = "Wahlmodul" if not module.is_required else "Modul" if module.has_exam else "Modul ohne Prüfung"
        warn("number", f"Ein {kind} hat {least} bis 6 Lektionen; hier sind es {len(module.lessons)}.")
    if not module.misconceptions:
        warn("number", "Die häufigen Irrtümer [[misconception]] fehlen.")
    if not module.terms:
        warn("number", "Das Glossar glossary.toml fehlt oder ist leer.")
    if module.practice is None and module.is_required:
        warn("number", "Die Praxisaufgabe practice.toml fehlt.")
    if not module.has_exam and module.practice is None and not any(live.is_required for live in module.live_sessions):
        head.error(
            "exam", "Ein Modul ohne Prüfung braucht eine Praxisaufgabe oder eine Live-Sitzung: Sonst belegt nichts den Abschluss."
        )
    if "fiktives Beispiel" not in module.case_html:
        warn("case", "Der Fall ist nicht als „fiktives Beispiel“ bezeichnet.")


def _fewest_lessons(module: Module) -> int:
    if not module.has_exam:
        # Texts to prepare and to follow up a session; the work itself is written.
        return 2
    return 5 if module.is_required else 4
