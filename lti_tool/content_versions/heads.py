"""What is to be known of a programme without reading it: its name, its version, its modules' names."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from lti_tool.domain.content.pin import Pin
from lti_tool.domain.content.programme import Programme


@dataclass(frozen=True)
class ModuleHead:
    slug: str
    title: str
    short_title: str
    is_required: bool


@dataclass(frozen=True)
class ProgrammeHead:
    slug: str
    title: str
    subtitle: str
    language: str
    version: str
    dated_on: date | None
    note: str
    """The authors' change note."""
    modules: tuple[ModuleHead, ...]

    @property
    def pin(self) -> Pin:
        return Pin(self.slug, self.version)

    def find_module(self, slug: str) -> ModuleHead | None:
        return next((module for module in self.modules if module.slug == slug), None)


def head_of(programme: Programme) -> ProgrammeHead:
    """Return the head of a programme that was read."""
    change = programme.change
    return ProgrammeHead(
        slug=programme.slug,
        title=programme.title,
        subtitle=programme.subtitle,
        language=programme.language,
        version=programme.version,
        dated_on=change.on if change else None,
        note=change.note if change else "",
        modules=tuple(
            ModuleHead(module.slug, module.title, module.short_title, module.is_required) for module in programme.modules
        ),
    )


def head_to_json(head: ProgrammeHead) -> dict[str, Any]:
    """Return a head in values that JSON has."""
    return {
        "slug": head.slug,
        "title": head.title,
        "subtitle": head.subtitle,
        "language": head.language,
        "version": head.version,
        "dated_on": head.dated_on.isoformat() if head.dated_on else None,
        "note": head.note,
        "modules": [[module.slug, module.title, module.short_title, module.is_required] for module in head.modules],
    }


def head_from_json(stored: dict[str, Any]) -> ProgrammeHead:
    """Return the head that `head_to_json` wrote."""
    dated_on = stored["dated_on"]
    return ProgrammeHead(
        slug=stored["slug"],
        title=stored["title"],
        subtitle=stored["subtitle"],
        language=stored["language"],
        version=stored["version"],
        dated_on=date.fromisoformat(dated_on) if dated_on else None,
        note=stored["note"],
        modules=tuple(ModuleHead(*module) for module in stored["modules"]),
    )
