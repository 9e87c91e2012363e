"""A question about a document: the excerpt stands beside it, and again in the review."""

import re
from datetime import UTC, datetime

from sqlalchemy import select

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.learning.quiz.start_quiz import start_quiz
from lti_tool.learning.quiz.submit_quiz import submit_quiz
from lti_tool.models import AttemptItem
from lti_tool.models.database import Database
from tests.learning import test_pages
from tests.learning.conftest import M1, read_all_lessons
from tests.learning.draws import seed_that_draws
from tests.syllabus import taught, taught_in

Browser = test_pages.Browser
app = test_pages.app
browser = test_pages.browser
ITEM = "M1-22"


def test_the_document_stands_with_the_question_and_in_the_review(
    browser: Browser, database: Database, programme: Programme, anna: Visitor
) -> None:
    module = programme.modules[0]
    seed = seed_that_draws(module, programme, so_that=lambda items: ITEM in {item.id for item in items})
    now = datetime.now(UTC)
    with database.write.begin() as session:
        read_all_lessons(session, programme, anna, M1, now=now)
        number = start_quiz(session, taught_in(session, programme, anna), anna, M1, seed=seed, now=now)
        place = session.scalars(select(AttemptItem.position).where(AttemptItem.item_id == ITEM)).one()
    page = browser.open(f"/modules/{M1}/quiz/{number}/questions/{place}").get_data(as_text=True)
    figure = re.search(r'<figure class="panel prose document" aria-labelledby="document-title">(.*?)</figure>', page, re.DOTALL)
    assert figure is not None
    assert "Auszug aus der Beschlussvorlage 42/2027 (fiktives Beispiel)</figcaption>" in figure[1]
    assert "Die Finanzierung wird zu gegebener Zeit geklärt." in figure[1]
    assert page.index("</figure>") < page.index('id="stem"')
    with database.write.begin() as session:
        submit_quiz(session, taught(programme), anna, M1, number, now=now)
    review = browser.open(f"/modules/{M1}/quiz/{number}").get_data(as_text=True)
    assert "<summary>Das Dokument: " in review
    assert "Die Finanzierung wird zu gegebener Zeit geklärt." in review
