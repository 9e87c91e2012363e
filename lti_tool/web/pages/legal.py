"""Privacy, imprint, accessibility, Leichte Sprache: open to all, from the operator's own Markdown or from what is shipped."""

import re
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, render_template

from lti_tool.messages import N_
from lti_tool.personal_data.data_kinds import DataKind, data_kinds
from lti_tool.programme.formats import markdown
from lti_tool.web.language import language
from lti_tool.web.parts import parts

blueprint = Blueprint("legal", __name__)

_SHIPPED = Path(__file__).parent.parent / "legal"
_OPERATORS_PART = "[Betreiber:"
"""What an operator has to fill in is marked so; a page that still holds a mark says that it is not complete."""
# The page has its title already; an operator's file usually begins with one.
_TITLE = re.compile(r"\A\s*# [^\n]*\n")


@dataclass(frozen=True)
class LegalText:
    html: str
    language: str
    is_complete: bool


@blueprint.get("/privacy")
def privacy() -> str:
    """Say what is stored, who sees it and for how long."""
    return _page("privacy", N_("Datenschutz"))


@blueprint.get("/imprint")
def imprint() -> str:
    """Say who offers this."""
    return _page("imprint", N_("Impressum"))


@blueprint.get("/accessibility")
def accessibility() -> str:
    """Say how accessible this is, how to report a barrier and who enforces it."""
    return _page("accessibility", N_("Erklärung zur Barrierefreiheit"))


@blueprint.get("/leichte-sprache")
def easy_language() -> str:
    """Say in Leichte Sprache what this is and how one gets help."""
    return _page("easy-language", N_("Leichte Sprache"))


def _page(name: str, title: str) -> str:
    settings = parts().settings
    text = read_legal_text(name, wish=language(), own_folder=settings.legal_dir)
    return render_template(
        "legal/page.html",
        name=name,
        title=title,
        text=text,
        kinds=_kinds() if name == "privacy" else (),
        contact_email=settings.contact_email,
        enforcement_body=settings.enforcement_body,
    )


def _kinds() -> tuple[DataKind, ...]:
    settings = parts().settings
    found = data_kinds(hints_kept_months=settings.hints_kept_months, modules_count_months=settings.modules_count_months)
    return tuple(kind for kind in found if kind.is_of_people)


def read_legal_text(name: str, *, wish: str, own_folder: Path | None) -> LegalText:
    """Read a legal text: the operator's in the wished language, else the operator's German one, else the shipped one."""
    places = [(_SHIPPED / f"{name}.md", "de")]
    if own_folder is not None:
        places.insert(0, (own_folder / f"{name}.md", "de"))
        if wish != "de":
            places.insert(0, (own_folder / f"{name}.{wish}.md", wish))
    path, spoken = next(place for place in places if place[0].is_file())
    # A file from an old editor shall not take the page away: what is no UTF-8 shows as a replacement sign.
    source = path.read_text(encoding="utf-8-sig", errors="replace")
    return LegalText(markdown.block(_TITLE.sub("", source)), spoken, _OPERATORS_PART not in source)
