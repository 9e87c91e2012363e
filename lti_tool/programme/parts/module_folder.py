"""Reads the folder of a module: lessons, questions, practice task, glossary."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from lti_tool.domain.content.programme import Misconception, Module, PracticeTask, Term
from lti_tool.programme.formats.findings import Findings
from lti_tool.programme.formats.markdown import block
from lti_tool.programme.formats.term_links import TermFinder
from lti_tool.programme.formats.toml_source import Table, read_toml
from lti_tool.programme.parts.examples import ReadExample, read_examples
from lti_tool.programme.parts.facilitation import ReadPack, read_packs
from lti_tool.programme.parts.items import ReadItem, ReadSelfCheck, read_pool, read_self_checks
from lti_tool.programme.parts.lessons import ReadLesson, read_lesson
from lti_tool.programme.parts.live_sessions import read_live_session
from lti_tool.programme.parts.practice import read_practice


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
    examples: list[ReadExample] = field(default_factory=list)
    packs: list[ReadPack] = field(default_factory=list)
    practice: Table | None = None


def begin_module(folder: Path, root: Path, findings: Findings) -> tuple[Path, Table, list[tuple[Term, Table]]] | None:
    if not (folder / "module.toml").is_file():
        findings.error(f"{folder.name}/module.toml", 1, "Diesem Modul fehlt die module.toml.")
        return None
    head = read_toml(folder / "module.toml", root, findings)
    return folder, head, _terms(folder, root, findings, head.integer("number"))


def read_module(
    folder: Path, root: Path, findings: Findings, head: Table, terms: list[tuple[Term, Table]], finder: TermFinder
) -> ReadModule:
    lessons = _lessons(folder, root, findings, finder)
    pool, practice = (_toml_if_any(folder / name, root, findings) for name in ("pool.toml", "practice.toml"))
    items = read_pool(pool) if pool else []
    task = read_practice(practice) if practice else None
    checks = _checks(folder, root, findings)
    for entry in lessons:
        own = tuple(check.check for check in checks if check.lesson_code == entry.lesson.code)
        entry.lesson = replace(entry.lesson, self_checks=own)
    examples = read_examples(folder, root, findings)
    packs = read_packs(folder, root, findings)
    module = replace(
        _assembled(head, lessons, items, terms, task),
        examples=tuple(entry.example for entry in examples),
        packs=tuple(entry.pack for entry in packs),
    )
    if pool and not module.has_exam:
        head.error("exam", "Das Modul hat keine Prüfung (exam = false), aber eine pool.toml: Eines von beiden ist zu viel.")
    return ReadModule(module, head, lessons, items, checks, terms, findings, examples, packs, practice)


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
        interactive=tuple(figure for entry in lessons for figure in entry.interactive),
        clips=tuple(read.clip for entry in lessons for read in entry.clips),
        is_required=head.flag("required", True),
        has_exam=head.flag("exam", True),
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
    source = _toml_if_any(folder / "self-checks.toml", root, findings)
    return read_self_checks(source) if source else []


def _toml_if_any(path: Path, root: Path, findings: Findings) -> Table | None:
    return read_toml(path, root, findings) if path.is_file() else None


def _terms(folder: Path, root: Path, findings: Findings, module_number: int) -> list[tuple[Term, Table]]:
    source = _toml_if_any(folder / "glossary.toml", root, findings)
    if source is None:
        return []
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
