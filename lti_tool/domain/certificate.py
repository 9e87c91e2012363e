"""Rules of the certificate: what it says, who gets it, which names it prints, and the code that finds it again."""

import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from lti_tool.domain.letterhead import Letterhead, Signatory, add_months
from lti_tool.domain.programme import Module, Programme
from lti_tool.errors import ToolError
from lti_tool.messages import N_

# The programme is German: a certificate bears the date of this zone, wherever the server stands.
ZONE = ZoneInfo("Europe/Berlin")

# --- facts -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Issuer:
    """Who issues, and the address under which anyone verifies (`…/verify`, without slash at the end)."""

    name: str
    url: str
    verify_url: str
    modules_count_months: int = 24
    """How long a completed module counts towards the certificate (curriculum, section 6); 0: for ever."""
    letterhead: Letterhead = field(default_factory=Letterhead)
    """The installation's; a registration may lay its own over it."""


class Kind(StrEnum):
    """The two documents (curriculum, section 6)."""

    CERTIFICATE = "certificate"
    PARTICIPATION = "participation"
    """Teilnahmebescheinigung: one module's lessons, and its live part where there is one."""


@dataclass(frozen=True)
class CertifiedModule:
    """One module as the certificate prints it; `version` is the programme's when the module was completed."""

    number: int
    title: str
    version: str
    completed_on: date


@dataclass(frozen=True)
class Facts:
    """Everything that a certificate prints, as it was at issue. Stored once and never derived again."""

    name: str
    programme_title: str
    modules: tuple[CertifiedModule, ...]
    hours: float
    issuer_name: str
    issuer_url: str
    issued_on: date
    check_code: str
    """Normalised; printed in groups."""
    verify_url: str
    """Full address of this certificate's verification page, as the QR code holds it."""
    language: str = "de"
    kind: Kind = Kind.CERTIFICATE
    title: str = ""
    """The issuer's own word for the document; empty: Zertifikat, Teilnahmebescheinigung."""
    topics: tuple[str, ...] = ()
    """Of a Teilnahmebescheinigung: what the module was about."""
    began_on: date | None = None
    is_passed: bool = False
    """Of a Teilnahmebescheinigung: with the Lernerfolgskontrolle passed."""
    is_tested: bool = True
    """Of a certificate: the Lernerfolgskontrolle of every module is passed; False: the course asked for none."""
    draft_title: str = ""
    """Of a certificate: the title that the person gave their own strategy draft."""
    cohort: str = ""
    valid_until: date | None = None
    """The last day on which it is valid; None: it does not expire."""
    signatories: tuple[Signatory, ...] = ()
    note: str = ""
    accent: str = ""
    logo_sha256: str = ""
    logo_alt: str = ""


def without_person(facts: Facts) -> Facts:
    """Give what may stay of a document after its person's data were erased: that it was issued, when and as what."""
    return replace(facts, name="", modules=(), topics=(), began_on=None, cohort="", draft_title="")


def day_of(moment: datetime) -> date:
    """Tell the date that a certificate prints for a moment."""
    return moment.astimezone(ZONE).date()


def hours_in_print(hours: float) -> float:
    """Round to what an estimate can honestly say: half hours, at least one of them."""
    return max(round(hours * 2) / 2, 0.5)


def missing_modules(
    programme: Programme, completed_on: Mapping[str, date], *, today: date | None = None, count_months: int = 0
) -> tuple[Module, ...]:
    """List the modules that a person still has to complete for the certificate; empty: it is due.

    Args:
        completed_on: by module slug, the day on which each was completed.
        today, count_months: a module counts for so many months; 0 or no today: for ever.
    """
    return tuple(
        module
        for module in programme.modules
        if module.slug not in completed_on
        or (today is not None and has_lapsed(completed_on[module.slug], today=today, count_months=count_months))
    )


def has_lapsed(completed_on: date, *, today: date, count_months: int) -> bool:
    """Tell whether a module was completed too long ago to count towards the certificate."""
    return count_months > 0 and today > add_months(completed_on, count_months)


# --- names -----------------------------------------------------------------------------------------------------------

