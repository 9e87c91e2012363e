"""Reads and proof-reads sources: who published what, when, and the address where anyone can read it."""

from urllib.parse import urlsplit

from lti_tool.domain.content.texts import Source
from lti_tool.programme.formats.findings import Findings, Rule
from lti_tool.programme.formats.toml_source import Table

KINDS = ("online", "law", "print")
_MOST_ADDRESS_CHARACTERS = 500


def read_sources(root: Table) -> tuple[Source, ...]:
    """Read the `[[source]]` of a lesson or a case."""
    return tuple(_source(table) for table in root.tables("source"))


def check_sources(root: Table, findings: Findings) -> None:
    """Report sources that nobody can look up."""
    for table in root.tables("source"):
        kind = table.text("kind", "online")
        if kind in ("online", "law") and not table.has("url"):
            what = "Das Gesetz" if kind == "law" else "Die Quelle"
            findings.miss(
                Rule.SOURCE_ADDRESS,
                table.file,
                table.line,
                f"{what} „{table.text('title', '')}“ hat keine Adresse (url); nur was allein auf Papier erschien, "
                'kommt mit kind = "print" ohne aus.',
            )
        elif not table.has("year") and not table.has("read_on"):
            findings.miss(
                Rule.SOURCE_ADDRESS,
                table.file,
                table.line,
                f"Die Quelle „{table.text('title', '')}“ nennt weder ein Jahr (year) noch den Tag des Lesens (read_on).",
            )
        if table.has("as_of"):
            findings.miss(
                Rule.SOURCE_ADDRESS,
                table.file,
                table.line_of("as_of"),
                "„as_of“ wird bei Quellen nicht mehr gezeigt: Der Stand ist das Jahr der Quelle (year).",
            )


def _source(table: Table) -> Source:
    source = Source(
        publisher=table.text("publisher"),
        title=table.text("title"),
        year=table.integer("year", 0),
        section=table.text("section", ""),
        url=table.text("url", ""),
        kind=table.one_of("kind", KINDS, "online"),
        read_on=table.day_if_any("read_on"),
        id=table.slug("id") if table.has("id") else table.text("id", ""),
    )
    # Lessons of the first release said when their author had looked; it was read as if it were the source's own date.
    table.text("as_of", "")
    if source.url and (reason := _fault_of(source.url)):
        table.error("url", f"Die Adresse „{source.url[:80]}“ {reason}.")
    table.finish()
    return source


def _fault_of(url: str) -> str:
    """Say why an address cannot stand in a link; empty: it can."""
    if any(sign.isspace() or not sign.isprintable() for sign in url):
        return "enthält Leerzeichen oder unsichtbare Zeichen"
    if len(url) > _MOST_ADDRESS_CHARACTERS:
        return f"hat mehr als {_MOST_ADDRESS_CHARACTERS} Zeichen"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "ist keine gültige Adresse"
    if parts.scheme not in ("https", "http"):
        return "beginnt nicht mit https://"
    if "@" in parts.netloc:
        return "enthält einen Benutzernamen"
    if "." not in host.strip("."):
        return "nennt keinen Rechner im Internet"
    return ""
