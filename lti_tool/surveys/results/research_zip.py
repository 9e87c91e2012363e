"""The download for research: figures, rows where they may be told, texts, and what is needed to read them in ten years."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence

from lti_tool.domain.surveys.instrument import CANNOT_SAY, EMPTY, SurveyInstrument, SurveyKind, SurveyQuestion
from lti_tool.surveys.results.figures_csv import COLUMNS, figures_csv, written_csv
from lti_tool.surveys.results.read_results import SurveyResults

Rows = Mapping[str, Sequence[Mapping[str, object]]]
_CODEBOOK = ("survey", "variable", "kind", "text_de", "text_en", "value", "label_de", "label_en", "missing", "revision")
_NO_DAY = (1980, 1, 1, 0, 0, 0)
_LICENCE = """Figures, codebook and questionnaires: CC BY 4.0, https://creativecommons.org/licenses/by/4.0/
Rows (sheets-*.csv): for the purpose that was agreed with the body that issued the code, without passing them on.
Whoever uses them does not try to recognise anybody, and deletes them on the day agreed.
"""


def research_zip(told: Sequence[SurveyResults], rows: Rows) -> bytes:
    """Pack what a reader may have; the same content gives the same bytes.

    Args:
        rows: rows by the name of their survey, only where they may be told.
    """
    files = {
        "README.md": _readme(told, rows),
        "LICENSE": _LICENCE,
        "counts.csv": figures_csv(told),
        "counts.csv-metadata.json": _csvw("counts.csv", COLUMNS),
        "texts.csv": written_csv(("survey", "question", "text"), _texts(told)),
        "codebook.csv": written_csv(_CODEBOOK, (line for found in told for line in _codebook(found.instrument))),
        "codebook.csv-metadata.json": _csvw("codebook.csv", _CODEBOOK),
        "questionnaire-de.md": "\n".join(_questionnaire(found.instrument, "de") for found in told),
        "questionnaire-en.md": "\n".join(_questionnaire(found.instrument, "en") for found in told),
    }
    for found in told:
        name, sheets = found.name, rows.get(found.name, ())
        if sheets:
            columns = _columns(found.instrument)
            file = f"sheets-{name}.csv"
            files[file] = written_csv(columns, ([_cell(sheet, column) for column in columns] for sheet in sheets))
            files[f"{file}-metadata.json"] = _csvw(file, columns)
            files[f"import-{name}.R"] = _r_script(file, found.instrument)
            files[f"import-{name}.sps"] = _spss_script(file, columns)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _NO_DAY), text.encode())
    return packed.getvalue()


def _readme(told: Sequence[SurveyResults], rows: Rows) -> str:
    lines = [
        "# Results of anonymous surveys",
        "",
        "Sheets were sealed when they were sent, opened together after the last day, mixed, and counted. Nothing is told of",
        "fewer than five people; questions with a smaller base are left out; rare combinations of role and size are empty.",
        "UTF-8, comma, LF, decimal point. -8: cannot say, -9: no answer; both are missing. Self-assessments, not tests.",
        "",
    ]
    for found in told:
        days = f"{min(each.opens_on for each in found.rounds)} to {max(each.closes_on for each in found.rounds)}"
        kept = len(rows.get(found.name, ()))
        lines.append(
            f"- {found.name} (revision {found.instrument.revision}): {found.results.sheets} sheets,"
            f" {len(found.rounds)} rounds, {days}, {kept or 'no'} rows"
        )
    return "\n".join(lines) + "\n"


def _texts(told: Sequence[SurveyResults]) -> Iterator[tuple[str, str, str]]:
    for found in told:
        for question, texts in sorted(found.texts.items()):
            yield from ((found.name, question, text) for text in texts)


def _codebook(instrument: SurveyInstrument) -> Iterator[tuple[object, ...]]:
    for question in instrument.questions:
        for variable in _variables(question):
            for value, de, en in _labels(question) or [("", "", "")]:
                missing = "yes" if value in (CANNOT_SAY, EMPTY) else ""
                text = question.text
                yield (
                    *(instrument.id, variable, question.kind.value, text.de, text.en),
                    *(value, de, en, missing, instrument.revision),
                )


def _variables(question: SurveyQuestion) -> tuple[str, ...]:
    if question.kind is SurveyKind.SEVERAL:
        return tuple(f"{question.key}_{option.code}" for option in question.options)
    return question.fields


def _labels(question: SurveyQuestion) -> list[tuple[object, str, str]]:
    if question.kind is SurveyKind.SEVERAL:
        return [(0, "nein", "no"), (1, "ja", "yes")]
    if question.scale is not None:
        points = [(code, point.de, point.en) for code, point in enumerate(question.scale.points, 1)]
        return [*points, (CANNOT_SAY, "kann ich nicht beurteilen", "cannot say"), (EMPTY, "keine Angabe", "no answer")]
    if question.options:
        return [*((each.code, each.text.de, each.text.en) for each in question.options), (EMPTY, "keine Angabe", "no answer")]
    return []


def _columns(instrument: SurveyInstrument) -> tuple[str, ...]:
    asked = [each for each in instrument.questions if each.kind is not SurveyKind.TEXT and not each.is_personal]
    return (*(name for question in asked for name in _variables(question)), "role", "size", "half_year")


def _cell(sheet: Mapping[str, object], column: str) -> object:
    if column in sheet:
        return sheet[column]
    key, _, code = column.rpartition("_")
    chosen = sheet.get(key)
    return int(int(code) in chosen) if isinstance(chosen, list) else EMPTY


def _csvw(file: str, columns: Sequence[str]) -> str:
    described = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": file,
        "dialect": {"delimiter": ",", "header": True, "encoding": "utf-8"},
        "tableSchema": {"columns": [{"name": name, "titles": name, "null": ["-8", "-9", ""]} for name in columns]},
    }
    return json.dumps(described, indent=1) + "\n"


def _questionnaire(instrument: SurveyInstrument, language: str) -> str:
    lines = [f"# {instrument.title.in_language(language)} ({instrument.id}, {instrument.revision})", ""]
    for question in instrument.questions:
        lines.append(f"- {question.text.in_language(language)}")
        lines += [f"  - {value}: {de if language == 'de' else en}" for value, de, en in _labels(question)]
    return "\n".join(lines) + "\n"


def _r_script(file: str, instrument: SurveyInstrument) -> str:
    return (
        f'sheets <- read.csv("{file}", encoding = "UTF-8", na.strings = c("-8", "-9", ""))\n'
        'codebook <- read.csv("codebook.csv", encoding = "UTF-8")\n'
        f'codebook <- codebook[codebook$survey == "{instrument.id}", ]\n'
    )


def _spss_script(file: str, columns: Sequence[str]) -> str:
    kinds = " ".join(f"{name} {'A8' if name in ('role', 'size', 'half_year') else 'F8.2'}" for name in columns)
    numbers = " ".join(name for name in columns if name not in ("role", "size", "half_year"))
    return (
        f'GET DATA /TYPE=TXT /FILE="{file}" /ENCODING="UTF8" /DELIMITERS="," /QUALIFIER=\'"\' /FIRSTCASE=2\n'
        f"  /VARIABLES={kinds}.\nMISSING VALUES {numbers} (-8, -9).\nEXECUTE.\n"
    )
