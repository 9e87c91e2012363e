"""Proof-reads authored HTML wherever it stands: links that lead nowhere, table heads without words."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from lti_tool.domain.content.illustrations import Figure
from lti_tool.domain.content.programme import Lesson
from lti_tool.programme.checks.targets import Targets
from lti_tool.programme.parts.module_folder import ReadModule

_FILES = {
    "items": "pool.toml",
    "practice": "practice.toml",
    "lessons": "self-checks.toml",
    "packs": "facilitation",
    "examples": "examples",
    "interactive": "figures",
    "clips": "media",
}
_HREF = re.compile(r'<a href="([^"]*)"')
_EMPTY_HEAD = re.compile(r'<th scope="col">\s*</th>')


def check_markup(entry: ReadModule, targets: Targets) -> None:
    """Report faults of a module's texts that a reader meets on its pages.

    Lessons' own links are looked at by `check_lesson`, with their lines; here come case, live sessions, questions, self-checks
    and practice task, and the text versions of figures.
    """
    findings, module_file = entry.findings, entry.head.file
    for lesson in entry.lessons:
        if _EMPTY_HEAD.search(lesson.lesson.body_html):
            findings.error(
                lesson.file,
                lesson.body_line,
                "In einer Tabelle (oder in der Textfassung einer Grafik) ist ein Spaltenkopf leer; wer zuhört, braucht ein Wort.",
            )
    for place, html in _texts(entry.module):
        file = module_file.replace("module.toml", place)
        for target in _HREF.findall(html):
            if fault := targets.fault_of(target):
                findings.error(file, 1, fault)
        if "<a>" in html:
            findings.error(file, 1, "Ein Verweis führt nirgendwohin: glossar: gibt es nur in Lektionen und Fällen.")
        if _EMPTY_HEAD.search(html):
            findings.error(file, 1, "In einer Tabelle ist ein Spaltenkopf leer; wer zuhört, braucht ein Wort.")


def _texts(module: object) -> Iterator[tuple[str, str]]:
    for part in fields(module):  # type: ignore[arg-type]
        value = getattr(module, part.name)
        for html in (value,) if part.name.endswith("_html") else _html_in(value):
            yield _FILES.get(part.name, "module.toml"), html


def _html_in(value: object) -> Iterator[str]:
    """Give every text made from Markdown inside, but the lessons' own."""
    if isinstance(value, tuple):
        for inner in value:
            yield from _html_in(inner)
    elif isinstance(value, Lesson):
        yield from _html_in(value.self_checks)
    elif is_dataclass(value) and not isinstance(value, Figure):
        for part in fields(value):
            inner = getattr(value, part.name)
            if isinstance(inner, str):
                if part.name == "html" or part.name.endswith("_html"):
                    yield inner
            else:
                yield from _html_in(inner)
