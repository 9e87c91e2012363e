"""The author's pages of the strategy draft: overview, one chapter to write in, history, handing in, showing."""

import re
from collections.abc import Mapping

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from lti_tool.case_library.marked_cases import marked_cases
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.workbook import COVER_NUMBER, LENGTH_MAX, RATING_WORDS, STATUS_WORDS, MissingField, heading_of
from lti_tool.messages import N_
from lti_tool.web.forms.form_key import is_first_time
from lti_tool.web.language import translate
from lti_tool.web.pages.draft import workbook_export, workbook_feedback
from lti_tool.web.pages.draft.workbook_author import current_author
from lti_tool.web.pages.draft.workbook_form import ROWS_ADDED, problem_of, read_entry, saved_words, token_of, view_of
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme, current_syllabus
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import current_visitor, href
from lti_tool.workbook.editions_for_readers import list_shown_chapters
from lti_tool.workbook.history import read_history, restore_version
from lti_tool.workbook.open_workbook import ChapterPage, open_chapter, open_workbook
from lti_tool.workbook.release_chapter import end_release, release_chapter
from lti_tool.workbook.save_fields import FieldEntry, Saved, SavingOutcome, save_fields
from lti_tool.workbook.submit_chapter import ChapterIncomplete, submit_chapter, take_back_chapter
from lti_tool.workbook.take_home.draft import ChapterNotFound, get_place, hide_questions

blueprint = Blueprint("workbook", __name__)
_COVER_NAME = "cover"


@blueprint.record_once
def _with_its_neighbours(state: BlueprintSetupState) -> None:
    """Export and feedback come with the draft."""
    state.app.register_blueprint(workbook_export.blueprint)
    state.app.register_blueprint(workbook_feedback.blueprint)
    state.app.jinja_env.globals.update(
        chapter_heading=heading_of,
        chapter_name=chapter_name,
        status_words=STATUS_WORDS,
        rating_words=RATING_WORDS,
        longest_field=LENGTH_MAX,
    )


def chapter_name(number: int) -> str:
    """Name a chapter in addresses: its number, or `cover`."""
    return _COVER_NAME if number == COVER_NUMBER else str(number)


def _number(name: str) -> int:
    if name == _COVER_NAME:
        return COVER_NUMBER
    if not re.fullmatch(r"[0-9]{1,3}", name):
        raise ChapterNotFound
    return int(name)


@blueprint.get("/workbook")
def overview() -> ResponseReturnValue:
    """Show all chapters of one's own draft; who teaches gets the course's drafts instead."""
    visitor = current_visitor()
    if visitor.is_instructor:
        return redirect(href("workbook_feedback.course"), 303)
    visitor = current_author()
    with reading() as session:
        page = open_workbook(session, current_programme(), visitor)
        shown = list_shown_chapters(session, current_programme(), visitor)
    return render_template("workbook/overview.html", section="workbook", page=page, shown=shown, programme=current_programme())


@blueprint.get("/workbook/chapters/<name>")
def chapter(name: str) -> str:
    """Show one chapter to write in."""
    with reading() as session:
        page = open_chapter(session, current_programme(), current_author(), _number(name))
    return _render(page, {}, ())


@blueprint.post("/workbook/chapters/<name>")
def save(name: str) -> ResponseReturnValue:
    """Save the whole chapter, and do what the pressed button says besides."""
    visitor, number = current_author(), _number(name)
    action, _, argument = request.form.get("action", "save").partition(":")
    with step() as session:
        results = save_fields(
            session,
            current_programme(),
            user_id=visitor.user_id,
            number=number,
            entries=_entries(number, leave_out=argument if action == "take" else ""),
            now=parts().now(),
        )
        if action == "questions":
            hide_questions(session, current_programme(), user_id=visitor.user_id, hidden=argument == "hide", now=parts().now())
    if any(result.outcome not in (SavingOutcome.SAVED, SavingOutcome.UNCHANGED) for result in results.values()):
        with reading() as session:
            page = open_chapter(session, current_programme(), visitor, number)
        return _render(page, results, ()), 409
    if action == "submit":
        return _submit(visitor, number)
    if action == "add":
        return redirect(href("workbook.chapter", name=name, more=argument, _anchor=f"field-{argument}"), 303)
    anchor = f"field-{argument}" if action == "take" else "saved"
    return redirect(href("workbook.chapter", name=name, _anchor=anchor), 303)


def _entries(number: int, *, leave_out: str) -> dict[str, FieldEntry]:
    fields = get_place(current_programme(), number).chapter.fields
    entries = {field.id: read_entry(request.form, field) for field in fields if field.id != leave_out}
    return {field_id: entry for field_id, entry in entries.items() if entry is not None}


