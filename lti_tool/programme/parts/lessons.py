"""Reads lessons: a TOML head between two lines `+++`, Markdown below, figures with their text version."""

import re
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from lti_tool.domain.content.illustrations import Figure, InteractiveFigure
from lti_tool.domain.content.programme import Lesson, Objective
from lti_tool.programme.checks.readability import words_of
from lti_tool.programme.formats.findings import Findings
from lti_tool.programme.formats.front_matter import FrontMatter, read_front_matter
from lti_tool.programme.formats.markdown import FigureUse, ParsedMarkdown, block, document, with_numbers
from lti_tool.programme.formats.term_links import TermFinder
from lti_tool.programme.formats.toml_source import Table, read_toml
from lti_tool.programme.parts.interactive import NAME, read_interactive
from lti_tool.programme.parts.items import LEVELS, report_repeated_ids
from lti_tool.programme.parts.media import NAME as MEDIA_NAME
from lti_tool.programme.parts.media import ReadClip, read_clip
from lti_tool.programme.parts.sources import read_sources

_VIEW_BOX = re.compile(rb"""<svg\b[^>]*\bviewBox\s*=\s*["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)\s*["']""")
_NOT_IN_SVG = {
    re.compile(rb"<script\b", re.I): "ein Skript",
    re.compile(rb"\son\w+\s*=", re.I): "ein Ereignis-Attribut (on…)",
    re.compile(rb"@font-face", re.I): "eine eingebettete Schrift",
    re.compile(rb"<foreignObject\b", re.I): "fremde Inhalte (foreignObject)",
    re.compile(rb"""(?:href|src)\s*=\s*["']\s*(?!#)""", re.I): "einen Verweis nach außen",
    re.compile(rb"url\(\s*['\"]?(?!#)", re.I): "einen Verweis nach außen",
    re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.I): "eine Dokumenttyp-Angabe",
}


@dataclass
class ReadLesson:
    """A lesson with what proof-reading needs: its head, where its text begins and the text taken apart."""

    lesson: Lesson
    head: Table
    markup: ParsedMarkdown
    file: str
    body_line: int
    figures: list[Figure] = field(default_factory=list)
    interactive: list[InteractiveFigure] = field(default_factory=list)
    clips: list[ReadClip] = field(default_factory=list)


def read_lesson(path: Path, root: Path, findings: Findings, finder: TermFinder) -> ReadLesson | None:
    """Read one lesson file; None where head and text cannot be told apart."""
    parts = read_front_matter(path, root, findings)
    if parts is None:
        return None
    figures: list[Figure] = []
    interactive: list[InteractiveFigure] = []
    clips: list[ReadClip] = []

    def figure_html(use: FigureUse) -> str:
        if use.path.startswith("media/"):
            return _clip_html(use, path.parent.parent, root, parts, findings, clips)
        if use.path.endswith(".toml"):
            return _interactive_html(use, path.parent.parent, root, parts, findings, interactive)
        return _figure_html(use, path.parent.parent, parts.file, findings, figures)

    markup = document(parts.body, first_line=parts.body_line, figure_html=figure_html, finder=finder)
    return ReadLesson(_lesson(parts.head, markup), parts.head, markup, parts.file, parts.body_line, figures, interactive, clips)


def _lesson(head: Table, markup: ParsedMarkdown) -> Lesson:
    sources = read_sources(head)
    lesson = Lesson(
        code=head.text("code"),
        slug=head.text("slug"),
        title=head.text("title"),
        minutes=head.integer("minutes"),
        authors=head.text("authors"),
        version=head.text("version"),
        as_of=head.day("as_of"),
        review_by=head.day("review_by"),
        objectives=_objectives(head),
        sources=sources,
        headings=tuple(markup.headings),
        body_html=with_numbers(markup.html, [source.id for source in sources]),
        text="\n".join(part.text for part in markup.blocks if part.kind in ("paragraph", "entry")),
        self_checks=(),
        term_ids=tuple(markup.term_ids),
        in_short=head.texts("in_short", ()),
        transfer_html=with_numbers(markup.last_block("Transferfrage"), [source.id for source in sources]),
        words=sum(len(words_of(part.text)) for part in markup.blocks if part.kind != "heading"),
        case_ids=tuple(dict.fromkeys(reference.target for reference in markup.cases)),
    )
    head.finish()
    return lesson


