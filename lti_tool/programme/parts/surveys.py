"""Reads surveys: `surveys/scales.toml` with the scales of all, and one file for each instrument."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from lti_tool.domain.surveys.instrument import (
    SCALE_POINTS,
    InBothLanguages,
    SurveyInstrument,
    SurveyKind,
    SurveyMoment,
    SurveyOption,
    SurveyQuestion,
    SurveyScale,
)
from lti_tool.programme.formats.findings import Findings
from lti_tool.programme.formats.toml_source import Table, read_toml

FOLDER = "surveys"
_SCALES = "scales.toml"
_MOST_OPTIONS = 30
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_WITH_SCALE = frozenset({SurveyKind.SCALE, SurveyKind.PAIR})
_FEWEST_OPTIONS = {SurveyKind.ONE: 2, SurveyKind.SEVERAL: 2, SurveyKind.RANKING: 3}


@dataclass(frozen=True)
class ReadSurvey:
    """An instrument and where it stands, with the table of each question."""

    instrument: SurveyInstrument
    table: Table
    questions: tuple[Table, ...]


def read_surveys(root: Path, findings: Findings) -> list[ReadSurvey]:
    """Read the instruments of a programme; one without surveys has no such folder."""
    paths = sorted((root / FOLDER).glob("*.toml"))
    scales: dict[str, SurveyScale] = {}
    for path in paths:
        if path.name == _SCALES:
            scales = _read_scales(read_toml(path, root, findings))
    return [_read_survey(read_toml(path, root, findings), scales, path.stem) for path in paths if path.name != _SCALES]


def _read_scales(head: Table) -> dict[str, SurveyScale]:
    scales: dict[str, SurveyScale] = {}
    for table in head.tables("scale", at_least=1):
        points = tuple(_both(point) for point in table.tables("point"))
        scale = SurveyScale(table.text("id"), points, table.text("licence"), has_mean=table.flag("mean", True))
        if len(points) != SCALE_POINTS:
            table.error("point", f"Eine Skala hat {SCALE_POINTS} beschriftete Stufen [[scale.point]], nicht {len(points)}.")
        _report_equal_texts(table, "point", points)
        if scale.id in scales:
            table.error("id", f"Die Skala „{scale.id}“ gibt es schon.")
        scales[scale.id] = scale
        table.finish()
    head.finish()
    return scales


def _read_survey(table: Table, scales: dict[str, SurveyScale], stem: str) -> ReadSurvey:
    questions = tuple(table.tables("question", at_least=1))
    instrument = SurveyInstrument(
        id=table.slug("id"),
        moment=table.member("moment", SurveyMoment, SurveyMoment.NEEDS),
        revision=table.integer("revision"),
        title=_both(table.table("title")),
        licence=table.text("licence"),
        is_research=table.flag("research"),
        questions=tuple(_read_question(entry, scales) for entry in questions),
    )
    if instrument.id and instrument.id != stem:
        table.error("id", f"Die Datei heißt „{stem}.toml“, die id „{instrument.id}“; beide sind gleich.")
    if instrument.revision < 1:
        table.error("revision", "Die erste Fassung ist 1; jeder geänderte Satz erhöht sie um 1.")
    table.finish()
    return ReadSurvey(instrument, table, questions)


def _read_question(table: Table, scales: dict[str, SurveyScale]) -> SurveyQuestion:
    kind = table.member("kind", SurveyKind, SurveyKind.TEXT)
    question = SurveyQuestion(
        key=table.text("key"),
        kind=kind,
        text=_both(table.table("text")),
        scale=_scale(table, scales) if kind in _WITH_SCALE else None,
        lacks=_both(table.table("lacks")) if kind in _WITH_SCALE and table.has("lacks") else None,
        options=_options(table, _FEWEST_OPTIONS[kind]) if kind in _FEWEST_OPTIONS else (),
        is_personal=table.flag("personal", False),
        is_split=table.flag("split", False),
        is_control=table.flag("control", False),
        most=table.integer("most", 0 if kind is SurveyKind.SEVERAL else None)
        if kind in (SurveyKind.SEVERAL, SurveyKind.NUMBER)
        else 0,
    )
    if not _KEY.fullmatch(question.key):
        table.error("key", f"Der Schlüssel „{question.key}“ besteht aus a–z, 0–9 und _ und beginnt mit einem Buchstaben.")
    if question.most < 0 or (kind is SurveyKind.NUMBER and question.most == 0):
        table.error("most", "„most“ ist die größte Zahl, die möglich ist, oder wie viele Antworten gewählt werden dürfen.")
    table.finish()
    return question


def _scale(table: Table, scales: dict[str, SurveyScale]) -> SurveyScale | None:
    name = table.text("scale")
    if name and name not in scales:
        known = ", ".join(scales) or f"keine; {FOLDER}/{_SCALES} fehlt"
        table.error("scale", f"Die Skala „{name}“ gibt es nicht; bekannt sind: {known}.")
    return scales.get(name)


def _options(table: Table, fewest: int) -> tuple[SurveyOption, ...]:
    options = []
    for entry in table.tables("option"):
        existing = entry.integer("existing") if entry.has("existing") else None
        code, is_alone = entry.integer("code"), entry.flag("alone", False)
        options.append(SurveyOption(code, _both(entry), is_alone=is_alone, existing=existing))
        if existing is not None and existing < 1:
            entry.error("existing", "„existing“ sagt, wie viele Kommunen es in dieser Klasse gibt: mindestens 1.")
    if not fewest <= len(options) <= _MOST_OPTIONS:
        table.error("option", f"Hier stehen {fewest} bis {_MOST_OPTIONS} Antworten [[question.option]], nicht {len(options)}.")
    codes = {option.code for option in options}
    if len(codes) < len(options) or not codes <= set(range(1, 100)):
        table.error("option", "Jede Antwort hat einen eigenen „code“ von 1 bis 99.")
    _report_equal_texts(table, "option", tuple(option.text for option in options))
    return tuple(options)


def _both(table: Table) -> InBothLanguages:
    """Read a text in both languages; who asks for more keys does so before."""
    text = InBothLanguages(table.text("de"), table.text("en"))
    table.finish()
    return text


def _report_equal_texts(table: Table, key: str, texts: tuple[InBothLanguages, ...]) -> None:
    for language in ("de", "en"):
        counts = Counter(text.in_language(language).casefold() for text in texts)
        for text, times in counts.items():
            if times > 1 and text:
                table.error(key, f"„{text}“ steht hier zweimal ({language}).")
