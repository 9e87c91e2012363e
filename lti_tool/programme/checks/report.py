"""Tables of what can be measured in a programme: how it reads, how long it takes, what its questions give away."""

from collections.abc import Iterator

from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.rules.completion import Condition
from lti_tool.domain.rules.hours import module_minutes
from lti_tool.programme.checks.check_style import rhythm_of
from lti_tool.programme.checks.giveaways import Measures, measure, questions_of
from lti_tool.programme.checks.readability import wiener_sachtextformel


def report_lines(programme: Programme) -> Iterator[str]:
    """Give all tables, line by line."""
    yield from _readability(programme)
    yield ""
    yield from _hours(programme)
    yield ""
    yield from _giveaways(programme)
    if programme.surveys:
        yield ""
        yield from _surveys(programme)


def _readability(programme: Programme) -> Iterator[str]:
    yield "Lesson  Words  Longest sentence  Words per sentence  Under 7 words  18 and more  Wiener Sachtextformel"
    for module in programme.modules:
        for lesson in module.lessons:
            rhythm = rhythm_of(lesson.text)
            yield (
                f"{lesson.code:6}  {lesson.words:5}  {rhythm.longest:16}  {rhythm.mean:18.1f}  {rhythm.short_share:13.0%}  "
                f"{rhythm.long_share:11.0%}  {wiener_sachtextformel(lesson.text):21.1f}"
            )


def _hours(programme: Programme) -> Iterator[str]:
    yield "Module  Reading and self-checks  Transferfragen  Quiz  Practice  Live and preparation  Hours together"
    totals = [0] * 6
    for module in programme.modules:
        minutes = _minutes(programme, module)
        if module.is_required:
            totals = [total + part for total, part in zip(totals, minutes, strict=True)]
        yield _hours_line(str(module.number) if module.is_required else f"{module.number} (W)", minutes)
    yield _hours_line("All", totals)


def _minutes(programme: Programme, module: Module) -> list[int]:
    rules = programme.hours

    def of(part: Condition) -> int:
        return module_minutes(module, rules, frozenset({part}))

    reading = module_minutes(module, rules, frozenset({Condition.LESSONS}), written=())
    if not rules.transfer_only_if_written:
        reading -= rules.transfer_minutes_per_lesson * len(module.lessons)
    parts = [reading, of(Condition.LESSONS) - reading, of(Condition.QUIZ), of(Condition.PRACTICE), of(Condition.LIVE)]
    return [*parts, sum(parts)]


def _hours_line(name: str, minutes: list[int]) -> str:
    hours = [part / 60 for part in minutes]
    return f"{name:6}  {hours[0]:23.1f}  {hours[1]:14.1f}  {hours[2]:4.1f}  {hours[3]:8.1f}  {hours[4]:20.1f}  {hours[5]:14.1f}"


def _surveys(programme: Programme) -> Iterator[str]:
    yield "Survey      Moment  Revision  Questions  Fields  Licence"
    for survey in programme.surveys:
        fields = sum(len(question.fields) for question in survey.questions)
        yield f"{survey.id:10}  {survey.moment:6}  {survey.revision:8}  {len(survey.questions):9}  {fields:6}  {survey.licence}"


def _giveaways(programme: Programme) -> Iterator[str]:
    yield (
        "Pool    One key  Guessed  Absolute in keys  Absolute in others  Shortest is key  Longest is key  "
        "Repeats the question: key, other  Several keys guessed"
    )
    questions = [(module, questions_of(module.items)) for module in programme.modules]
    for module, found in questions:
        yield _giveaway_line(str(module.number), measure(found))
    yield _giveaway_line("All", measure([question for _, found in questions for question in found]))


def _giveaway_line(name: str, measures: Measures) -> str:
    def share(counted: tuple[int, int]) -> str:
        return f"{counted[0]} of {counted[1]}"

    repeats = f"{measures.repeating_keys}, {measures.repeating_distractors}"
    return (
        f"{name:6}  {measures.questions:7}  {measures.guessed:7.0%}  {share(measures.absolute_keys):>16}  "
        f"{share(measures.absolute_distractors):>18}  {measures.shortest_keys:15}  {measures.longest_keys:14}  {repeats:>32}  "
        f"{share((measures.several_guessed, measures.several)):>20}"
    )
