"""Finds the programmes that an installation serves: the shipped ones and the operator's, but none that takes another's names."""

import logging
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lti_tool.content_versions.catalogue import Catalogue, LeftOut, ServedProgramme, open_programme
from lti_tool.content_versions.heads import ProgrammeHead
from lti_tool.content_versions.kept_readings import KeptReadings
from lti_tool.errors import ConfigurationError

log = logging.getLogger(__name__)

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_SLUG = 100
# The register of documents keeps a programme's certificate under this name, and those of modules under theirs.
_TAKEN = frozenset({"programme"})


@dataclass(frozen=True)
class WantedProgrammes:
    """What an operator wants to be served."""

    shipped: Path
    """The folder of the shipped programmes."""
    only: Path | None = None
    """A single programme; then there are no others."""
    own: Path | None = None
    """A folder of the operator's programmes, beside the shipped ones."""
    off: frozenset[str] = frozenset()
    """Slugs of programmes that are switched off."""
    only_for: Mapping[str, frozenset[int]] = field(default_factory=dict)


def open_catalogue(wanted: WantedProgrammes, readings: KeptReadings) -> Catalogue:
    """Look at all folders. Of the operator's, one that cannot be served is left out, and the others go on.

    Raises:
        ConfigurationError: nothing would be served, or the settings name no folder of programmes.
        ProgrammeError: the one programme that is wanted, or a shipped one, has errors.
    """
    served: list[ServedProgramme] = []
    left_out: list[LeftOut] = []
    off: list[Path] = []
    for folder in programme_folders(wanted):
        if _slug_of(folder) in wanted.off:
            off.append(folder)
            continue
        is_own = folder.parent == wanted.own
        try:
            found = open_programme(folder, readings)
            _check_names(found.head, [each.head for each in served])
        except ConfigurationError as err:
            if not is_own:
                raise
            left_out.append(LeftOut(folder, str(err)))
            log.error("programme_left_out", extra={"folder": str(folder), "reason": str(err)})
        else:
            served.append(found)
    if not served:
        raise ConfigurationError(
            "No programme is left to be served: look at LTI_TOOL_PROGRAMME_DIR, LTI_TOOL_PROGRAMMES_DIR and "
            "LTI_TOOL_PROGRAMMES_OFF."
        )
    return Catalogue(
        tuple(served), tuple(left_out), wanted.only_for, frozenset(map(_slug_of, off)), _module_titles(off, readings)
    )


def programme_folders(wanted: WantedProgrammes) -> tuple[Path, ...]:
    """List the folders of all programmes, switched off or not: the shipped ones first, then the operator's, each by name.

    Raises:
        ConfigurationError: the operator's folder is none, or is a programme itself.
    """
    if wanted.only is not None:
        return (wanted.only,)
    own = wanted.own
    if own is not None:
        if not own.is_dir():
            raise ConfigurationError(f"LTI_TOOL_PROGRAMMES_DIR names no folder: {own}")
        if (own / "programme.toml").exists():
            raise ConfigurationError(
                f"LTI_TOOL_PROGRAMMES_DIR is a folder of programme folders, and {own} is itself a programme: name the folder "
                "above it, or use LTI_TOOL_PROGRAMME_DIR to serve this one alone."
            )
    return tuple(folder for root in (wanted.shipped, own) if root is not None for folder in _folders_in(root))


def clashes(head: ProgrammeHead, others: Sequence[ProgrammeHead]) -> list[str]:
    """Say in sentences which names of a programme cannot be used, or are taken by others of the same installation."""
    names = {"slug": [head.slug], "module slug": [module.slug for module in head.modules]}
    found = [
        f'The {what} "{slug}" cannot be used: it has small letters, digits and single hyphens, at most {_LONGEST_SLUG} of them, '
        f'and is not "programme".'
        for what, slugs in names.items()
        for slug in slugs
        if not _SLUG.fullmatch(slug) or len(slug) > _LONGEST_SLUG or slug in _TAKEN
    ]
    for other in others:
        if head.slug == other.slug:
            found.append(f'The slug "{head.slug}" is that of the programme "{other.title}" already.')
        shared = sorted({module.slug for module in head.modules} & {module.slug for module in other.modules})
        found += [f'The module slug "{slug}" is taken by the programme "{other.title}" ({other.slug}).' for slug in shared]
    return found


def _check_names(head: ProgrammeHead, others: Sequence[ProgrammeHead]) -> None:
    found = clashes(head, others)
    if found:
        raise ConfigurationError(
            " ".join(found) + " Rename what is named here, or switch the other programme off with LTI_TOOL_PROGRAMMES_OFF."
        )


def _folders_in(root: Path) -> Iterator[Path]:
    for folder in sorted(root.iterdir(), key=lambda path: path.name):
        if folder.is_dir() and not folder.name.startswith((".", "_")):
            yield folder


def _slug_of(folder: Path) -> str:
    try:
        return str(tomllib.loads((folder / "programme.toml").read_text("utf-8")).get("slug", ""))
    except (OSError, ValueError):
        # Said where it is read whole.
        return ""


def _module_titles(folders: list[Path], readings: KeptReadings) -> dict[str, str]:
    """Return the modules' short titles of what is switched off, by slug; files with errors have none."""
    titles: dict[str, str] = {}
    for folder in folders:
        with suppress(ConfigurationError):
            titles |= {module.slug: module.short_title for module in open_programme(folder, readings).head.modules}
    return titles
