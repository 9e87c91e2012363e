"""Checks an answer sheet as it comes from the form: each mistake with what to do, and nothing that was typed is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lti_tool.domain.surveys.instrument import EMPTY, SurveyInstrument, SurveyKind, SurveyQuestion
from lti_tool.domain.words.numbers import readings
from lti_tool.domain.words.typed_text import clean_text
from lti_tool.messages import N_

LONGEST_ANSWER = 4000
SheetValue = int | str | tuple[int, ...]
"""A code; a typed text or a number in its plain form; the codes of several choices."""
Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class SheetError:
    """What is wrong with one field; `name` is "" where the whole sheet is meant."""

    name: str
    sentence: str
    """German, with placeholders of `values`; the pages translate it."""
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckedSheet:
    values: Mapping[str, SheetValue]
    """One for each field of the instrument, whatever was sent; good only where there are no errors."""
    typed: Mapping[str, tuple[str, ...]]
    """What was sent for the fields of the instrument, sign by sign, to show it again."""
    errors: tuple[SheetError, ...]


def checked_sheet(instrument: SurveyInstrument, typed: Typed) -> CheckedSheet:
    """Read what was sent; fields that the instrument does not have are left out."""
    values: dict[str, SheetValue] = {}
    errors: list[SheetError] = []
    for question in instrument.questions:
        for name in question.fields:
            values[name], found = _read(question, name, typed.get(name, ()))
            errors += found
        if question.kind is SurveyKind.RANKING:
            errors += _ranked_twice(question, values)
    if not errors and all(value in (EMPTY, "", ()) for value in values.values()):
        errors.append(
            SheetError("", N_("Ihr Bogen ist noch leer. Beantworten Sie mindestens eine Frage, bevor Sie ihn absenden."))
        )
    kept = {name: tuple(typed.get(name, ())) for question in instrument.questions for name in question.fields}
    return CheckedSheet(values, kept, tuple(errors))


def _read(question: SurveyQuestion, name: str, sent: Sequence[str]) -> tuple[SheetValue, list[SheetError]]:
    if question.kind is SurveyKind.TEXT:
        return _read_text(name, sent)
    if question.kind is SurveyKind.NUMBER:
        return _read_number(question, name, sent)
    if question.kind is SurveyKind.SEVERAL:
        return _read_several(question, name, sent)
    codes = _codes(sent)
    if not codes:
        return EMPTY, []
    if len(codes) > 1 or codes[0] not in question.codes:
        return EMPTY, [SheetError(name, N_("Wählen Sie hier eine der Antworten, die angeboten werden."))]
    return codes[0], []


def _codes(sent: Sequence[str]) -> list[int]:
    """Read codes; 0, which no answer has, stands for what is none."""
    known = {str(code): code for code in range(-9, 100)}
    return [known.get(value.strip(), 0) for value in sent if value.strip()]


def _read_text(name: str, sent: Sequence[str]) -> tuple[SheetValue, list[SheetError]]:
    text = clean_text("\n".join(sent))
    if len(text) <= LONGEST_ANSWER:
        return text, []
    sentence = N_("Ihr Text hat %(length)s Zeichen. Kürzen Sie ihn auf höchstens %(most)s.")
    return text, [SheetError(name, sentence, {"length": len(text), "most": LONGEST_ANSWER})]


def _read_number(question: SurveyQuestion, name: str, sent: Sequence[str]) -> tuple[SheetValue, list[SheetError]]:
    text = clean_text(" ".join(sent))
    if not text or text == str(EMPTY):
        return EMPTY, []
    # Where a point can mean two things, the smaller one is the hours of a week and the larger one a slip.
    possible = sorted(value for value in readings(text) if 0 <= value <= question.most)
    if possible:
        # Two digits are finer than anybody plans, and a longer number would be a mark of whoever typed it.
        return f"{round(possible[0], 2).normalize():f}", []
    sentence = N_("Schreiben Sie eine Zahl von 0 bis %(most)s, zum Beispiel 7 oder 7,5, oder lassen Sie das Feld leer.")
    return EMPTY, [SheetError(name, sentence, {"most": question.most})]


def _read_several(question: SurveyQuestion, name: str, sent: Sequence[str]) -> tuple[SheetValue, list[SheetError]]:
    codes = tuple(sorted(set(_codes(sent)) - {EMPTY}))
    if not set(codes) <= question.codes:
        return (), [SheetError(name, N_("Wählen Sie hier nur Antworten, die angeboten werden."))]
    if question.most and len(codes) > question.most:
        sentence = N_("Sie haben %(chosen)s Antworten gewählt. Lassen Sie höchstens %(most)s stehen.")
        return codes, [SheetError(name, sentence, {"chosen": len(codes), "most": question.most})]
    if len(codes) > 1 and any(option.is_alone and option.code in codes for option in question.options):
        sentence = N_("Eine Ihrer Antworten schließt die übrigen aus. Wählen Sie entweder diese oder die anderen.")
        return codes, [SheetError(name, sentence)]
    return codes, []


def _ranked_twice(question: SurveyQuestion, values: Mapping[str, SheetValue]) -> list[SheetError]:
    taken: set[SheetValue] = set()
    for name in question.fields:
        if values[name] != EMPTY and values[name] in taken:
            return [
                SheetError(name, N_("Diese Antwort steht schon weiter vorn. Wählen Sie hier eine andere oder „keine Angabe“."))
            ]
        taken.add(values[name])
    return []
