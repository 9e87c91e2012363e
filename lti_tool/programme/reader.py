"""Reads a programme folder into a `Programme`: once per process, at the start."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from lti_tool.domain.programme import (
    AssessmentRules,
    Change,
    Dimension,
    HoursRules,
    Misconception,
    Module,
    PracticeTask,
    Programme,
    Term,
)
from lti_tool.programme.findings import Findings, ProgrammeError
from lti_tool.programme.items import ReadItem, ReadSelfCheck, read_pool, read_self_checks, report_repeated_ids
from lti_tool.programme.lessons import ReadLesson, read_lesson
from lti_tool.programme.live_sessions import read_live_session
from lti_tool.programme.markdown import block
from lti_tool.programme.practice import read_dimensions, read_practice
from lti_tool.programme.term_links import TermFinder
from lti_tool.programme.toml_source import Table, TomlSource

SHIPPED_FOLDER = Path(__file__).parent / "smart_city_manager"


@dataclass
class ReadModule:
    """A module with what proof-reading needs: where each of its parts stands."""

    module: Module
    head: Table
    lessons: list[ReadLesson]
    items: list[ReadItem]
    checks: list[ReadSelfCheck]
    terms: list[tuple[Term, Table]]
    findings: Findings


@dataclass
class Reading:
    """A folder as it was read. `programme` is complete only where `findings` holds no error."""

    programme: Programme
    findings: Findings
    head: Table
    modules: list[ReadModule] = field(default_factory=list)


def read_programme(folder: Path | None = None) -> Programme:
    """Read the programme in `folder`, or the one that is shipped.

    Raises:
        ProgrammeError: something in it cannot be read; names file and line of each mistake.
    """
    reading = read(folder or SHIPPED_FOLDER)
    if reading.findings.has_errors:
        raise ProgrammeError(reading.findings.found)
    return reading.programme


def read(folder: Path) -> Reading:
    """Read a folder and gather every mistake on the way."""
    findings = Findings()
    if not (folder / "programme.toml").is_file():
        findings.error("programme.toml", 1, f"Im Ordner {folder} gibt es keine programme.toml.")
        raise ProgrammeError(findings.found)
    head = _toml(folder / "programme.toml", folder, findings)
    # Heads and glossaries of all modules come first: a lesson may use the terms of any module.
    begun = [
        begun_module
        for path in sorted(folder.iterdir(), key=lambda path: path.name)
        if path.is_dir() and re.match(r"\d+-", path.name)
        for begun_module in [_begin_module(path, folder, findings)]
        if begun_module is not None
    ]
    finder = TermFinder([term for _, _, terms in begun for term, _ in terms])
    modules = [_module(path, folder, findings, module_head, terms, finder) for path, module_head, terms in begun]
    modules.sort(key=lambda entry: entry.module.number)
    if not modules:
        findings.error("programme.toml", 1, "Es gibt keinen Ordner eines Moduls wie „1-grundlagen“.")
    levels: tuple[str, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    if (folder / "reifegrad.toml").is_file():
        levels, dimensions = read_dimensions(_toml(folder / "reifegrad.toml", folder, findings))
    programme = _programme(head, tuple(entry.module for entry in modules), levels, dimensions)
    _report_repeated(modules)
    return Reading(programme, findings, head, modules)


def _toml(path: Path, root: Path, findings: Findings) -> Table:
    file = str(path.relative_to(root))
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as err:
        findings.error(file, 1, f"Die Datei ist nicht in UTF-8 gespeichert ({err.reason}).")
        text = ""
    return TomlSource(file, text, findings).root


def _programme(head: Table, modules: tuple[Module, ...], levels: tuple[str, ...], dimensions: tuple[Dimension, ...]) -> Programme:
    changes = []
    for table in head.tables("change", at_least=1):
        changes.append(Change(table.text("version"), table.day("date"), table.text("note")))
        table.finish()
    # Only proof-reading asks for it.
    head.texts("known_words", ())
    programme = Programme(
        slug=head.text("slug"),
        title=head.text("title"),
        subtitle=head.text("subtitle", ""),
        language=head.text("language"),
        version=head.text("version"),
        changes=tuple(changes),
        assessment=_assessment(head.table("assessment")),
        hours=_hours(head.table("hours")),
        modules=modules,
        dimensions=dimensions,
        dimension_levels=levels,
    )
    head.finish()
    return programme


def _assessment(table: Table) -> AssessmentRules:
    strata = {str(name): count for name, count in table.mapping("strata").items() if isinstance(count, int)}
    rules = AssessmentRules(
        items=table.integer("items"),
        strata=strata,
        max_single_choice=table.integer("max_single_choice"),
        min_types=table.integer("min_types"),
        min_cases=table.integer("min_cases"),
        min_pool=table.integer("min_pool"),
        pass_mark_pct=table.integer("pass_mark_pct"),
        attempts=table.integer("attempts"),
        wait_hours_before_last=table.integer("wait_hours_before_last"),
    )
    if sum(strata.values()) != rules.items:
        table.error("strata", f"Die Strata ergeben {sum(strata.values())} Fragen, gezogen werden sollen {rules.items}.")
    if not 60 <= rules.pass_mark_pct <= 90:
        table.error("pass_mark_pct", "Die Bestehensgrenze liegt zwischen 60 und 90 Prozent.")
    table.finish()
    return rules


def _hours(table: Table) -> HoursRules:
    rules = HoursRules(table.integer("transfer_minutes_per_lesson"), table.integer("quiz_minutes"))
    table.finish()
    return rules


def _begin_module(folder: Path, root: Path, findings: Findings) -> tuple[Path, Table, list[tuple[Term, Table]]] | None:
    if not (folder / "module.toml").is_file():
        findings.error(f"{folder.name}/module.toml", 1, "Diesem Modul fehlt die module.toml.")
        return None
    head = _toml(folder / "module.toml", root, findings)
    return folder, head, _terms(folder, root, findings, head.integer("number"))


def _module(
    folder: Path, root: Path, findings: Findings, head: Table, terms: list[tuple[Term, Table]], finder: TermFinder
) -> ReadModule:
    lessons = _lessons(folder, root, findings, finder)
    items = read_pool(_toml(folder / "pool.toml", root, findings)) if (folder / "pool.toml").is_file() else []
    checks = _checks(folder, root, findings)
    practice = read_practice(_toml(folder / "practice.toml", root, findings)) if (folder / "practice.toml").is_file() else None
    for entry in lessons:
        own = tuple(check.check for check in checks if check.lesson_code == entry.lesson.code)
        entry.lesson = replace(entry.lesson, self_checks=own)
    return ReadModule(_assembled(head, lessons, items, terms, practice), head, lessons, items, checks, terms, findings)


def _assembled(
    head: Table,
    lessons: list[ReadLesson],
    items: list[ReadItem],
    terms: list[tuple[Term, Table]],
    practice: PracticeTask | None,
) -> Module:
    case = head.table("case")
    module = Module(
        number=head.integer("number"),
        slug=head.text("slug"),
        title=head.text("title"),
        short_title=head.text("short_title"),
        aim=head.text("aim"),
        summary=head.text("summary"),
        topics=head.texts("topics"),
        case_name=case.text("name"),
        case_html=block(case.text("text")),
        misconceptions=tuple(_misconception(table) for table in head.tables("misconception")),
        live_sessions=tuple(read_live_session(table) for table in head.tables("live")),
        lessons=tuple(entry.lesson for entry in lessons),
        items=tuple(entry.item for entry in items),
        terms=tuple(term for term, _ in terms),
        practice=practice,
        figures=tuple(figure for entry in lessons for figure in entry.figures),
    )
    case.finish()
    head.finish()
    return module


def _misconception(table: Table) -> Misconception:
    misconception = Misconception(table.text("claim"), table.text("correction"))
    table.finish()
    return misconception


def _lessons(folder: Path, root: Path, findings: Findings, finder: TermFinder) -> list[ReadLesson]:
    paths = sorted((folder / "lessons").glob("*.md")) if (folder / "lessons").is_dir() else []
    found = [lesson for path in paths for lesson in [read_lesson(path, root, findings, finder)] if lesson is not None]
    return sorted(found, key=lambda entry: [int(part) for part in re.findall(r"\d+", entry.lesson.code)])


def _checks(folder: Path, root: Path, findings: Findings) -> list[ReadSelfCheck]:
    path = folder / "self-checks.toml"
    return read_self_checks(_toml(path, root, findings)) if path.is_file() else []


def _terms(folder: Path, root: Path, findings: Findings, module_number: int) -> list[tuple[Term, Table]]:
    path = folder / "glossary.toml"
    if not path.is_file():
        return []
    source = _toml(path, root, findings)
    terms = []
    for table in source.tables("term"):
        term = Term(
            id=table.text("id"),
            term=table.text("term"),
            definition=table.text("definition"),
            english=table.text("english", ""),
            module_number=module_number,
            forms=table.texts("forms", ()),
        )
        terms.append((term, table))
        table.finish()
    source.finish()
    return terms


def _report_repeated(modules: list[ReadModule]) -> None:
    report_repeated_ids([(entry.item.id, entry.table) for module in modules for entry in module.items])
    report_repeated_ids([(entry.check.id, entry.table) for module in modules for entry in module.checks])
    report_repeated_ids([(term.id, table) for module in modules for term, table in module.terms])
    report_repeated_ids([(entry.lesson.code, entry.head) for module in modules for entry in module.lessons])
    for read_module in modules:
        report_repeated_ids([(entry.lesson.slug, entry.head) for entry in read_module.lessons])
    report_repeated_ids([(module.module.slug, module.head) for module in modules])
    report_repeated_ids([(str(module.module.number), module.head) for module in modules])
