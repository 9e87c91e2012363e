"""Journey 12: somebody answers the final survey, and nobody can ever say which sheet was theirs."""
# ruff: noqa: F811

import re

from sqlalchemy import select, text

from lti_tool.models import AnswerSheet, Base, Envelope, FreeText, SurveyParticipation
from tests.surveys.conftest import Survey
from tests.surveys.test_pages import database, enter, people, survey  # noqa: F401

SENTENCE = "Nur ich schreibe: der Bauhof war nie dabei."


def test_journey_12_nobody_can_say_whose_sheet_it_was(survey: Survey, enter, caplog) -> None:  # type: ignore[no-untyped-def]
    number = survey.begin("end")
    for place, visitor in enumerate(survey.learners(11)):
        survey.send(visitor, number, "end", learned=str(1 + place % 5))
    anna = enter("anna")
    page = anna.get(f"/survey/{number}")
    sent = anna.post(f"/survey/{number}", {"learned": "5", "keep": SENTENCE}, page)
    assert sent.status_code == 303
    # Before the last day is over: nothing can be read anywhere, not even by who holds the database.
    with survey.database.read() as session:
        assert SENTENCE not in str([session.execute(select(table)).all() for table in Base.metadata.sorted_tables])
    assert "12" not in re.findall(r"<strong>(.*?)</strong>", enter("ines").get("/course/surveys"))
    assert survey.open() == 1
    # Afterwards: the sentence stands by itself, in one place, and nothing beside it leads to anybody.
    with survey.database.read() as session:
        assert session.scalars(select(SurveyParticipation.user_id)).all() == []
        assert session.scalars(select(Envelope.id)).all() == []
        held = [table.name for table in Base.metadata.sorted_tables if SENTENCE in str(session.execute(select(table)).all())]
        assert held == ["free_text"]
        (said,) = session.scalars(select(FreeText).where(FreeText.text == SENTENCE))
        sheets = session.scalars(select(AnswerSheet)).all()
        assert len(sheets) == 12
        assert said.id not in {sheet.id for sheet in sheets}
        (user,) = session.scalars(text("SELECT id FROM lti_user WHERE name = 'Anna Krüger'"))
        assert not any(f"user_id={user}" in str(vars(sheet)) for sheet in sheets)
    assert SENTENCE not in caplog.text
    # Nobody reads the sentence before a person has released it, and Anna can answer no more.
    assert SENTENCE not in enter("ines").get("/course/surveys")
    anna.get(f"/survey/{number}", 404)