def _objectives(head: Table) -> tuple[Objective, ...]:
    tables = head.tables("objective", at_least=1)
    objectives = []
    for table in tables:
        objectives.append(Objective(table.text("id"), table.text("text"), table.one_of("bloom", LEVELS)))
        table.finish()
    code = head.text("code")
    for objective, table in zip(objectives, tables, strict=True):
        if not re.fullmatch(re.escape(code) + "[a-z]", objective.id):
            table.error("id", f"Das Lernziel „{objective.id}“ gehört nicht zur Lektion {code} (erwartet: {code}a, {code}b …).")
    report_repeated_ids([(objective.id, table) for objective, table in zip(objectives, tables, strict=True)])
    return tuple(objectives)


def _figure_html(use: FigureUse, module_folder: Path, file: str, findings: Findings, figures: list[Figure]) -> str:
    svg_path = module_folder / use.path
    is_inside = re.fullmatch(r"figures/[a-z0-9-]+\.svg", use.path)
    if not is_inside or not svg_path.is_file():
        findings.error(file, use.line, f"Die Grafik „{use.path}“ gibt es nicht (erwartet: figures/….svg im Ordner des Moduls).")
        return ""
    svg = svg_path.read_bytes()
    size = _VIEW_BOX.search(svg)
    if size is None:
        findings.error(file, use.line, f"Der Grafik „{use.path}“ fehlt die viewBox.")
    for pattern, what in _NOT_IN_SVG.items():
        if pattern.search(svg):
            findings.error(file, use.line, f"Die Grafik „{use.path}“ enthält {what}; das ist nicht erlaubt.")
    figures.append(Figure(svg_path.name, svg))
    width, height = (round(float(size[1])), round(float(size[2]))) if size else (0, 0)
    text = _text_version(svg_path, use, file, findings)
    return (
        f'<figure class="figure"><img src="figur:{svg_path.name}" alt="{escape(use.alt)}" width="{width}" height="{height}">'
        f"<figcaption>{escape(use.caption)}</figcaption>"
        f'<details><summary>Textfassung der Grafik</summary><div class="figure-text">{block(text)}</div></details></figure>'
    )


def _interactive_html(
    use: FigureUse, module_folder: Path, root: Path, parts: FrontMatter, findings: Findings, found: list[InteractiveFigure]
) -> str:
    """Put the text version in the place of an interactive figure: it is what everyone gets, and pages add what moves."""
    name = NAME.fullmatch(use.path)
    path = module_folder / use.path
    if name is None or not path.is_file():
        findings.error(parts.file, use.line, f"„{use.path}“ gibt es nicht (erwartet: figures/….toml im Ordner des Moduls).")
        return ""
    text = _text_version(path, use, parts.file, findings)
    data = read_interactive(read_toml(path, root, findings))
    if data is not None:
        found.append(InteractiveFigure(name[1], use.caption, use.alt, data, block(text)))
    return f'<div class="interactive" id="rechner-{name[1]}"><p><strong>{escape(use.caption)}</strong></p>{block(text)}</div>'


def _clip_html(
    use: FigureUse, module_folder: Path, root: Path, parts: FrontMatter, findings: Findings, found: list[ReadClip]
) -> str:
    """Put the transcript in the place of a recording: pages add the recording, where its file is there."""
    name = MEDIA_NAME.fullmatch(use.path)
    path = module_folder / use.path
    if name is None or not path.is_file():
        findings.error(parts.file, use.line, f"„{use.path}“ gibt es nicht (erwartet: media/….toml im Ordner des Moduls).")
        return ""
    read = read_clip(path, root, use.alt, findings)
    if read is None:
        return ""
    found.append(read)
    return (
        f'<div class="media" id="aufnahme-{name[1]}"><p><strong>{escape(read.clip.title)}</strong></p>'
        f"<details><summary>Mitschrift</summary>{read.clip.transcript_html}</details></div>"
    )


def _text_version(path: Path, use: FigureUse, file: str, findings: Findings) -> str:
    text_path = path.with_suffix(".md")
    text = text_path.read_text(encoding="utf-8") if text_path.is_file() else ""
    if not text.strip():
        findings.error(file, use.line, f"Die Textfassung „{Path(use.path).with_suffix('.md')}“ fehlt.")
    return text
