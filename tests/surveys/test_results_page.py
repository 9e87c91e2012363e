"""What those who teach see of a course's closed rounds."""
# ruff: noqa: F811

import pytest

from lti_tool.errors import NotFound
from lti_tool.surveys.results.read_results import decide_text, texts_to_read
from tests.surveys.conftest import Survey
from tests.surveys.test_pages import database, enter, people, survey  # noqa: F401


def answered(survey: Survey, count: int, name: str = "module", *, course_id: int | None = None, **answers: str) -> int:
    number = survey.begin(name, course_id)
    for visitor in survey.learners(count, course_id):
        survey.send(visitor, number, name, **(answers or {"useful": "4"}))  # type: ignore[arg-type]
    return number


def test_participants_are_refused(survey: Survey, enter) -> None:  # type: ignore[no-untyped-def]
    enter("anna").get("/course/surveys", 403)


def test_an_open_round_shows_its_last_day_and_no_number(survey: Survey, enter) -> None:  # type: ignore[no-untyped-def]
    answered(survey, 7)
    page = enter("ines").get("/course/surveys")
    assert "läuft bis 30. November 2026" in page
    assert "7" not in page[page.index("Ohne Zahlen") : page.index("läuft bis")].replace("h2", "")


@pytest.mark.parametrize("count", [0, 1, 4])
def test_fewer_than_five_look_all_the_same(survey: Survey, enter, count: int) -> None:  # type: ignore[no-untyped-def]
    answered(survey, count)
    survey.open()
    page = enter("ines").get("/course/surveys")
    assert "weniger als 5 Antworten" in page
    assert "Antworten</strong>" not in page


def test_six_show_three_classes_and_no_text_even_if_released(survey: Survey, enter) -> None:  # type: ignore[no-untyped-def]
    number = answered(survey, 6, useful="4", change="Der Satz von Béla")
    survey.open()
    with survey.database.write.begin() as session:
        for each in texts_to_read(session, number):
            decide_text(session, each.id, is_released=True)
    page = enter("ines").get("/course/surveys")
    assert "6 von 6" in page
    assert "4 oder 5" in page
    assert "mittlerer Wert" not in page
    assert "Béla" not in page


def test_ten_show_five_classes_and_only_released_texts(survey: Survey, enter) -> None:  # type: ignore[no-untyped-def]
    number = answered(survey, 10, useful="4", change="Mehr Zeit <b>bitte</b>")
    survey.open()
    ines = enter("ines")
    page = ines.get("/course/surveys")
    assert "4 – stimme überwiegend zu" in page
    assert "Noch ist kein Text gelesen und freigegeben." in page
    assert "Mehr Zeit" not in page
    with survey.database.write.begin() as session:
        first, second, *_ = texts_to_read(session, number)
        decide_text(session, first.id, is_released=True)
        decide_text(session, second.id, is_released=False)
    assert ines.get("/course/surveys").count("Mehr Zeit &lt;b&gt;bitte&lt;/b&gt;") == 1


def test_a_course_sees_nothing_of_another(survey: Survey, enter) -> None:  # type: ignore[no-untyped-def]
    answered(survey, 12, course_id=survey.course(2))
    survey.open()
    assert "noch nichts gefragt" in enter("ines").get("/course/surveys")


def test_a_text_that_is_not_there_is_refused(survey: Survey) -> None:
    with survey.database.write.begin() as session, pytest.raises(NotFound):
        decide_text(session, "0" * 32, is_released=True)
