"""Puts the forms of interactive figures into lessons; the text version stays below them."""

import re

from flask import Blueprint, render_template, request
from markupsafe import Markup

from lti_tool.domain.content.programme import Lesson, Module
from lti_tool.learning.try_figure import LEAST, RATES, WEIGHTS, YEARS, try_figure
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme

blueprint = Blueprint("figures", __name__)

_PLACE = re.compile(r'<div class="interactive" id="rechner-([a-z0-9-]+)"><p><strong>.*?</strong></p>', re.DOTALL)
_PREFIX = "f."


@blueprint.app_template_filter("with_figures")
def with_figures(html: Markup, module: Module, lesson: Lesson) -> Markup:
    """Add the form of each interactive figure of a lesson, with its result where the address asks for one."""
    return Markup(_PLACE.sub(lambda found: found[0] + _form(module, lesson, found[1]), html))  # noqa: S704 - cleaned when read


@blueprint.app_template_test("with_forms")
def has_figures(lesson: Lesson) -> bool:
    """Whether a lesson has something to try out."""
    return _PLACE.search(lesson.body_html) is not None


def _form(module: Module, lesson: Lesson, name: str) -> str:
    figure = module.find_interactive(name)
    if figure is None:
        return ""
    typed = None
    if request.args.get("figure") == name:
        typed = {key.removeprefix(_PREFIX): value for key, value in request.args.items() if key.startswith(_PREFIX)}
    tried = try_figure(figure, typed, now=parts().now())
    bounds = {"weights": WEIGHTS, "years": YEARS, "rates": RATES, "least": LEAST}
    return render_template(
        "figures/figure.html", tried=tried, module=module, lesson=lesson, bounds=bounds, programme=current_programme()
    )
