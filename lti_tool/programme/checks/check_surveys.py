"""Proof-reads surveys: what would make figures wrong, name somebody, or let people agree to two things at once."""

import re
from collections import Counter
from collections.abc import Sequence

from lti_tool.domain.surveys.instrument import MOST_QUESTIONS, SurveyKind, SurveyQuestion
from lti_tool.programme.formats.findings import Findings
from lti_tool.programme.formats.toml_source import Table
from lti_tool.programme.parts.surveys import ReadSurvey

# In a sentence that people agree to: a negation is read over, „und“ asks two things, „immer“ nobody can answer.
_MISLEADING = re.compile(r"\b(nicht|kein\w*|und|immer|nie)\b", re.IGNORECASE)


def check_surveys(surveys: Sequence[ReadSurvey], findings: Findings) -> None:
    """Report instruments that ask too much, twice, or what may not be told apart."""
    taken: set[str] = set()
    for survey in surveys:
        instrument, table = survey.instrument, survey.table
        if instrument.moment in taken:
            table.error("moment", f"Zum Zeitpunkt „{instrument.moment}“ gibt es schon einen Fragebogen.")
        taken.add(instrument.moment)
        if len(instrument.questions) > MOST_QUESTIONS:
            table.error("question", f"Ein Fragebogen hat höchstens {MOST_QUESTIONS} Fragen, nicht {len(instrument.questions)}.")
        _check_fields(survey)
        _check_control(survey)
        for question, entry in zip(instrument.questions, survey.questions, strict=True):
            _check_question(question, entry, findings)


def _check_fields(survey: ReadSurvey) -> None:
    """A key and the fields of another question can be the same word: `can_now`."""
    counts = Counter(name for question in survey.instrument.questions for name in {question.key, *question.fields})
    for question, entry in zip(survey.instrument.questions, survey.questions, strict=True):
        for name in sorted({question.key, *question.fields}):
            if counts[name] > 1:
                entry.error("key", f"„{name}“ heißt in diesem Fragebogen mehr als eine Frage oder ein Feld.")


def _check_control(survey: ReadSurvey) -> None:
    pairs = [question for question in survey.instrument.questions if question.kind is SurveyKind.PAIR]
    controls = sum(question.is_control for question in pairs)
    if pairs and controls != 1:
        survey.table.error(
            "question",
            f"Genau eines der Paare fragt nach etwas, das nicht gelehrt wird (control = true); hier sind es {controls}.",
        )


def _check_question(question: SurveyQuestion, table: Table, findings: Findings) -> None:
    if question.is_control and question.kind is not SurveyKind.PAIR:
        table.error("control", '„control“ steht nur an einem Paar „vorher / heute“ (kind = "pair").')
    if question.is_personal and question.kind is not SurveyKind.ONE:
        table.error("personal", 'Zur Person wird nur mit einer aus mehreren Antworten gefragt (kind = "one").')
    if question.is_split and not (question.is_personal and question.kind is SurveyKind.ONE):
        table.error("split", "Aufgeteilt wird nur nach Fragen zur Person mit einer aus mehreren Antworten.")
    if any(option.is_alone for option in question.options) and question.kind is not SurveyKind.SEVERAL:
        table.error("option", '„alone“ steht nur an Antworten, von denen mehrere gewählt werden dürfen (kind = "several").')
    if question.most > len(question.options) and question.kind is SurveyKind.SEVERAL:
        table.error("most", f"Gewählt werden dürfen {question.most}, es gibt aber nur {len(question.options)} Antworten.")
    misleading = _MISLEADING.search(question.text.de)
    if misleading and question.scale is not None:
        findings.warning(
            table.file,
            table.line_of("text"),
            f"Der Satz „{question.text.de}“ enthält „{misleading[0]}“: Eine Aussage fragt nach einer Sache und verneint nichts.",
        )
