"""Reads a chapter's form, and prepares its fields for the template: what is typed, what is stored, how it stands.

Names in the form: `f.<field>` the text, `f.<field>.<row>.<column>` a cell, `n.<field>` how many rows the page has, and
`t.<field>` the token: the version and digest that the page was made from.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from lti_tool.domain.content.programme import Field
from lti_tool.domain.rules.workbook import LENGTH_MAX, ROWS_MAX, Content, MissingField, count_words
from lti_tool.messages import N_
from lti_tool.web.language import format_number, format_time_of_day, translate
from lti_tool.workbook.open_workbook import FieldState
from lti_tool.workbook.save_fields import FieldEntry, Saved, SavingOutcome
from lti_tool.workbook.stored_content import digest_of
from lti_tool.workbook.take_home.draft import StoredField

# A table may be sent with more rows than may be kept, so that the answer can say so; beyond that nobody types.
_ROWS_READ_MAX = ROWS_MAX + 50
ROWS_ADDED = 1


@dataclass(frozen=True)
class FieldView:
    """One field as the template shows it."""

    field: Field
    content: Content
    """What stands in the inputs: the stored content, or what was typed and could not be saved."""
    stored: StoredField
    token: str
    rows: tuple[Mapping[str, str], ...]
    """Rows of a table with empty ones to type into."""
    has_history: bool
    problem: str
    other: Content | None
    """In a conflict: what is stored, typed in another window."""
    is_wide: bool
    """A table with so many columns that each row is shown as a card."""

    @property
    def words(self) -> int:
        return count_words(self.content.text)


def token_of(stored: StoredField) -> str:
    """Write the version and digest of a content as the form carries them."""
    return f"{stored.version}.{digest_of(stored.content)}"


def read_entry(form: MultiDict[str, str], field: Field) -> FieldEntry | None:
    """Read one field from a form; None: the form does not have it, or its token is not one of ours."""
    version, _, digest = form.get(f"t.{field.id}", "").partition(".")
    if not version.isdecimal() or len(version) > 9:
        return None
    return FieldEntry(read_content(form, field), int(version), digest)


def read_content(form: MultiDict[str, str], field: Field) -> Content:
    """Read what was typed into one field."""
    if field.kind != "table":
        return Content(text=form.get(f"f.{field.id}", ""))
    count = form.get(f"n.{field.id}", "")
    rows = min(int(count), _ROWS_READ_MAX) if count.isdecimal() and len(count) < 9 else 0
    return Content(
        rows=tuple(
            {column.id: form.get(f"f.{field.id}.{number}.{column.id}", "") for column in field.columns} for number in range(rows)
        )
    )


def view_of(state: FieldState, saved: Saved | None, missing: MissingField | None, *, more_rows: int = 0) -> FieldView:
    """Prepare a field; `saved` is what became of it just now, `missing` why the chapter cannot be handed in."""
    stored = saved.stored if saved else state.stored
    is_trouble = saved is not None and saved.outcome not in (SavingOutcome.SAVED, SavingOutcome.UNCHANGED)
    content = saved.typed if saved and is_trouble else stored.content
    problem = problem_of(saved) if saved and is_trouble else missing_words(missing) if missing else ""
    return FieldView(
        field=state.field,
        content=content,
        stored=stored,
        token=token_of(stored),
        rows=_rows(state.field, content, more_rows),
        has_history=state.has_history or stored.version > 0,
        problem=problem,
        other=stored.content if saved and saved.outcome is SavingOutcome.CONFLICT else None,
        is_wide=len(state.field.columns) > 4,
    )


def _rows(field: Field, content: Content, more_rows: int) -> tuple[Mapping[str, str], ...]:
    if field.kind != "table":
        return ()
    wanted = min(max(field.rows_at_start, len(content.rows) + 1) + more_rows, ROWS_MAX)
    empty: Mapping[str, str] = {}
    return (*content.rows, *(empty for _ in range(wanted - len(content.rows))))


def problem_of(saved: Saved) -> str:
    """Say in the person's language why a field was not saved."""
    if saved.outcome is SavingOutcome.TOO_LONG:
        return translate(
            N_(
                "Der Text ist zu lang: %(length)s Zeichen, möglich sind %(most)s. Bitte kürzen Sie ihn; gespeichert ist noch die "
                "Fassung davor."
            ),
            length=format_number(saved.typed.length),
            most=format_number(LENGTH_MAX),
        )
    if saved.outcome is SavingOutcome.TOO_MANY_ROWS:
        return translate(
            N_(
                "Die Tabelle hat zu viele Zeilen: %(rows)s, möglich sind %(most)s. Bitte fassen Sie Zeilen zusammen; gespeichert "
                "ist noch die Fassung davor."
            ),
            rows=format_number(len(saved.typed.rows)),
            most=format_number(ROWS_MAX),
        )
    if saved.outcome is SavingOutcome.RESTS:
        return translate(
            N_(
                "Das Kapitel ist eingereicht und ruht. Ihr Text ist nicht verloren: Er liegt im Verlauf dieses Feldes. "
                "Zum Weiterschreiben holen Sie das Kapitel zurück."
            )
        )
    return translate(
        N_(
            "Dieses Feld wurde inzwischen in einem anderen Fenster geändert. Es ist nichts verloren: "
            "Beide Fassungen liegen im Verlauf. Entscheiden Sie, welche gelten soll."
        )
    )


def missing_words(missing: MissingField) -> str:
    """Say what a required field still needs."""
    if missing.rows_wanted:
        return translate(
            N_("Hier werden mindestens %(wanted)s Zeilen gebraucht, ausgefüllt: %(rows)s."),
            wanted=missing.rows_wanted,
            rows=missing.rows,
        )
    return translate(N_("Dieses Feld ist noch leer."))


def saved_words(stored: StoredField) -> str:
    """Say when a field was saved."""
    if stored.saved_at is None:
        return ""
    return translate(N_("Gespeichert um %(time)s"), time=format_time_of_day(stored.saved_at))
