"""The case library's pages: the list with its filters, and one case."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.case_library.find_cases import find_cases
from lti_tool.case_library.mark_case import mark_case
from lti_tool.case_library.marked_cases import marked_cases
from lti_tool.case_library.open_case import open_case
from lti_tool.domain.content.case_studies import CERTAINTY_WORDS, LAENDER, OUTCOME_WORDS, SIZE_WORDS, Wanted
from lti_tool.web.pages.draft.workbook_author import current_author
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme, programme_if_decided
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import current_visitor, href

blueprint = Blueprint("cases", __name__)
_FILTERS = ("topic", "size", "measure", "outcome", "land")


@blueprint.app_template_global("has_cases")
def has_cases() -> bool:
    """Whether the programme of the course has a case library: not every one has, and earlier versions had none."""
    programme = programme_if_decided()
    return programme is not None and bool(programme.library.studies)


@blueprint.get("/cases")
def overview() -> str:
    """List the cases that fit what is asked for in the address."""
    visitor, programme = current_visitor(), current_programme()
    wanted = Wanted(words=request.args.get("q", ""), **{name: request.args.get(name, "") for name in _FILTERS})
    marked: frozenset[str] = frozenset()
    if visitor.is_participant:
        with reading() as session:
            marked = frozenset(study.id for study in marked_cases(session, programme, user_id=visitor.user_id))
    page = find_cases(
        programme, wanted, marked, only_marked=visitor.is_participant and request.args.get("marked") == "yes"
    )  # fmt: skip
    return render_template(
        "cases/overview.html",
        section="cases",
        page=page,
        asked=_asked(page.wanted, page.only_marked),
        size_words=SIZE_WORDS,
        outcome_words=OUTCOME_WORDS,
        programme=programme,
    )


def _asked(wanted: Wanted, only_marked: bool) -> dict[str, str]:
    """Write what is asked for as the address has it, without what is not."""
    values = {"words": wanted.words, "marked": "yes" if only_marked else ""}
    values |= {name: getattr(wanted, name) for name in _FILTERS}
    return {"q" if name == "words" else name: value for name, value in values.items() if value}


@blueprint.get("/cases/<case_id>")
def page(case_id: str) -> str:
    """Show one case."""
    with reading() as session:
        case_page = open_case(session, current_programme(), current_visitor(), case_id)
    return render_template(
        "cases/case.html",
        section="cases",
        page=case_page,
        size_words=SIZE_WORDS,
        outcome_words=OUTCOME_WORDS,
        certainty_words=CERTAINTY_WORDS,
        laender=LAENDER,
        programme=current_programme(),
    )


@blueprint.post("/cases/<case_id>/mark")
def mark(case_id: str) -> ResponseReturnValue:
    """Mark the case for one's own draft, or take the mark away."""
    visitor = current_author()
    is_marked = request.form.get("marked") == "yes"
    with step() as session:
        mark_case(session, current_programme(), user_id=visitor.user_id, case_id=case_id, is_marked=is_marked, now=parts().now())
    return redirect(href("cases.page", case_id=case_id, _anchor="mark"), 303)
