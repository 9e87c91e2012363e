"""Reads a programme folder into a `Programme`: once per process, at the start."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from lti_tool.domain.content.programme import (
    NO_ASSESSMENT,
    AssessmentRules,
    Change,
    Dimension,
    HoursRules,
    Module,
    Programme,
    Term,
)
from lti_tool.programme.formats.findings import Findings, ProgrammeError
from lti_tool.programme.formats.term_links import TermFinder
from lti_tool.programme.formats.toml_source import Table, read_toml
from lti_tool.programme.parts.cases import ReadLibrary, read_library
from lti_tool.programme.parts.downloads import ReadDownload, read_downloads
from lti_tool.programme.parts.items import report_repeated_ids
from lti_tool.programme.parts.module_folder import ReadModule, begin_module, read_module
from lti_tool.programme.parts.practice import read_dimensions
from lti_tool.programme.parts.surveys import ReadSurvey, read_surveys


@dataclass
class Reading:
    """A folder as it was read. `programme` is complete only where `findings` holds no error."""

    programme: Programme
    findings: Findings
    head: Table
    modules: list[ReadModule] = field(default_factory=list)
    library: ReadLibrary = field(default_factory=ReadLibrary)
    downloads: list[ReadDownload] = field(default_factory=list)
    surveys: list[ReadSurvey] = field(default_factory=list)


def read_programme(folder: Path) -> Programme:
    """Read the programme in `folder`.

    Raises:
        ProgrammeError: something in it cannot be read; names file and line of each mistake.
    """
    reading = read(folder)
    if reading.findings.has_errors:
        raise ProgrammeError(reading.findings.found)
    return reading.programme


def read(folder: Path) -> Reading:
    """Read a folder and gather every mistake on the way."""
    findings = Findings()
    if not (folder / "programme.toml").is_file():
        findings.error("programme.toml", 1, f"Im Ordner {folder} gibt es keine programme.toml.")
        raise ProgrammeError(findings.found)
    head = read_toml(folder / "programme.toml", folder, findings)
    # Heads and glossaries come first: a lesson may use the terms of any module that every course has.
    begun = [
        begun_module
        for path in sorted(folder.iterdir(), key=lambda path: path.name)
        if path.is_dir() and re.match(r"\d+-", path.name)
        for begun_module in [begin_module(path, folder, findings)]
        if begun_module is not None
    ]
    shared = [term for _, module_head, terms in begun if _is_required(module_head) for term, _ in terms]
    finder = TermFinder(shared)
    modules = [
        read_module(path, folder, findings, module_head, terms, finder if _is_required(module_head) else _wider(shared, terms))
        for path, module_head, terms in begun
    ]
    modules.sort(key=lambda entry: entry.module.number)
    if not modules:
        findings.error("programme.toml", 1, "Es gibt keinen Ordner eines Moduls wie „1-grundlagen“.")
    levels: tuple[str, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    if (folder / "reifegrad.toml").is_file():
        levels, dimensions = read_dimensions(read_toml(folder / "reifegrad.toml", folder, findings))
    library = read_library(folder, findings, finder)
    programme = _programme(head, tuple(entry.module for entry in modules), levels, dimensions)
    _report_repeated(modules)
    downloads = read_downloads(folder, findings)
    surveys = read_surveys(folder, findings)
    programme = replace(
        programme,
        library=library.library,
        downloads=tuple(entry.download for entry in downloads),
        surveys=tuple(entry.instrument for entry in surveys),
    )
    return Reading(programme, findings, head, modules, library, downloads, surveys)


def _is_required(module_head: Table) -> bool:
    return module_head.flag("required", True)


def _wider(shared: list[Term], terms: list[tuple[Term, Table]]) -> TermFinder:
    """Find an elective's terms in its own lessons only: a course without the elective has no entry that a link could lead to."""
    return TermFinder([*shared, *(term for term, _ in terms)])


def _programme(head: Table, modules: tuple[Module, ...], levels: tuple[str, ...], dimensions: tuple[Dimension, ...]) -> Programme:
    changes = []
    for table in head.tables("change", at_least=1):
        changes.append(Change(table.text("version"), table.day("date"), table.text("note")))
        table.finish()
    # Only proof-reading asks for it.
    head.texts("known_words", ())
    has_exam = any(module.has_exam for module in modules) or not modules
    programme = Programme(
        slug=head.text("slug"),
        title=head.text("title"),
        subtitle=head.text("subtitle", ""),
        language=head.text("language"),
        version=head.text("version"),
        changes=tuple(changes),
        assessment=_assessment(head.table("assessment")) if has_exam or head.has("assessment") else NO_ASSESSMENT,
        hours=_hours(head.table("hours"), has_exam=has_exam),
        modules=modules,
        dimensions=dimensions,
        dimension_levels=levels,
        draft_title=head.text("draft_title", Programme.draft_title),
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


def _hours(table: Table, *, has_exam: bool) -> HoursRules:
    rules = HoursRules(
        transfer_minutes_per_lesson=table.integer("transfer_minutes_per_lesson"),
        quiz_minutes=table.integer("quiz_minutes", None if has_exam else 0),
        words_per_minute=table.integer("words_per_minute", 0),
        self_check_minutes=table.number("self_check_minutes", 0),
        transfer_only_if_written=table.flag("transfer_only_if_written", False),
    )
    if rules.words_per_minute and not 100 <= rules.words_per_minute <= 300:
        table.error("words_per_minute", "Gelesen werden 100 bis 300 Wörter in der Minute.")
    table.finish()
    return rules


def _report_repeated(modules: list[ReadModule]) -> None:
    report_repeated_ids([(entry.item.id, entry.table) for module in modules for entry in module.items])
    report_repeated_ids([(entry.check.id, entry.table) for module in modules for entry in module.checks])
    report_repeated_ids([(term.id, table) for module in modules for term, table in module.terms])
    report_repeated_ids([(entry.lesson.code, entry.head) for module in modules for entry in module.lessons])
    for entry in modules:
        report_repeated_ids([(lesson.lesson.slug, lesson.head) for lesson in entry.lessons])
    report_repeated_ids([(module.module.slug, module.head) for module in modules])
    report_repeated_ids([(str(module.module.number), module.head) for module in modules])
