"""Measures a module for its authors: how its lessons read, what its questions cover, what its pictures say, where it links."""

import re
from dataclasses import dataclass

from lti_tool.domain.content.programme import Lesson, Objective
from lti_tool.programme.checks.check_style import Rhythm, rhythm_of
from lti_tool.programme.checks.readability import wiener_sachtextformel
from lti_tool.programme.parts.lessons import ReadLesson
from lti_tool.programme.parts.module_folder import ReadModule

_OUTSIDE = re.compile(r'href="(https?://[^"]+)"')


@dataclass(frozen=True)
class LessonMeasure:
    lesson: Lesson
    rhythm: Rhythm
    wiener: float
    """Wiener Sachtextformel: the school year it is fit for."""


@dataclass(frozen=True)
class ObjectiveCover:
    """One objective with what asks for it."""

    lesson: Lesson
    objective: Objective
    item_ids: tuple[str, ...]
    checks: int
    """Self-checks of its lesson; they name no objective."""


@dataclass(frozen=True)
class Picture:
    lesson: Lesson
    path: str
    line: int
    alt: str
    has_text: bool
    """Its text version is there."""


@dataclass(frozen=True)
class OutsideLink:
    lesson: Lesson
    url: str
    name: str


@dataclass(frozen=True)
class ModuleMeasures:
    lessons: tuple[LessonMeasure, ...]
    objectives: tuple[ObjectiveCover, ...]
    pictures: tuple[Picture, ...]
    links: tuple[OutsideLink, ...]

    @property
    def pictures_without_text(self) -> tuple[Picture, ...]:
        return tuple(picture for picture in self.pictures if not picture.alt or not picture.has_text)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Each address once, as the lessons name them."""
        return tuple(dict.fromkeys(link.url for link in self.links))


def measure_module(read: ReadModule, files: frozenset[str]) -> ModuleMeasures:
    """Measure a module.

    Args:
        files: names of all files of the programme.
    """
    lessons = [entry.lesson for entry in read.lessons]
    return ModuleMeasures(
        lessons=tuple(LessonMeasure(each, rhythm_of(each.text), wiener_sachtextformel(each.text)) for each in lessons),
        objectives=tuple(_cover(read, lesson, objective) for lesson in lessons for objective in lesson.objectives),
        pictures=tuple(picture for entry in read.lessons for picture in _pictures(entry, read, files)),
        links=tuple(link for lesson in lessons for link in _links(lesson)),
    )


def _cover(read: ReadModule, lesson: Lesson, objective: Objective) -> ObjectiveCover:
    items = tuple(item.id for item in read.module.items if objective.id in item.objectives)
    return ObjectiveCover(lesson, objective, items, len(lesson.self_checks))


def _pictures(entry: ReadLesson, read: ReadModule, files: frozenset[str]) -> list[Picture]:
    folder = read.head.file.removesuffix("module.toml")
    return [
        Picture(entry.lesson, use.path, use.line, use.alt, _text_name(folder + use.path) in files)
        for use in entry.markup.figures
        if not use.path.startswith("media/")
    ]


def _text_name(path: str) -> str:
    return path.rpartition(".")[0] + ".md"


def _links(lesson: Lesson) -> list[OutsideLink]:
    found = [OutsideLink(lesson, source.url, source.title) for source in lesson.sources if source.url]
    known = {link.url for link in found}
    return found + [
        OutsideLink(lesson, url, url)
        for url in dict.fromkeys(each.replace("&amp;", "&") for each in _OUTSIDE.findall(lesson.body_html))
        if url not in known
    ]
