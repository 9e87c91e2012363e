"""What `lti-tool programme items` prints of a module."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from lti_tool.cli.output import counted
from lti_tool.domain.statistics.dependability import SHOWN_FROM
from lti_tool.domain.statistics.flags import HINT_FROM, SENTENCES, Flag
from lti_tool.domain.statistics.item_figures import Interval, ItemFigures
from lti_tool.learning.quiz.item_statistics import ItemStatistics, ModuleStatistics
from lti_tool.web.translations import in_english


def module_lines(module: ModuleStatistics) -> Iterator[str]:
    """Give a module's lines: the quiz as a whole, a table of its items, what to look at below each."""
    yield f"{module.module.slug}: {counted(module.first_attempts, 'first attempt', 'first attempts')}"
    whole = module.dependability
    if whole is None:
        yield f"  The quiz as a whole is told from {SHOWN_FROM} first attempts on."
    else:
        points = round(whole.standard_error * 100)
        yield f"  Mean {whole.mean:.0%}. A single result varies by ± {points} percentage points (standard error); Φ = {whole.phi:.2f}."
    yield f"  {'Item':10}  {'n':>6}  {'solved':>6}  {'95 %':>11}  {'separates':>9}  {'95 %':>13}  {'empty':>5}"
    for item in module.items:
        yield from _item_lines(item)
    yield ""


def _item_lines(item: ItemStatistics) -> Iterator[str]:
    figures = item.figures
    if figures is None or figures.n < HINT_FROM:
        yield f"  {item.item.id:10}  {figures.n if figures else 0:6}  too few answers (from {HINT_FROM} on)"
        return
    separates = "–" if figures.discrimination is None else f"{figures.discrimination:.2f}"
    yield (
        f"  {item.item.id:10}  {figures.n:6}  {figures.facility:6.0%}  {_shares(figures.facility_within):>11}  {separates:>9}"
        f"  {_numbers(figures.discrimination_within):>13}  {figures.empty:5}"
    )
    for flag in item.flags:
        yield f"      {'!' if flag.is_firm else '?'} {_sentence(flag)}"


def _sentence(flag: Flag) -> str:
    return in_english(SENTENCES[flag.kind], option=flag.option)


def _shares(within: Interval) -> str:
    return f"{within.low:.0%}…{within.high:.0%}"


def _numbers(within: Interval | None) -> str:
    return "–" if within is None else f"{within.low:.2f}…{within.high:.2f}"


def module_as_json(module: ModuleStatistics) -> dict[str, Any]:
    """Give the same as values; figures of items with fewer than 20 answers are null."""
    return {
        "module": module.module.slug,
        "first_attempts": module.first_attempts,
        "quiz": asdict(module.dependability) if module.dependability else None,
        "items": [
            {
                "item": each.item.id,
                "n": each.figures.n if each.figures else 0,
                "figures": _told(each.figures),
                "flags": [
                    {"flag": flag.kind.value, "firm": flag.is_firm, "option": flag.option or None, "says": _sentence(flag)}
                    for flag in each.flags
                ],
            }
            for each in module.items
        ],
    }


def _told(figures: ItemFigures | None) -> dict[str, Any] | None:
    if figures is None or figures.n < HINT_FROM:
        return None
    return asdict(figures) | {"difference_of_thirds": figures.difference_of_thirds}
