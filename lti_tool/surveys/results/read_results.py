"""Reads results: the one place that reads counts and texts, and gives only what the rules of publication let through."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.domain.content.pin import Pin
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.surveys.instrument import SurveyInstrument
from lti_tool.domain.surveys.periods import half_year_of
from lti_tool.domain.surveys.pooling import ANY, research_rows
from lti_tool.domain.surveys.published_results import PublishedResults, SurveyUnit, published_results
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.models import AnswerCount, AnswerSheet, FreeText, SurveyRound
from lti_tool.surveys.rounds import AskedRound, RoundState, instrument_of, round_from

Programmes = Callable[[Pin], Programme]


@dataclass(frozen=True)
class SurveyResults:
    """What may be told of rounds that asked the same; `rounds` are told together."""

    rounds: tuple[AskedRound, ...]
    instrument: SurveyInstrument
    results: PublishedResults
    texts: Mapping[str, tuple[str, ...]]
    """By question; only what a person has read and released, and only where enough answered. Sorted by the text itself."""

    @property
    def name(self) -> str:
        """Name it in files: by what was asked, and about which module."""
        return "-".join(filter(None, (self.instrument.id, self.rounds[0].module_slug)))


@dataclass(frozen=True)
class UnreadText:
    """For the person who reads texts before anybody else does."""

    id: str
    round_id: int
    question: str
    text: str
    is_released: bool | None


def course_results(session: Session, course_id: int, programme_in: Programmes, *, least: int) -> list[SurveyResults]:
    """Give the results of each round of a course, open ones without any figure, the newest first."""
    query = select(SurveyRound).where(SurveyRound.course_id == course_id).order_by(SurveyRound.closes_on.desc(), SurveyRound.id)
    rounds = [round_from(row) for row in session.scalars(query)]
    return [read_results(session, [each], programme_in, least=least) for each in rounds]


def read_results(session: Session, rounds: Sequence[AskedRound], programme_in: Programmes, *, least: int) -> SurveyResults:
    """Give what may be told of rounds with the same questions, together.

    Raises:
        NotFound: their questions are not there any more.
    """
    instrument = instrument_of(rounds[0], programme_in(rounds[0].pin))
    is_open = all(each.state is RoundState.OPEN for each in rounds)
    # A small round was opened with others and has no figures of its own.
    told = {each.id: each.sheets for each in rounds if each.state is RoundState.OPENED and each.sheets}
    results = published_results(instrument, _units(session, told), least=least, is_open=is_open)
    return SurveyResults(tuple(rounds), instrument, results, _texts(session, told) if results.shows_texts else {})


def rounds_by_id(session: Session, ids: Collection[int]) -> list[AskedRound]:
    query = select(SurveyRound).where(SurveyRound.id.in_(ids)).order_by(SurveyRound.id)
    return [round_from(row) for row in session.scalars(query)]


def list_rounds(session: Session) -> list[AskedRound]:
    return [round_from(row) for row in session.scalars(select(SurveyRound).order_by(SurveyRound.id))]


def texts_to_read(session: Session, round_id: int) -> list[UnreadText]:
    """List the texts of an opened round for whoever decides about them, in no order that means anything."""
    query = select(FreeText).where(FreeText.survey_round_id == round_id).order_by(FreeText.question, FreeText.id)
    return [UnreadText(row.id, row.survey_round_id, row.question, row.text, row.is_released) for row in session.scalars(query)]


def decide_text(session: Session, text_id: str, *, is_released: bool) -> None:
    """Release a text, or withhold it.

    Raises:
        NotFound: there is no such text.
    """
    change = update(FreeText).where(FreeText.id == text_id).values(is_released=is_released)
    if session.scalar(change.returning(FreeText.id)) is None:
        raise NotFound(N_("Diesen Text gibt es nicht."))


def _units(session: Session, sheets: Mapping[int, int]) -> list[SurveyUnit]:
    parts: dict[int, dict[str, dict[str, dict[str, int]]]] = {number: {} for number in sheets}
    for row in session.scalars(select(AnswerCount).where(AnswerCount.survey_round_id.in_(sheets))):
        parts[row.survey_round_id].setdefault(row.part, {}).setdefault(row.question, {})[row.value] = row.n
    return [SurveyUnit(number, count, parts[number]) for number, count in sheets.items()]


def _texts(session: Session, ids: Collection[int]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    query = select(FreeText.question, FreeText.text).where(FreeText.survey_round_id.in_(ids), FreeText.is_released.is_(True))
    for question, text in session.execute(query):
        found.setdefault(question, []).append(text)
    return {question: tuple(sorted(texts)) for question, texts in found.items()}


def results_together(session: Session, ids: Collection[int], programme_in: Programmes, *, least: int) -> list[SurveyResults]:
    """Give results of rounds, those with the same questions told together; what cannot be told is not among them.

    Single rounds are not told beside their total here: a reader sees one number for each question.
    """
    groups: dict[tuple[object, ...], list[AskedRound]] = {}
    for each in rounds_by_id(session, ids):
        if each.state is RoundState.OPENED and each.sheets:
            groups.setdefault((each.pin.programme, each.instrument, each.revision, each.module_slug), []).append(each)
    return [read_results(session, rounds, programme_in, least=least) for rounds in groups.values()]


def research_sheets(session: Session, found: SurveyResults, *, least: int) -> list[dict[str, object]]:
    """Give rows of research surveys, by half-years, as far as they may be told; ordered by their random keys.

    Role and size become "any" where a combination is rare; nothing else about the person is in a row, no text and no course.
    """
    first, told = found.rounds[0], []
    for half in sorted({half_year_of(each.closes_on) for each in found.rounds}):
        pool = f"{first.pin.programme} {first.instrument} {first.revision} {half}"
        sizes = {str(each.id): each.sheets or 0 for each in found.rounds if half_year_of(each.closes_on) == half}
        rows = [
            dict(row.values)
            for row in session.scalars(select(AnswerSheet).where(AnswerSheet.pool == pool).order_by(AnswerSheet.id))
        ]
        # A reader of some of the rounds alone must not get the others' rows.
        if len(rows) != sum(sizes.values()):
            continue
        pairs = [(str(row.get("role", ANY)), str(row.get("size", ANY))) for row in rows]
        shown = research_rows(pairs, sizes, [frozenset({number}) for number in sizes], least=least)
        personal = {question.key for question in found.instrument.questions if question.is_personal}
        for row, (role, size) in zip(rows, shown or (), strict=False):
            kept = {name: value for name, value in row.items() if name not in personal}
            told.append({**kept, "role": role, "size": size, "half_year": half})
    return told
