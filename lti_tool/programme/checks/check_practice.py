"""Proof-reads a practice task: its hours, the levels of its criteria, its worked examples."""

from lti_tool.domain.content.programme import PracticeTask
from lti_tool.programme.formats.findings import Rule
from lti_tool.programme.formats.toml_source import Table
from lti_tool.programme.parts.examples import check_examples
from lti_tool.programme.parts.module_folder import ReadModule

# One chapter of half a dozen fields is written in an evening; nobody finishes more than eight hours beside work.
_HOURS = (2, 8)


def check_practice(entry: ReadModule) -> None:
    """Report what a module's practice task lacks."""
    task, source = entry.module.practice, entry.practice
    if task is None or source is None:
        return
    if not _HOURS[0] <= task.hours <= _HOURS[1]:
        entry.findings.miss(
            Rule.PRACTICE_HOURS,
            source.file,
            source.line_of("hours"),
            f"Für die Praxisaufgabe sind {task.hours:g} Stunden angesetzt; ehrlich sind {_HOURS[0]} bis {_HOURS[1]}.",
        )
    _check_criteria(task, source, entry)
    check_examples(entry.examples, task, source.file, entry.findings)


def _check_criteria(task: PracticeTask, source: Table, entry: ReadModule) -> None:
    chapters = {chapter.number for chapter in task.chapters}
    for criterion, table in zip(task.criteria, source.tables("criterion"), strict=True):
        levels = {criterion.not_yet, criterion.sound, criterion.convincing}
        if "" in levels:
            entry.findings.miss(
                Rule.CRITERION_LEVELS,
                table.file,
                table.line,
                f"Dem Kriterium „{criterion.id}“ fehlt die Beschreibung einer Stufe (not_yet, sound, convincing).",
            )
        elif len(levels) < 3:
            table.error("sound", f"Zwei Stufen des Kriteriums „{criterion.id}“ haben denselben Text.")
        for number in criterion.chapters:
            if number not in chapters:
                table.error("chapters", f"Das Kapitel {number} gehört nicht zu dieser Praxisaufgabe.")
