"""Tries a letterhead before it is saved: the logo is drawn once, and the fullest documents are set, so that none fails later."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from lti_tool.certificates.documents.typeset import LogoCannotBeDrawn, scale_of
from lti_tool.certificates.kinds.preview_facts import preview_facts
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import DocumentKind, Issuer
from lti_tool.domain.documents.letterhead import LANGUAGES, Letterhead, LetterheadRefused
from lti_tool.messages import N_
from lti_tool.typesetting.typst_process import DocumentTooLarge, Limits, TypesettingBusy, run_typst

# Every document draws the logo anew, so it may cost no more than a moment of it.
_LOGO_LIMITS = Limits(memory_bytes=512 << 20, cpu_s=2)
# As the documents are, because some drawings are allowed in a picture and not in an archive.
_LOGO_PAGE = """#set document(title: "Logo")
#set page(width: auto, height: auto)
#image(bytes(sys.inputs.logo), format: "svg", height: 16mm, alt: "Logo")"""
# Smaller than this, 8 points become 6.
_READABLE_SCALE = 0.76


def draw_logo(svg: str) -> None:
    """Draw a logo once, in a process whose memory and time are limited.

    Raises:
        LetterheadRefused: it cannot be drawn, takes too much, or others have been waiting for too long.
    """
    try:
        run_typst(
            _LOGO_PAGE, limits=_LOGO_LIMITS, format="pdf", pdf_standards=["a-3a", "ua-1"], sys_inputs={"logo": svg}, timestamp=0
        )
    except TypesettingBusy as err:
        raise LetterheadRefused("logo", err.message, next_step=err.next_step) from err
    except DocumentTooLarge as err:
        raise LetterheadRefused("logo", N_("Das Logo ist zu aufwendig gezeichnet. Vereinfachen Sie es.")) from err
    except RuntimeError as err:
        raise LetterheadRefused(
            "logo",
            N_("Das Logo lässt sich nicht zeichnen."),
            next_step=N_("Speichern Sie es im Zeichenprogramm als „einfaches SVG“, ohne verschachtelte Gruppen."),
        ) from err


def try_letterhead(
    programme: Programme, issuer: Issuer, head: Letterhead, *, logo_svg: str, template: Path, now: datetime
) -> None:
    """Set the fullest documents with a letterhead, in every language.

    Args:
        head: laid over the installation's already.

    Raises:
        LetterheadRefused: they would be too small to read, or the logo cannot be drawn.
    """
    for language in LANGUAGES:
        for kind in DocumentKind:
            facts = preview_facts(programme, issuer, replace(head, language=language), kind, is_full=True, now=now)
            try:
                scale = scale_of(facts, logo_svg=logo_svg, template=template)
            except LogoCannotBeDrawn as err:
                raise LetterheadRefused("logo", err.message, next_step=err.next_step) from err
            if scale < _READABLE_SCALE:
                raise LetterheadRefused(
                    "note",
                    N_("Ihre Texte sind zusammen zu lang: Auf einem vollen Dokument wären sie zu klein gedruckt."),
                    next_step=N_("Kürzen Sie den eigenen Satz, die Namen und Funktionen oder die Bezeichnung der Stelle."),
                )
