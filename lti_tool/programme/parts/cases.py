"""Reads the case library: `cases/<id>.md` with a TOML head, and `cases/topics.toml` with the lists to choose from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lti_tool.domain.content.case_studies import LAENDER, CaseLibrary, CaseOutcome, CaseStudy, Certainty, Label, Size
from lti_tool.programme.formats.findings import Findings
from lti_tool.programme.formats.front_matter import FrontMatter, read_front_matter
from lti_tool.programme.formats.markdown import FigureUse, ParsedMarkdown, document, with_numbers
from lti_tool.programme.formats.term_links import TermFinder
from lti_tool.programme.formats.toml_source import Table, read_toml
from lti_tool.programme.parts.items import report_repeated_ids
from lti_tool.programme.parts.sources import read_sources

_TOPICS = "topics.toml"


@dataclass(frozen=True)
class ReadCase:
    """A case with what proof-reading needs."""

    study: CaseStudy
    head: Table
    markup: ParsedMarkdown
    file: str
    body_line: int


@dataclass
class ReadLibrary:
    """The library as it was read; `is_there` where the programme has one."""

    library: CaseLibrary = field(default_factory=CaseLibrary)
    cases: list[ReadCase] = field(default_factory=list)
    is_there: bool = False


def read_library(root: Path, findings: Findings, finder: TermFinder) -> ReadLibrary:
    """Read the folder `cases`, if there is one."""
    folder = root / "cases"
    if not folder.is_dir():
        return ReadLibrary()
    topics, measures = _lists(folder, root, findings)
    paths = sorted(folder.glob("*.md"))
    cases = [case for path in paths for case in [_read_case(path, root, findings, finder, (topics, measures))] if case]
    report_repeated_ids([(case.study.id, case.head) for case in cases])
    return ReadLibrary(CaseLibrary(topics, measures, tuple(case.study for case in cases)), cases, True)


def _lists(folder: Path, root: Path, findings: Findings) -> tuple[tuple[Label, ...], tuple[Label, ...]]:
    path = folder / _TOPICS
    if not path.is_file():
        findings.error(f"cases/{_TOPICS}", 1, "Der Fallbibliothek fehlt die topics.toml mit Themen und Arten von Maßnahmen.")
        return (), ()
    source = read_toml(path, root, findings)
    lists = tuple(tuple(_labels(source.tables(name, at_least=1))) for name in ("topic", "measure"))
    source.finish()
    return lists[0], lists[1]


def _labels(tables: Iterable[Table]) -> Iterable[Label]:
    seen = []
    for table in tables:
        yield Label(table.text("id"), table.text("label"))
        seen.append((table.text("id"), table))
        table.finish()
    report_repeated_ids(seen)


def _read_case(
    path: Path, root: Path, findings: Findings, finder: TermFinder, lists: tuple[tuple[Label, ...], tuple[Label, ...]]
) -> ReadCase | None:
    parts = read_front_matter(path, root, findings)
    if parts is None:
        return None

    def no_figure(use: FigureUse) -> str:
        findings.error(parts.file, use.line, "In einem Fall stehen keine Grafiken.")
        return ""

    markup = document(parts.body, first_line=parts.body_line, figure_html=no_figure, finder=finder)
    study = _study(parts, markup, lists)
    if study.id and study.id != path.stem:
        parts.head.error("id", f"Die Datei heißt „{path.name}“, die id „{study.id}“; beide sind gleich.")
    return ReadCase(study, parts.head, markup, parts.file, parts.body_line)


def _study(parts: FrontMatter, markup: ParsedMarkdown, lists: tuple[tuple[Label, ...], tuple[Label, ...]]) -> CaseStudy:
    head = parts.head
    topics, measures = (tuple(label.id for label in labels) for labels in lists)
    sources = read_sources(head)
    study = CaseStudy(
        id=head.slug("id"),
        title=head.text("title"),
        summary=head.text("summary"),
        place=head.text("place"),
        laender=head.some_of("laender", tuple(LAENDER)),
        population=head.integer("population", 0),
        size=head.member("size", Size, Size.SMALL),
        measure=head.one_of("measure", measures),
        topics=head.some_of("topics", topics),
        began=head.integer("began"),
        ended=head.integer("ended", 0),
        outcome=head.member("outcome", CaseOutcome, CaseOutcome.UNKNOWN),
        funding=head.text("funding", ""),
        takes_over_best_if=head.text("takes_over_best_if"),
        certainty=head.member("certainty", Certainty, Certainty.SECONDARY),
        as_of=head.day("as_of"),
        sources=sources,
        lesson_codes=head.texts("lessons", ()),
        module_slugs=head.texts("modules", ()),
        is_invented=head.flag("invented", False),
        headings=tuple(markup.headings),
        body_html=with_numbers(markup.html, [source.id for source in sources]),
        text="\n".join(block.text for block in markup.blocks if block.kind != "heading"),
        term_ids=tuple(markup.term_ids),
    )
    head.finish()
    return study
