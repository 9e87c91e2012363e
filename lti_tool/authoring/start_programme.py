"""Begins a programme: copies a small one that checks clean and explains itself, under the names of the new one."""

import re
import unicodedata
from datetime import date
from pathlib import Path

from lti_tool.errors import ConfigurationError

_TEMPLATE = Path(__file__).parent / "template"
_LONGEST_SLUG = 60
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def start_programme(folder: Path, title: str | None, *, today: date) -> list[str]:
    """Write a new programme into a folder, and return the names of its files.

    Args:
        title: None: it is made of the folder's name.

    Raises:
        ConfigurationError: the folder holds something already, or no name can be made of it.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise ConfigurationError(f"{folder} holds something already. Name a folder that is empty or not there yet.")
    name = folder.resolve().name
    title = " ".join((name.replace("-", " ").replace("_", " ").strip().capitalize() if title is None else title).split())
    slug = slug_of(name)
    if not slug or slug == "programme" or not title:
        raise ConfigurationError(f'No name can be made of "{name}": use letters or digits, for example "klima-im-rathaus".')
    words = {
        "@SLUG@": slug,
        "@FIELD@": slug,
        "@TITLE@": _escaped(title),
        "@YEAR@": str(today.year),
        "@TODAY@": today.isoformat(),
        "@REVIEW@": _in_half_a_year(today).isoformat(),
    }
    written = []
    for path in sorted(_TEMPLATE.rglob("*")):
        if path.suffix in (".toml", ".md"):
            place = path.relative_to(_TEMPLATE)
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            text = re.sub("|".join(words), lambda found: words[found[0]], path.read_text(encoding="utf-8"))
            (folder / place).write_text(text, encoding="utf-8")
            written.append(place.as_posix())
    return written


def slug_of(name: str) -> str:
    """Make a name for addresses: small letters and digits with single hyphens; empty where nothing of it is left."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", name).lower().translate(_UMLAUTS))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode())[:_LONGEST_SLUG].strip("-")


def _escaped(text: str) -> str:
    """Write a text so that it can stand between quotation marks in TOML."""
    return "".join(f"\\u{ord(sign):04x}" if sign in '"\\' or ord(sign) < 32 or ord(sign) == 127 else sign for sign in text)


def _in_half_a_year(today: date) -> date:
    month = today.month + 6
    # The 28th is in every month.
    return date(today.year + (month - 1) // 12, (month - 1) % 12 + 1, min(today.day, 28))
