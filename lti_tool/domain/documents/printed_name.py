"""Rules of the name on a document: what it is cleaned of, and which signs can be printed."""

import unicodedata

from lti_tool.domain.words.typed_text import clean_line
from lti_tool.errors import ToolError
from lti_tool.messages import N_

NAME_LENGTH_MAX = 200
# Non-letters of names: DIN 91379, group N1, and what platforms add (digits, brackets, other dashes and apostrophes).
_SIGNS = frozenset(" ',-.`~¨´·ʹʺʾʿˈˌ’‡" + "0123456789()/&‐–‘")
# Other signs for what is printed: hyphens and apostrophes of word processors and of transliterations, full-width letters.
_EQUIVALENTS = {0x2011: "-", 0x2212: "-", 0xFF0D: "-", 0x02BC: "’", 0x02BB: "‘", 0x201B: "‘"} | {
    wide: chr(wide - 0xFEE0) for wide in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
# DIN 91379 needs two marks on one letter (L̥̄); more than four only deface the line above.
_MARKS_IN_A_ROW_MAX = 4


class NameRefused(ToolError):
    """A name that the certificate cannot print."""

    status = 422
    code = "name_refused"


def clean_name(text: str) -> str:
    """Give a name as it will be printed: NFC, single spaces, nothing that does not show; cleaned first, judged then.

    Printable are the Latin letters with their marks (DIN 91379, data type A: names of natural persons), not other scripts: a
    certificate is compared with an identity document, and look-alikes from other alphabets would pass the eye.

    Raises:
        NameRefused: empty, too long, or with something that no certificate can print.
    """
    name = clean_line(text).translate(_EQUIVALENTS)
    if not any(unicodedata.category(sign).startswith("L") for sign in name):
        raise NameRefused(
            N_("Es fehlt der Name."),
            next_step=N_("Geben Sie Vornamen und Nachnamen so ein, wie sie auf dem Zertifikat stehen sollen."),
            code="name_empty",
        )
    if len(name) > NAME_LENGTH_MAX:
        raise NameRefused(
            N_("Der Name ist mit %(length)s Zeichen zu lang; Platz ist für %(max)s."),
            next_step=N_("Kürzen Sie ihn, zum Beispiel bei den weiteren Vornamen."),
            code="name_too_long",
            length=len(name),
            max=NAME_LENGTH_MAX,
        )
    _refuse_foreign_signs(name)
    return name


def find_printable_name(*candidates: str | None) -> str | None:
    """Give the first candidate that a certificate can print, cleaned; None where there is none."""
    for candidate in candidates:
        try:
            return clean_name(candidate or "")
        except NameRefused:
            continue
    return None


def refusal_of(name: str | None) -> NameRefused | None:
    """Tell why a certificate cannot print a name; None: it can."""
    try:
        clean_name(name or "")
    except NameRefused as refusal:
        return refusal
    return None


def _refuse_foreign_signs(name: str) -> None:
    carries_marks = 0  # how many more marks the letter before may carry
    for sign in name:
        is_mark = "\u0300" <= sign <= "\u036f"
        is_printable = carries_marks > 0 if is_mark else (sign in _SIGNS or _is_latin(sign))
        if is_mark:
            carries_marks -= 1
        else:
            carries_marks = _MARKS_IN_A_ROW_MAX if _is_latin(sign) else 0
        if not is_printable:
            raise NameRefused(
                N_("Das Zeichen „%(sign)s“ kann das Zertifikat nicht drucken."),
                next_step=N_(
                    "Schreiben Sie den Namen mit lateinischen Buchstaben, so wie er in Ihrem Ausweis oder Pass steht. "
                    "Akzente und Sonderzeichen aller europäischen Sprachen sind möglich."
                ),
                code="name_foreign_sign",
                sign=sign,
            )


def _is_latin(sign: str) -> bool:
    return unicodedata.category(sign).startswith("L") and unicodedata.name(sign, "").startswith("LATIN ")