NAME_LENGTH_MAX = 200
# Non-letters of names: DIN 91379, group N1, and what platforms add (digits, brackets, other dashes and apostrophes).
_SIGNS = frozenset(" ',-.`~¨´·ʹʺʾʿˈˌ’‡" + "0123456789()/&‐–‘")
# DIN 91379 needs two marks on one letter (L̥̄); more than four only deface the line above.
_MARKS_IN_A_ROW_MAX = 4


class NameRefused(ToolError):
    """A name that the certificate cannot print."""

    status = 422
    code = "name_refused"


def clean_name(text: str) -> str:
    """Give a name as it will be printed: NFC, single spaces, none around it.

    Printable are the Latin letters with their marks (DIN 91379, data type A: names of natural persons), not other scripts: a
    certificate is compared with an identity document, and look-alikes from other alphabets would pass the eye.

    Raises:
        NameRefused: empty, too long, or with something that no certificate can print.
    """
    for sign in text:
        if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            raise NameRefused(
                N_("Der Name enthält ein unsichtbares Zeichen (%(sign)s)."),
                next_step=N_("Tippen Sie den Namen bitte neu ein, statt ihn einzufügen."),
                code="name_control_character",
                sign=f"U+{ord(sign):04X}",
            )
    name = " ".join(unicodedata.normalize("NFC", text).split())
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


# --- check codes -----------------------------------------------------------------------------------------------------

# Crockford's base 32: no I, L, O (read as 1, 1, 0) and no U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_BITS = 128
CODE_LENGTH = 27  # 26 characters hold 128 bits, one checks them
_GROUP = 4
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
# Spaces and every dash that a word processor may have put in place of a hyphen.
_SEPARATORS = str.maketrans("", "", " \t\r\n\u00a0\u202f\u2009-\u2010\u2011\u2012\u2013\u2014\u2212_.")


class TypingError(StrEnum):
    """Why a text cannot be a check code of ours, whatever the register holds."""

    EMPTY = "empty"
    LENGTH = "length"
    SIGN = "sign"
    CHECK = "check"


def new_check_code() -> str:
    """Draw a check code: 128 random bits and a check character, without separators."""
    number = secrets.randbits(CODE_BITS)
    body = "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (CODE_LENGTH - 2), -1, -5))
    return body + ALPHABET[_times_alpha(_weighted_sum(body))]


def normalise_check_code(typed: str) -> str:
    """Read what a person typed, pasted or scanned: any case, any grouping, O for 0, I and L for 1, also the whole address."""
    return typed.strip().rpartition("/")[2].translate(_SEPARATORS).upper().translate(_LOOKALIKES)


def find_typing_error(code: str) -> TypingError | None:
    """Tell whether a normalised code was mistyped; None: it is well formed, so the register can be asked.

    Found are all single wrong characters and all exchanges of two characters, wherever they stand.
    """
    if not code:
        return TypingError.EMPTY
    if any(sign not in ALPHABET for sign in code):
        return TypingError.SIGN
    if len(code) != CODE_LENGTH:
        return TypingError.LENGTH
    # The first character holds the upper 3 of 128 bits only.
    return TypingError.CHECK if _weighted_sum(code) or ALPHABET.index(code[0]) > 7 else None


def group_check_code(code: str) -> str:
    """Write a check code for people: groups of four, joined by hyphens."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def _weighted_sum(code: str) -> int:
    # A sum over GF(32) with weights α^26 … α^1, α^0; it is zero for a whole code. α has order 31, so all 27 weights differ:
    # that is why any single error and any exchange of two characters shows. Crockford's own check symbol (mod 37) would
    # need five more characters (*~$=U) that do not belong into an address.
    total = 0
    for sign in code:
        total = _times_alpha(total) ^ ALPHABET.index(sign)
    return total


def _times_alpha(element: int) -> int:
    # Multiplies in GF(32) = GF(2)[x] / (x^5 + x^2 + 1) by its primitive element x.
    doubled = element << 1
    return doubled ^ 0b100101 if doubled & 32 else doubled
