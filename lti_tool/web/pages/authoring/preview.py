"""The authors' own pages: all findings, a module's figures, its questions with key and feedback, examples, what changed."""

from flask import Blueprint, abort, jsonify, render_template
from flask.typing import ResponseReturnValue

from lti_tool.authoring.check_links import check_links
from lti_tool.authoring.compare_files import compare_files
from lti_tool.authoring.findings_in_place import place_at_tables
from lti_tool.authoring.measure_module import measure_module
from lti_tool.authoring.watched_folder import FolderState
from lti_tool.domain.content.programme import Programme
from lti_tool.programme.parts.module_folder import ReadModule
from lti_tool.web.pages.authoring.watching import present_state, watching

blueprint = Blueprint("preview", __name__, url_prefix="/preview")


@blueprint.get("")
def overview() -> str:
    """List what there is to look at, and everything that is to be mended."""
    return render_template("preview/overview.html", programme=_programme(), state=present_state())


@blueprint.get("/stamp")
def stamp() -> ResponseReturnValue:
    """Tell the page's script whether a file was saved meanwhile."""
    return jsonify(stamp=watching().folder.stamp())


@blueprint.get("/changes")
def changes() -> str:
    """Show what differs from what was kept last, side by side."""
    found = compare_files(watching().baseline.files, watching().files())
    return render_template("preview/changes.html", programme=_programme(), changes=found, baseline=watching().baseline)


@blueprint.get("/modules/<module_slug>")
def figures(module_slug: str) -> str:
    """Show how a module's lessons read, what its questions cover, its pictures and its links."""
    return _figures(module_slug)


@blueprint.post("/modules/<module_slug>/links")
def links(module_slug: str) -> str:
    """Ask the addresses that its lessons name, and show who answers."""
    return _figures(module_slug, asks=True)


def _figures(module_slug: str, *, asks: bool = False) -> str:
    state, entry = _module(module_slug)
    measures = measure_module(entry, frozenset(watching().files()))
    answers = {answer.url: answer for answer in check_links(measures.addresses, watching().http)} if asks else {}
    return render_template(
        "preview/figures.html",
        programme=state.programme,
        module=entry.module,
        measures=measures,
        answers=answers,
        asks=asks,
        findings=state.findings_in(_folder_of(entry)),
    )


@blueprint.get("/modules/<module_slug>/items")
def items(module_slug: str) -> str:
    """Show the pool and the self-checks with their keys and all that is said about answers."""
    state, entry = _module(module_slug)
    folder = _folder_of(entry)
    pool = place_at_tables([(one.item.id, one.table) for one in entry.items], state.findings_in(f"{folder}pool.toml"))
    checks = place_at_tables([(one.check.id, one.table) for one in entry.checks], state.findings_in(f"{folder}self-checks.toml"))
    return render_template(
        "preview/items.html", programme=state.programme, module=entry.module, checks=entry.checks, found=pool, found_checks=checks
    )


@blueprint.get("/modules/<module_slug>/examples")
def examples(module_slug: str) -> str:
    """Show the practice task: its fields, each with its worked example."""
    state, entry = _module(module_slug)
    folder = _folder_of(entry)
    found = state.findings_in(f"{folder}practice.toml", f"{folder}examples/")
    return render_template("preview/examples.html", programme=state.programme, module=entry.module, findings=found)


def _module(module_slug: str) -> tuple[FolderState, ReadModule]:
    state = present_state()
    entries = state.reading.modules if state.reading is not None else []
    entry = next((each for each in entries if each.module.slug == module_slug), None)
    if entry is None:
        abort(404)
    return state, entry


def _folder_of(entry: ReadModule) -> str:
    return entry.head.file.removesuffix("module.toml")


def _programme() -> Programme | None:
    return present_state().programme
