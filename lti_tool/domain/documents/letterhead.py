"""What an issuer wants to see on its documents: titles, who answers for them, colour, logo, language."""

import re
from dataclasses import dataclass, fields
from datetime import date

from lti_tool.errors import ToolError
from lti_tool.messages import N_

LANGUAGES = ("de", "en")
SIGNATORIES_MAX = 3
TEXT_MAX = 200
_COLOUR = re.compile(r"#[0-9a-f]{6}")
# WCAG 2.2, 1.4.3: the accent colour carries text on white paper.
_CONTRAST_MIN = 4.5


class LetterheadRefused(ToolError):
    """A field of the letterhead holds what cannot be printed; `field` names it."""

    status = 422
    code = "letterhead_refused"

    def __init__(self, field: str, message: str, *, next_step: str = "", **values: object) -> None:
        super().__init__(message, next_step=next_step, code=self.code, **values)
        self.field = field


@dataclass(frozen=True)
class Signatory:
    """A person who answers for the document: a printed name with a role, no picture of a signature."""

    name: str
    role: str = ""


@dataclass(frozen=True)
class Letterhead:
    """The typed fields that feed the shipped template. Empty: the default of the installation or of the product."""

    issuer_name: str = ""
    issuer_url: str = ""
    certificate_title: str = ""
    participation_title: str = ""
    signatories: tuple[Signatory, ...] = ()
    note: str = ""
    """A line of the issuer's own below the facts."""
    accent: str = ""
    """Colour of titles and rules, as #rrggbb."""
    logo_sha256: str = ""
    logo_alt: str = ""
    language: str = ""
    hours: float | None = None
    """Hours of the whole programme where the issuer's own count holds; None: the sum of the parts offered."""
    valid_months: int | None = None
    """After how many months a certificate expires; None or 0: never."""

    def texts(self) -> dict[str, str]:
        """Write the fields as they are compared with what a page showed."""
        names = (field.name for field in fields(self))
        return {name: _written(getattr(self, name)) for name in names}

    def over(self, other: "Letterhead") -> "Letterhead":
        """Lay these fields over another letterhead: what is empty here is taken from there."""
        own = {name: value for name, value in vars(self).items() if value not in ("", None, ())}
        return Letterhead(**{**vars(other), **own})


def _written(value: str | float | tuple[Signatory, ...] | None) -> str:
    if isinstance(value, tuple):
        return "\n".join(f"{each.name}, {each.role}" if each.role else each.name for each in value)
    return "" if value is None else value if isinstance(value, str) else f"{value:g}"


def check_letterhead(head: Letterhead) -> Letterhead:
    """Give the letterhead as it will be used.

    Raises:
        LetterheadRefused: a field cannot be printed; the error names it.
    """
    for field in ("issuer_name", "issuer_url", "certificate_title", "participation_title", "note", "logo_alt"):
        _check_text(field, getattr(head, field))
    if len(head.signatories) > SIGNATORIES_MAX:
        raise LetterheadRefused("signatories", N_("Platz ist für höchstens %(max)s Personen."), max=SIGNATORIES_MAX)
    for signatory in head.signatories:
        _check_text("signatories", signatory.name)
        _check_text("signatories", signatory.role)
    if head.issuer_url and not re.match(r"https?://[^\s/]+", head.issuer_url):
        raise LetterheadRefused("issuer_url", N_("Die Adresse muss mit https:// beginnen."))
    if head.language and head.language not in LANGUAGES:
        raise LetterheadRefused("language", N_("Die Nachweise gibt es auf Deutsch und auf Englisch."))
    if head.hours is not None and not 0.5 <= head.hours <= 1000:
        raise LetterheadRefused("hours", N_("Die Stundenzahl muss zwischen 0,5 und 1000 liegen."))
    if head.valid_months is not None and not 0 <= head.valid_months <= 600:
        raise LetterheadRefused("valid_months", N_("Die Gültigkeit muss zwischen 0 (unbegrenzt) und 600 Monaten liegen."))
    if head.logo_sha256 and not head.logo_alt:
        raise LetterheadRefused("logo_alt", N_("Das Logo braucht einen Alternativtext: Wer steht dahinter?"))
    _check_colour(head.accent)
    return head


def add_months(day: date, months: int) -> date:
    """Give the day so many months later, the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def _check_text(field: str, text: str) -> None:
    if len(text) > TEXT_MAX:
        raise LetterheadRefused(
            field, N_("Der Text hat %(length)s Zeichen; Platz ist für %(max)s."), length=len(text), max=TEXT_MAX
        )
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        raise LetterheadRefused(field, N_("Der Text muss in einer Zeile stehen und darf keine Steuerzeichen enthalten."))


def _check_colour(accent: str) -> None:
    if not accent:
        return
    if not _COLOUR.fullmatch(accent):
        raise LetterheadRefused("accent", N_("Geben Sie die Farbe als # und sechs Ziffern von 0 bis f an, zum Beispiel #17427a."))
    if _contrast_with_white(accent) < _CONTRAST_MIN:
        raise LetterheadRefused(
            "accent",
            N_("Diese Farbe ist auf weißem Papier zu hell zum Lesen (Kontrast unter 4,5 zu 1)."),
            next_step=N_("Nehmen Sie einen dunkleren Ton."),
        )


def _contrast_with_white(colour: str) -> float:
    # WCAG 2.2, relative luminance and contrast ratio.
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
