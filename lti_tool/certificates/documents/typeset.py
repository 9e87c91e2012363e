"""Sets a document: facts in, the bytes of one PDF out, which is PDF/A-3a (archive) and PDF/UA-1 (accessible) at once."""

import io
import json
import re
import threading
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lti_tool.certificates.kinds.wording import words_for
from lti_tool.domain.documents.certificate import Facts
from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.typesetting.letters import NOTO_SANS

if TYPE_CHECKING:
    import typst

_HERE = Path(__file__).parent
SHIPPED_TEMPLATE = _HERE / "template" / "certificate.typ"
# A4 becomes 992 by 1403 pixels: every line can be read on a screen.
_PICTURE_PPI = 120.0
# What the template says when it has more than one page.
_TOO_MUCH = "does not fit on one page"
_SCALES = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.62, 0.54, 0.46, 0.38, 0.3, 0.24, 0.18, 0.12, 0.08)
_thread = threading.local()


class LogoCannotBeDrawn(ToolError):
    """The logo is no drawing that can be set."""

    status = 422
    code = "logo_cannot_be_drawn"


class _DoesNotFit(Exception):
    """The page does not hold everything in this size."""


class NameCannotBeSet(ToolError):
    """The fonts lack a letter of what is to be printed; a person must decide how to write it."""

    status = 422
    code = "name_cannot_be_set"


def typeset(
    facts: Facts, *, issued_at: datetime, logo_svg: str = "", credential: str = "", template: Path = SHIPPED_TEMPLATE
) -> bytes:
    """Set the document for `facts`; the same input gives the same bytes.

    Args:
        logo_svg: as `check_logo` gave it; empty: none.
        credential: JSON to travel inside the file; empty: none.
        template: an operator's own template sees only the files of its own folder.
    Raises:
        NameCannotBeSet: a letter is in neither font. PDF/A and PDF/UA allow no replacement box.
    """
    inputs = _inputs(facts, logo_svg) | ({"credential": credential} if credential else {})
    # A-3 rather than A-2: only it lets further files travel inside.
    how = {"format": "pdf", "pdf_standards": ["a-3a", "ua-1"], "timestamp": int(issued_at.timestamp())}
    document, _ = _compile_on_one_page(template, inputs, **how)
    assert isinstance(document, bytes)
    return document


def pictures(facts: Facts, *, logo_svg: str = "", template: Path = SHIPPED_TEMPLATE) -> list[bytes]:
    """Draw the pages of a document as PNG, for programs that show no PDF; several only with an operator's own template.

    Raises:
        NameCannotBeSet: as above.
    """
    pages, _ = _compile_on_one_page(template, _inputs(facts, logo_svg), format="png", ppi=_PICTURE_PPI)
    return [pages] if isinstance(pages, bytes) else pages


def scale_of(facts: Facts, *, logo_svg: str = "", template: Path = SHIPPED_TEMPLATE) -> float:
    """Tell how small a document has to be set to stay on its one page; 1: as it is meant to be.

    Raises:
        NameCannotBeSet: as above.
    """
    _, scale = _compile_on_one_page(template, _inputs(facts, logo_svg), format="png", ppi=10)
    return scale


def _inputs(facts: Facts, logo_svg: str) -> dict[str, str]:
    # As JSON in an input, never formatted into the source: a name like `#eval(…)` stays text.
    return {"words": json.dumps(words_for(facts) | {"qr": _qr_svg(facts.verify_url), "logo": logo_svg})}


def _compile_on_one_page(template: Path, inputs: dict[str, str], **how: Any) -> tuple[bytes | list[bytes], float]:
    """Set a document as large as its page holds it, and tell how large that is. A template of an operator may have more pages."""
    for scale in _SCALES:
        try:
            return _compile(template, inputs | ({"scale": str(scale)} if scale < 1 else {}), **how), scale
        except _DoesNotFit:
            continue
    raise AssertionError("every text that is printed has its longest length, and all of them fit in the smallest size")


def _compile(template: Path, inputs: dict[str, str], **how: Any) -> bytes | list[bytes]:
    import typst  # noqa: PLC0415 - with the first document: most web processes make none, and it holds 7 MB

    try:
        compiled = _compiler(template).compile(sys_inputs=inputs, **how)
    except typst.TypstError as err:
        if _TOO_MUCH in err.message:
            raise _DoesNotFit from err
        if "SVG" in err.message:
            raise LogoCannotBeDrawn(
                N_("Das Logo lässt sich nicht zeichnen."),
                next_step=N_("Die Administration Ihrer Lernplattform kann unter „Texte, Logo und Farbe“ ein anderes hochladen."),
            ) from err
        # The message reads: the text `"王"` could not be displayed with font `"Noto Sans"`
        missing = re.search(r'the text `"(.*?)"` could not be displayed', err.message)
        if not missing:
            raise
        raise NameCannotBeSet(
            N_("Die Druckschrift hat das Zeichen „%(sign)s“ nicht."),
            next_step=N_("Bitte wenden Sie sich an die Kursleitung: Sie legt mit Ihnen eine andere Schreibweise fest."),
            sign=missing.group(1),
        ) from err
    assert compiled is not None
    return compiled


def _compiler(template: Path) -> "typst.Compiler":
    import typst  # noqa: PLC0415 - as above

    # One for each thread: a compiler shared by two threads raises "Already borrowed". It keeps fonts and template parsed.
    compilers: dict[Path, typst.Compiler] = _thread.__dict__.setdefault("compilers", {})
    if template not in compilers:
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[NOTO_SANS])
        compilers[template] = typst.Compiler(
            template,
            root=template.parent,
            font_paths=fonts,
            ignore_system_fonts=True,
            # Packages would be fetched from the network: these folders do not exist, so an import of one fails at once.
            package_path=_HERE / "no-packages",
            package_cache_path=_HERE / "no-packages",
        )
    return compilers[template]


def _qr_svg(address: str) -> str:
    import segno  # noqa: PLC0415 - as above

    # Level Q survives a stain on a seventh of it, which M does not; H has so many modules that bad copies blur them. Tried on bad
    # prints in tests/certificates/test_bad_prints.py. The template leaves the quiet zone around it.
    svg = io.BytesIO()
    segno.make_qr(address, error="q").save(svg, kind="svg", border=0, xmldecl=False, nl=False)
    return svg.getvalue().decode()
