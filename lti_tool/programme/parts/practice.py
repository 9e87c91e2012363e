"""Reads practice tasks (chapters and fields of the strategy draft) and the Reifegrad."""

from lti_tool.domain.content.programme import Chapter, Column, Criterion, Dimension, Field, PracticeTask
from lti_tool.programme.formats.markdown import block
from lti_tool.programme.formats.toml_source import Table


def read_practice(root: Table) -> PracticeTask:
    """Read a module's practice.toml."""
    task = PracticeTask(
        title=root.text("title"),
        hours=root.number("hours"),
        introduction_html=block(root.text("introduction")),
        note=root.text("note", ""),
        chapters=tuple(_chapter(table) for table in root.tables("chapter", at_least=1)),
        criteria=tuple(_criterion(table) for table in root.tables("criterion", at_least=1)),
    )
    root.finish()
    return task


def read_dimensions(root: Table) -> tuple[tuple[str, ...], tuple[Dimension, ...]]:
    """Read reifegrad.toml: the names of the levels, then the dimensions with one sentence for each level."""
    names = root.texts("levels")
    dimensions = []
    for table in root.tables("dimension", at_least=1):
        dimension = Dimension(table.integer("number"), table.text("title"), table.texts("levels"))
        if len(dimension.levels) != len(names):
            table.error("levels", f"Es gibt {len(names)} Stufen, hier stehen {len(dimension.levels)} Sätze.")
        dimensions.append(dimension)
        table.finish()
    root.finish()
    return names, tuple(dimensions)


def _chapter(table: Table) -> Chapter:
    chapter = Chapter(
        number=table.integer("number"),
        title=table.text("title"),
        is_restricted=table.flag("restricted", False),
        fields=tuple(_field(field) for field in table.tables("field", at_least=1)),
    )
    table.finish()
    return chapter


def _field(table: Table) -> Field:
    kind = table.one_of("kind", ("text", "line", "table"))
    words = table.integers("words", ())
    if words and (len(words) != 2 or words[0] > words[1]):
        table.error("words", "„words“ nennt zwei Zahlen, erst die kleinere: [120, 180].")
        words = ()
    columns = tuple(_column(column) for column in table.tables("column", at_least=1 if kind == "table" else 0))
    field = Field(
        id=table.text("id"),
        label=table.text("label"),
        kind=kind,
        is_required=table.flag("required"),
        guiding_questions=table.texts("guiding_questions", ()),
        min_rows=table.integer("min_rows", 0),
        words=(words[0], words[1]) if words else None,
        columns=columns,
        start_rows=table.integer("start_rows", 0),
    )
    if not 0 <= field.start_rows <= max(field.min_rows, 1):
        table.error("start_rows", f"„start_rows“ liegt zwischen 1 und „min_rows“ ({field.min_rows}).")
    table.finish()
    return field


def _column(table: Table) -> Column:
    column = Column(table.text("id"), table.text("label"), table.texts("choices", ()))
    table.finish()
    return column


def _criterion(table: Table) -> Criterion:
    criterion = Criterion(
        id=table.text("id"),
        text=table.text("text"),
        not_yet=table.text("not_yet", ""),
        sound=table.text("sound", ""),
        convincing=table.text("convincing", ""),
        chapters=table.integers("chapters", ()),
    )
    table.finish()
    return criterion
