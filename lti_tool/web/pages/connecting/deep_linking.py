"""Choosing content for a course: the page that a deep linking request opens, and the form that goes back to the platform."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.hours import programme_minutes
from lti_tool.domain.rules.placing import Placeable, placeables
from lti_tool.errors import ToolError
from lti_tool.lti.launching.deep_linking import Target, accepted_targets
from lti_tool.passback.columns.line_item import TAG
from lti_tool.platforms.launching.deep_linking_requests import PendingRequest, get_deep_linking_request
from lti_tool.platforms.launching.place_items import PlacedItems, place_items, placed_in, remember_offered
from lti_tool.web.chosen_programme import chosen_programme, keep_choice, programme_choice
from lti_tool.web.headers import allow_forms_to_anywhere
from lti_tool.web.language import message_of
from lti_tool.web.parts import parts
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import VISIT_PARAMETER, current_visitor

# The buttons that take all modules, or all that the course lacks, without looking at the boxes.
WHOLE_PROGRAMME = "programme"
WHAT_IS_MISSING = "missing"

blueprint = Blueprint("deep_linking", __name__)


@blueprint.get("/lti/deep-linking")
def choose() -> ResponseReturnValue:
    """Show what can be placed."""
    visitor = current_visitor()
    return _choice(visitor, _request_of(visitor))


@blueprint.post("/lti/deep-linking")
def place() -> ResponseReturnValue:
    """Sign the choice and show the form that brings it to the platform; it sends itself where scripts run."""
    visitor = current_visitor()
    pending = _request_of(visitor)
    entry = parts().front_door.registrations.by_id(visitor.registration_id)
    assert entry is not None  # else there would be no visit
    programme = chosen_programme(visitor)
    chosen = _chosen(programme)
    addresses = parts().front_door.launch_desk.addresses
    try:
        form = place_items(
            pending,
            entry.registration,
            chosen,
            target=_target(pending),
            launch_url=addresses.launch_url,
            icon_url=addresses.public_url + url_for("assets.asset", name="icon.svg"),
            column_tag=TAG,
            signing_key=parts().keyring.signing_key,
            now=parts().now(),
        )
    except ToolError as refusal:
        if refusal.code != "deep_linking_empty":
            raise
        return _choice(visitor, pending, problem=refusal)
    keep_choice(visitor, programme)
    with step() as session:
        remember_offered(session, visitor, [each.key for each in chosen], now=parts().now())
    # The form goes to the platform, whose answer may lead on to wherever it likes.
    allow_forms_to_anywhere()
    return render_template("deep_linking/return.html", form=form, chosen=chosen)


def _request_of(visitor: Visitor) -> PendingRequest:
    with reading() as session:
        return get_deep_linking_request(session, visitor, request.args.get(VISIT_PARAMETER, ""), now=parts().now())


def _choice(visitor: Visitor, pending: PendingRequest, *, problem: ToolError | None = None) -> ResponseReturnValue:
    choice = programme_choice(visitor)
    programme = choice.programme
    if programme is None:
        return render_template("deep_linking/programmes.html", offered=choice.offered), 200
    with reading() as session:
        placed = placed_in(session, visitor)
    page = render_template(
        "deep_linking/choose.html",
        programme=programme,
        of_programmes=choice,
        items=placeables(programme),
        placed=placed,
        missing=_missing(programme, placed),
        hours=programme_minutes(programme) / 60,
        several=pending.settings.accept_multiple,
        targets=accepted_targets(pending.settings),
        problem=None if problem is None else message_of(problem),
    )
    return page, 200 if problem is None else 400


def _chosen(programme: Programme) -> list[Placeable]:
    offered = placeables(programme)
    wish = request.form.get("all")
    if wish == WHOLE_PROGRAMME:
        return [each for each in offered if _is_required(each)]
    if wish == WHAT_IS_MISSING:
        with reading() as session:
            return _missing(programme, placed_in(session, current_visitor()))
    wished = set(request.form.getlist("item"))
    return [each for each in offered if each.key in wished]


def _missing(programme: Programme, placed: PlacedItems) -> list[Placeable]:
    """Return the required modules that the course neither has nor was handed: placing them doubles nothing."""
    there = placed.launched | placed.offered_at.keys()
    return [each for each in placeables(programme) if _is_required(each) and each.key not in there]


def _is_required(placeable: Placeable) -> bool:
    return placeable.module is not None and placeable.module.is_required


def _target(pending: PendingRequest) -> Target | None:
    """Give the way of opening that was chosen; without a choice the first that the platform takes."""
    accepted = accepted_targets(pending.settings)
    wished = request.form.get("target")
    return next((target for target in accepted if target == wished), accepted[0] if accepted else None)
