"""Checks a logo: an SVG file from outside may be drawn on documents only if it is nothing but a drawing."""

import re
from xml.etree import ElementTree

from lti_tool.domain.documents.letterhead import LetterheadRefused
from lti_tool.messages import N_

LOGO_BYTES_MAX = 64 * 1024
_SVG = "{http://www.w3.org/2000/svg}"
# Shapes, groups and colours. No text (it would need fonts that are not here), no script, no picture, no foreign content.
_ELEMENTS = frozenset(
    {"svg", "g", "defs", "symbol", "use", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
    | {"title", "desc", "metadata", "linearGradient", "radialGradient", "stop", "clipPath", "mask"}
)
_OUTSIDE = re.compile(r"url\s*\(\s*['\"]?(?!#)|expression|javascript:|@import", re.IGNORECASE)
_ELEMENTS_MAX = 3000


def check_logo(content: bytes) -> str:
    """Give the SVG as it will be stored.

    Raises:
        LetterheadRefused: it is too large, no SVG, or holds what is no drawing.
    """
    if len(content) > LOGO_BYTES_MAX:
        raise LetterheadRefused("logo", N_("Das Logo ist zu groß; erlaubt sind 64 KB."))
    # Declarations of entities are how XML is made to explode or to read files: no logo needs them.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise LetterheadRefused("logo", N_("Das Logo enthält eine DOCTYPE-Angabe. Speichern Sie es als „einfaches SVG“."))
    try:
        text = content.decode("utf-8-sig")
        root = ElementTree.fromstring(text)  # noqa: S314 - no declarations, at most 64 KB
    except (UnicodeDecodeError, ElementTree.ParseError) as err:
        raise LetterheadRefused("logo", N_("Das Logo ist keine lesbare SVG-Datei.")) from err
    if root.tag != f"{_SVG}svg":
        raise LetterheadRefused("logo", N_("Das Logo ist keine lesbare SVG-Datei."))
    elements = list(root.iter())
    if len(elements) > _ELEMENTS_MAX:
        raise LetterheadRefused("logo", N_("Das Logo ist zu verschachtelt. Vereinfachen Sie es."))
    for element in elements:
        _check_element(element)
    return text


def _check_element(element: ElementTree.Element) -> None:
    name = element.tag.removeprefix(_SVG) if isinstance(element.tag, str) else ""
    # What editors add in namespaces of their own is never drawn.
    if isinstance(element.tag, str) and element.tag.startswith("{") and not element.tag.startswith(_SVG):
        return
    if name not in _ELEMENTS:
        raise LetterheadRefused(
            "logo",
            N_("Das Logo enthält <%(element)s>. Erlaubt sind nur gezeichnete Formen."),
            next_step=N_("Wandeln Sie Texte und Bilder im Zeichenprogramm in Pfade um."),
            element=name[:30],
        )
    for attribute, value in element.attrib.items():
        local = attribute.rpartition("}")[2].lower()
        is_outside_link = local == "href" and not value.startswith("#")
        if local.startswith("on") or is_outside_link or _OUTSIDE.search(value):
            raise LetterheadRefused("logo", N_("Das Logo verweist auf etwas außerhalb seiner Datei oder enthält ein Skript."))