def _submit(visitor: Visitor, number: int) -> ResponseReturnValue:
    try:
        with step() as session:
            if is_first_time(session):
                submit_chapter(session, current_syllabus(), visitor, number, now=parts().now())
    except ChapterIncomplete as incomplete:
        with reading() as session:
            page = open_chapter(session, current_programme(), visitor, number)
        return _render(page, {}, incomplete.missing), incomplete.status
    return redirect(href("workbook.chapter", name=chapter_name(number)), 303)


@blueprint.post("/workbook/chapters/<name>/fields/<field_id>")
def save_field(name: str, field_id: str) -> ResponseReturnValue:
    """Save one field for the page's script; the answer says what to show."""
    visitor, number = current_author(), _number(name)
    programme = current_programme()
    field = get_place(programme, number).find_field(field_id)
    entry = read_entry(request.form, field) if field else None
    if field is None or entry is None:
        return jsonify(message=translate(N_("Das Feld wurde nicht gespeichert. Laden Sie die Seite bitte neu."))), 404
    with step() as session:
        saved = save_fields(
            session, programme, user_id=visitor.user_id, number=number, entries={field_id: entry}, now=parts().now()
        )[field_id]
    if saved.outcome in (SavingOutcome.SAVED, SavingOutcome.UNCHANGED):
        return jsonify(token=token_of(saved.stored), message=saved_words(saved.stored))
    answer: dict[str, object] = {"message": problem_of(saved), "token": token_of(saved.stored)}
    if saved.outcome is SavingOutcome.CONFLICT:
        answer["html"] = render_template(
            "workbook/_conflict.html", field=field, other=saved.stored.content, problem=problem_of(saved)
        )
    return jsonify(answer), 409


@blueprint.get("/workbook/chapters/<name>/fields/<field_id>/history")
def history(name: str, field_id: str) -> str:
    """Show the kept states of a field."""
    with reading() as session:
        found = read_history(
            session, current_programme(), user_id=current_author().user_id, number=_number(name), field_id=field_id
        )
    return render_template("workbook/history.html", section="workbook", history=found, programme=current_programme())


@blueprint.post("/workbook/chapters/<name>/fields/<field_id>/history")
def restore(name: str, field_id: str) -> ResponseReturnValue:
    """Take a kept state back."""
    version = request.form.get("version", "")
    with step() as session:
        if is_first_time(session):
            restore_version(
                session,
                current_programme(),
                user_id=current_author().user_id,
                number=_number(name),
                field_id=field_id,
                version_id=int(version) if version.isdecimal() and len(version) < 10 else 0,
                now=parts().now(),
            )
    return redirect(href("workbook.chapter", name=name, _anchor=f"field-{field_id}"), 303)


@blueprint.post("/workbook/chapters/<name>/reopen")
def take_back(name: str) -> ResponseReturnValue:
    """Write on in a chapter that was handed in or accepted."""
    with step() as session:
        visitor, number = current_author(), _number(name)
        if is_first_time(session):
            take_back_chapter(session, current_programme(), visitor, number, now=parts().now())
    return redirect(href("workbook.chapter", name=name), 303)


@blueprint.post("/workbook/chapters/<name>/release")
def release(name: str) -> ResponseReturnValue:
    """Show the chapter to the members of the course, or end that."""
    visitor, number, now = current_author(), _number(name), parts().now()
    with step() as session:
        if not is_first_time(session):
            pass
        elif request.form.get("action") == "end":
            end_release(session, current_programme(), visitor, number, now=now)
        else:
            is_meant = request.form.get("restricted") == "yes"
            release_chapter(session, current_programme(), visitor, number, is_restricted_meant=is_meant, now=now)
    return redirect(href("workbook.chapter", name=name, _anchor="peers"), 303)


def _render(page: ChapterPage, results: Mapping[str, Saved], missing: tuple[MissingField, ...]) -> str:
    missing_by_field = {one.field.id: one for one in missing}
    with reading() as session:
        cases = marked_cases(session, current_programme(), user_id=current_author().user_id)
    more = request.args.get("more", "")
    views = [
        view_of(
            state,
            results.get(state.field.id),
            missing_by_field.get(state.field.id),
            more_rows=ROWS_ADDED if state.field.id == more else 0,
        )
        for state in page.fields
    ]
    return render_template(
        "workbook/chapter.html",
        section="workbook",
        page=page,
        fields=views,
        is_incomplete=bool(missing),
        cases=cases,
        programme=current_programme(),
    )
