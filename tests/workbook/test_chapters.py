"""Handing in, showing, judging, and what counts for the practice task."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Module
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.rules.workbook import Content, CriterionRating, Decision, PracticeRule, Status
from lti_tool.errors import Conflict, Forbidden, NotFound
from lti_tool.models import Membership
from lti_tool.progress.practice_state import practice_state
from lti_tool.workbook.editions_for_readers import (
    list_course_drafts,
    list_shown_chapters,
    read_shown_chapter,
    read_submission,
)
from lti_tool.workbook.feedback import (
    FeedbackEmpty,
    FeedbackTooLong,
    Said,
    decide_on_submission,
    give_peer_feedback,
)
from lti_tool.workbook.open_workbook import open_chapter, open_workbook
from lti_tool.workbook.release_chapter import end_release, release_chapter
from lti_tool.workbook.submit_chapter import ChapterIncomplete, submit_chapter, take_back_chapter
from lti_tool.workbook.take_home.draft import ChapterNotFound, WrongMoment, read_draft
from tests.syllabus import taught
from tests.workbook.cast import MONDAY, PROGRAMME, Course, rows, write

BASICS: Module = PROGRAMME.modules[0]
SECURITY: Module = PROGRAMME.modules[1]
NOTHING = Said({}, {}, "")
A_SENTENCE = Said({}, {}, "Bitte die Ziele schärfen.")


def submitted(
    session: Session, visitor: Visitor, number: int = 2, field_id: str = "zielbild", text: str = "Im Jahr 2035"
) -> None:
    write(session, visitor, number, field_id, text)
    submit_chapter(session, taught(PROGRAMME), visitor, number, now=MONDAY)


def waiting_id(session: Session, instructor: Visitor) -> int:
    return list_course_drafts(session, PROGRAMME, instructor).waiting[0].edition_id


def decide(
    session: Session, instructor: Visitor, decision: Decision, said: Said = A_SENTENCE, edition_id: int | None = None
) -> int:
    edition_id = edition_id or waiting_id(session, instructor)
    decide_on_submission(session, taught(PROGRAMME), instructor, edition_id, decision, said, now=MONDAY)
    return edition_id


def status(session: Session, visitor: Visitor, number: int = 2) -> Status:
    return read_draft(session, PROGRAMME, user_id=visitor.user_id).status(number)


# --- handing in ---


def test_a_chapter_lacking_required_fields_is_not_handed_in_and_they_are_named(session: Session, ayse: Visitor) -> None:
    write(session, ayse, 1, "vorhaben", rows("Bürgerportal"))
    with pytest.raises(ChapterIncomplete) as refusal:
        submit_chapter(session, taught(PROGRAMME), ayse, 1, now=MONDAY)
    (missing,) = refusal.value.missing
    assert (missing.field.id, missing.rows, missing.rows_wanted) == ("vorhaben", 1, 2)
    assert status(session, ayse, 1) is Status.IN_PROGRESS


def test_fields_that_are_not_required_may_stay_empty(session: Session, ayse: Visitor) -> None:
    submitted(session, ayse)
    assert status(session, ayse) is Status.SUBMITTED


def test_a_chapter_is_handed_in_once(session: Session, ayse: Visitor) -> None:
    submitted(session, ayse)
    with pytest.raises(WrongMoment):
        submit_chapter(session, taught(PROGRAMME), ayse, 2, now=MONDAY)


def test_outside_of_any_course_nothing_is_handed_in(session: Session, ayse: Visitor) -> None:
    write(session, ayse, 2, "zielbild", "Im Jahr 2035")
    with pytest.raises(Conflict):
        submit_chapter(session, taught(PROGRAMME), replace(ayse, course_id=None), 2, now=MONDAY)
    assert status(session, ayse) is Status.IN_PROGRESS


def test_the_cover_is_nothing_to_hand_in(session: Session, ayse: Visitor) -> None:
    with pytest.raises(ChapterNotFound):
        submit_chapter(session, taught(PROGRAMME), ayse, -1, now=MONDAY)


def test_taken_back_it_is_in_progress_and_nobody_reads_it_any_more(session: Session, ayse: Visitor, instructor: Visitor) -> None:
    submitted(session, ayse)
    edition_id = waiting_id(session, instructor)
    take_back_chapter(session, PROGRAMME, ayse, 2, now=MONDAY)
    assert status(session, ayse) is Status.IN_PROGRESS
    with pytest.raises(NotFound):
        read_submission(session, PROGRAMME, instructor, edition_id)


# --- what the Lernbegleitung sees and does ---


def test_an_instructor_sees_what_was_handed_in_and_no_draft(session: Session, ayse: Visitor, instructor: Visitor) -> None:
    write(session, ayse, 1, "vorhaben", rows("Bürgerportal"))
    submitted(session, ayse)
    drafts = list_course_drafts(session, PROGRAMME, instructor)
    (row,) = drafts.rows
    assert [(cell.place.chapter.number, cell.status, cell.edition_id is not None) for cell in row.chapters] == [
        (0, Status.OPEN, False),
        (1, Status.IN_PROGRESS, False),
        (2, Status.SUBMITTED, True),
        (4, Status.OPEN, False),
        (6, Status.OPEN, False),
    ]


def test_a_submission_shows_what_stood_there_then(session: Session, ayse: Visitor, instructor: Visitor) -> None:
    submitted(session, ayse)
    edition_id = decide(session, instructor, Decision.RETURNED)
    write(session, ayse, 2, "zielbild", "Ganz neu")
    edition = read_submission(session, PROGRAMME, instructor, edition_id)
    assert edition.contents[0][1] == Content(text="Im Jahr 2035")


def test_who_does_not_teach_sees_no_list_and_no_submission(
    session: Session, course: Course, ayse: Visitor, bernd: Visitor, instructor: Visitor
) -> None:
    submitted(session, ayse)
    edition_id = waiting_id(session, instructor)
    for visitor in (bernd, course.person("Frau Chefin", Role.MENTOR)):
        with pytest.raises(Forbidden):
            list_course_drafts(session, PROGRAMME, visitor)
        with pytest.raises(Forbidden):
            read_submission(session, PROGRAMME, visitor, edition_id)
        with pytest.raises(Forbidden):
            decide(session, visitor, Decision.ACCEPTED, edition_id=edition_id)


def test_an_instructor_of_another_course_sees_nothing(
    session: Session, course: Course, ayse: Visitor, instructor: Visitor
) -> None:
    submitted(session, ayse)
    edition_id = waiting_id(session, instructor)
    stranger = course.person("Otto", Role.INSTRUCTOR, course_id=course.other_course_id)
    assert list_course_drafts(session, PROGRAMME, stranger).rows == ()
    with pytest.raises(NotFound):
        read_submission(session, PROGRAMME, stranger, edition_id)
    with pytest.raises(NotFound):
        decide(session, stranger, Decision.ACCEPTED, edition_id=edition_id)


def test_an_instructor_of_the_authors_other_course_sees_the_status_and_not_the_text(
    session: Session, course: Course, ayse: Visitor, instructor: Visitor
) -> None:
    course.join(ayse.user_id, course.other_course_id)
    submitted(session, ayse)
    other = course.person("Otto", Role.INSTRUCTOR, course_id=course.other_course_id)
    drafts = list_course_drafts(session, PROGRAMME, other)
    assert [(cell.status, cell.edition_id) for cell in drafts.rows[0].chapters][2] == (Status.SUBMITTED, None)
    assert drafts.waiting == ()
    with pytest.raises(NotFound):
        read_submission(session, PROGRAMME, other, waiting_id(session, instructor))


def test_who_left_the_course_is_no_longer_listed(session: Session, ayse: Visitor, instructor: Visitor) -> None:
    submitted(session, ayse)
    edition_id = waiting_id(session, instructor)
    session.query(Membership).filter_by(user_id=ayse.user_id).one().is_gone = True
    session.flush()
    assert list_course_drafts(session, PROGRAMME, instructor).rows == ()
    with pytest.raises(NotFound):
        read_submission(session, PROGRAMME, instructor, edition_id)


def test_the_longest_waiting_stands_first(session: Session, ayse: Visitor, bernd: Visitor, instructor: Visitor) -> None:
    write(session, bernd, 2, "zielbild", "x")
    submit_chapter(session, taught(PROGRAMME), bernd, 2, now=MONDAY + timedelta(hours=1))
    submitted(session, ayse)
    assert [one.name for one in list_course_drafts(session, PROGRAMME, instructor).waiting] == ["Ayşe Öztürk", "Bernd Schulze"]


def test_feedback_gives_the_chapter_back_and_reaches_its_author(session: Session, ayse: Visitor, instructor: Visitor) -> None:
    submitted(session, ayse)
    said = Said({"messbar": CriterionRating.NOT_YET}, {"messbar": "Der Zielwert fehlt."}, "Fast fertig.")
    decide(session, instructor, Decision.RETURNED, said)
    page = open_chapter(session, PROGRAMME, ayse, 2)
    assert (page.status, page.can_edit) == (Status.FEEDBACK, True)
    (feedback,) = page.feedback
    assert (feedback.author_name, feedback.text, feedback.is_from_peer) == ("Ines Lehmann", "Fast fertig.", False)
    (comment,) = feedback.comments
    assert (comment.criterion, comment.rating, comment.text) == (
        "Sind die Ziele messbar?",
        CriterionRating.NOT_YET,
        "Der Zielwert fehlt.",
    )


def test_a_chapter_is_not_given_back_without_a_word(session: Session, ayse: Visitor, instructor: Visitor) -> None:
    submitted(session, ayse)
    with pytest.raises(FeedbackEmpty):
        decide(session, instructor, Decision.RETURNED, NOTHING)


def test_a_chapter_may_be_accepted_without_a_word(session: Session, ayse: Visitor, instructor: Visitor) -> None:
    submitted(session, ayse)
    decide(session, instructor, Decision.ACCEPTED, NOTHING)
    assert status(session, ayse) is Status.ACCEPTED


def test_feedback_over_the_limit_is_refused(session: Session, ayse: Visitor, instructor: Visitor) -> None:
    submitted(session, ayse)
    with pytest.raises(FeedbackTooLong):
        decide(session, instructor, Decision.RETURNED, Said({}, {}, "x" * 4001))


def test_a_decision_falls_once(session: Session, ayse: Visitor, instructor: Visitor) -> None:
    submitted(session, ayse)
    edition_id = decide(session, instructor, Decision.ACCEPTED)
    with pytest.raises(WrongMoment):
        decide(session, instructor, Decision.ACCEPTED, edition_id=edition_id)


def test_what_was_taken_back_meanwhile_cannot_be_accepted(session: Session, ayse: Visitor, instructor: Visitor) -> None:
    submitted(session, ayse)
    edition_id = waiting_id(session, instructor)
    take_back_chapter(session, PROGRAMME, ayse, 2, now=MONDAY)
    submit_chapter(session, taught(PROGRAMME), ayse, 2, now=MONDAY)
    with pytest.raises(NotFound):
        decide(session, instructor, Decision.ACCEPTED, edition_id=edition_id)


def test_an_accepted_chapter_can_be_opened_again_with_feedback(session: Session, ayse: Visitor, instructor: Visitor) -> None:
    submitted(session, ayse)
    edition_id = decide(session, instructor, Decision.ACCEPTED)
    decide(session, instructor, Decision.RETURNED, edition_id=edition_id)
    assert status(session, ayse) is Status.FEEDBACK
    assert not practice_state(session, user_id=ayse.user_id, module=BASICS).chapters[1].is_done


# --- members of the course ---


def test_nothing_is_shown_to_members_unless_its_author_says_so(session: Session, ayse: Visitor, bernd: Visitor) -> None:
    submitted(session, ayse)
    assert list_shown_chapters(session, PROGRAMME, bernd) == ()


def test_a_released_chapter_is_read_as_it_was_then(session: Session, ayse: Visitor, bernd: Visitor) -> None:
    write(session, ayse, 2, "zielbild", "Im Jahr 2035")
    release_chapter(session, PROGRAMME, ayse, 2, now=MONDAY)
    write(session, ayse, 2, "zielbild", "Noch geheim")
    (shown,) = list_shown_chapters(session, PROGRAMME, bernd)
    edition = read_shown_chapter(session, PROGRAMME, bernd, shown.edition_id)
    assert edition.contents[0][1].text == "Im Jahr 2035"
    assert list_shown_chapters(session, PROGRAMME, ayse) == ()


def test_members_of_another_course_and_instructors_do_not_read_a_release(
    session: Session, course: Course, ayse: Visitor, bernd: Visitor, instructor: Visitor
) -> None:
    write(session, ayse, 2, "zielbild", "Im Jahr 2035")
    release_chapter(session, PROGRAMME, ayse, 2, now=MONDAY)
    edition_id = list_shown_chapters(session, PROGRAMME, bernd)[0].edition_id
    for visitor in (
        course.person("Fremd", course_id=course.other_course_id),
        instructor,
        course.person("Frau Chefin", Role.MENTOR),
    ):
        assert list_shown_chapters(session, PROGRAMME, visitor) == ()
        with pytest.raises(NotFound):
            read_shown_chapter(session, PROGRAMME, visitor, edition_id)


def test_an_ended_release_is_gone(session: Session, ayse: Visitor, bernd: Visitor) -> None:
    write(session, ayse, 2, "zielbild", "Im Jahr 2035")
    release_chapter(session, PROGRAMME, ayse, 2, now=MONDAY)
    edition_id = list_shown_chapters(session, PROGRAMME, bernd)[0].edition_id
    end_release(session, PROGRAMME, ayse, 2, now=MONDAY)
    assert list_shown_chapters(session, PROGRAMME, bernd) == ()
    with pytest.raises(NotFound):
        give_peer_feedback(session, taught(PROGRAMME), bernd, edition_id, A_SENTENCE, is_confirmed=True, now=MONDAY)


def test_a_release_replaces_the_earlier_one(session: Session, ayse: Visitor, bernd: Visitor) -> None:
    for text in ("alt", "neu"):
        write(session, ayse, 2, "zielbild", text)
        release_chapter(session, PROGRAMME, ayse, 2, now=MONDAY)
    (shown,) = list_shown_chapters(session, PROGRAMME, bernd)
    assert read_shown_chapter(session, PROGRAMME, bernd, shown.edition_id).contents[0][1].text == "neu"


def test_the_restricted_chapter_is_shown_only_when_that_is_expressly_meant(
    session: Session, ayse: Visitor, bernd: Visitor
) -> None:
    write(session, ayse, 4, "meldekette", "Rolle A informiert Rolle B")
    with pytest.raises(Conflict):
        release_chapter(session, PROGRAMME, ayse, 4, now=MONDAY)
    assert list_shown_chapters(session, PROGRAMME, bernd) == ()
    release_chapter(session, PROGRAMME, ayse, 4, is_restricted_meant=True, now=MONDAY)
    assert len(list_shown_chapters(session, PROGRAMME, bernd)) == 1


def test_an_empty_chapter_is_not_shown(session: Session, ayse: Visitor) -> None:
    with pytest.raises(Conflict):
        release_chapter(session, PROGRAMME, ayse, 2, now=MONDAY)


def test_a_member_says_something_once_and_may_change_it(session: Session, ayse: Visitor, bernd: Visitor) -> None:
    write(session, ayse, 2, "zielbild", "Im Jahr 2035")
    release_chapter(session, PROGRAMME, ayse, 2, now=MONDAY)
    edition_id = list_shown_chapters(session, PROGRAMME, bernd)[0].edition_id
    for text in ("Gut.", "Sehr gut."):
        give_peer_feedback(session, taught(PROGRAMME), bernd, edition_id, Said({}, {}, text), is_confirmed=False, now=MONDAY)
    (feedback,) = open_chapter(session, PROGRAMME, ayse, 2).feedback
    assert (feedback.text, feedback.is_from_peer, feedback.author_name) == ("Sehr gut.", True, "Bernd Schulze")


def test_a_member_reads_only_their_own_feedback(session: Session, course: Course, ayse: Visitor, bernd: Visitor) -> None:
    write(session, ayse, 2, "zielbild", "Im Jahr 2035")
    release_chapter(session, PROGRAMME, ayse, 2, now=MONDAY)
    edition_id = list_shown_chapters(session, PROGRAMME, bernd)[0].edition_id
    give_peer_feedback(session, taught(PROGRAMME), bernd, edition_id, A_SENTENCE, is_confirmed=False, now=MONDAY)
    third = course.person("Dörte Neumann")
    assert read_shown_chapter(session, PROGRAMME, third, edition_id).feedback == ()


def test_nobody_confirms_their_own_chapter(session: Session, ayse: Visitor, bernd: Visitor) -> None:
    write(session, ayse, 2, "zielbild", "Im Jahr 2035")
    release_chapter(session, PROGRAMME, ayse, 2, now=MONDAY)
    edition_id = list_shown_chapters(session, PROGRAMME, bernd)[0].edition_id
    with pytest.raises(NotFound):
        give_peer_feedback(session, taught(PROGRAMME), ayse, edition_id, A_SENTENCE, is_confirmed=True, now=MONDAY)


# --- the practice task ---


def test_the_practice_task_is_done_when_all_its_chapters_are_accepted(
    session: Session, ayse: Visitor, instructor: Visitor
) -> None:
    submitted(session, ayse)
    decide(session, instructor, Decision.ACCEPTED)
    assert not practice_state(session, user_id=ayse.user_id, module=BASICS).is_done
    write(session, ayse, 1, "vorhaben", rows("Bürgerportal", "Sensorik"))
    submit_chapter(session, taught(PROGRAMME), ayse, 1, now=MONDAY)
    decide(session, instructor, Decision.ACCEPTED)
    state = practice_state(session, user_id=ayse.user_id, module=BASICS)
    assert [(one.chapter.number, one.status, one.is_done) for one in state.chapters] == [
        (1, Status.ACCEPTED, True),
        (2, Status.ACCEPTED, True),
    ]


def test_where_the_course_asks_only_for_handing_in_that_is_enough(session: Session, ayse: Visitor) -> None:
    submitted(session, ayse, 4, "meldekette")
    assert practice_state(session, user_id=ayse.user_id, module=SECURITY, rule=PracticeRule.SUBMITTED).is_done
    assert not practice_state(session, user_id=ayse.user_id, module=SECURITY).is_done


def test_a_members_confirmation_counts_where_the_course_says_so(session: Session, ayse: Visitor, bernd: Visitor) -> None:
    def is_done() -> bool:
        return practice_state(session, user_id=ayse.user_id, module=BASICS, rule=PracticeRule.PEER).chapters[1].is_done

    submitted(session, ayse)
    release_chapter(session, PROGRAMME, ayse, 2, now=MONDAY)
    edition_id = list_shown_chapters(session, PROGRAMME, bernd)[0].edition_id
    give_peer_feedback(session, taught(PROGRAMME), bernd, edition_id, A_SENTENCE, is_confirmed=False, now=MONDAY)
    assert not is_done()
    give_peer_feedback(session, taught(PROGRAMME), bernd, edition_id, A_SENTENCE, is_confirmed=True, now=MONDAY)
    assert is_done()


def test_an_accepted_chapter_stays_done_while_its_author_goes_on_writing(
    session: Session, ayse: Visitor, instructor: Visitor
) -> None:
    submitted(session, ayse, 4, "meldekette")
    decide(session, instructor, Decision.ACCEPTED)
    take_back_chapter(session, PROGRAMME, ayse, 4, now=MONDAY)
    write(session, ayse, 4, "meldekette", "besser")
    assert status(session, ayse, 4) is Status.IN_PROGRESS
    assert practice_state(session, user_id=ayse.user_id, module=SECURITY).is_done


def test_what_was_taken_back_does_not_count_as_handed_in(session: Session, ayse: Visitor) -> None:
    submitted(session, ayse, 4, "meldekette")
    take_back_chapter(session, PROGRAMME, ayse, 4, now=MONDAY)
    assert not practice_state(session, user_id=ayse.user_id, module=SECURITY, rule=PracticeRule.SUBMITTED).is_done


def test_the_overview_says_where_to_write_on(session: Session, ayse: Visitor, instructor: Visitor) -> None:
    assert open_workbook(session, PROGRAMME, ayse).next_number == 1
    write(session, ayse, 6, "plan", "Erstens")
    assert open_workbook(session, PROGRAMME, ayse).next_number == 6
    submitted(session, ayse)
    decide(session, instructor, Decision.RETURNED)
    assert open_workbook(session, PROGRAMME, ayse).next_number == 2
