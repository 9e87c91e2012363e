"""Puts a facilitator pack together: the parts in the order in which they are needed, for the page, the ODT and the PDF alike."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from lti_tool.domain.content.facilitation import FacilitatorPack, Inject, LiveSession, TimedStep
from lti_tool.domain.content.programme import Module, Programme
from lti_tool.messages import N_

# Says a text of ours in the language of the reader; its second argument fills the placeholders.
Say = Callable[..., str]
_AT_MINUTE = N_("Minute %(n)s")
_COMING = N_("Einspielungen in diesem Schritt")
_EXPECTED = N_("Erwartet wird")
_SECRET = N_("Das wissen nur Sie")


@dataclass(frozen=True)
class PackPart:
    """A part with its heading, as cleaned HTML."""

    id: str
    title: str
    html: str
    level: int = 2
    is_card: bool = False
    """Handed out: on paper it has a sheet of its own."""
    is_authored: bool = False
    """The heading is the authors', not ours."""


@dataclass(frozen=True)
class PackDocument:
    title: str
    session_title: str
    subtitle: str
    edition: str
    programme: str
    language: str
    content_language: str
    parts: tuple[PackPart, ...]


def compose_pack(
    programme: Programme, module: Module, session: LiveSession, pack: FacilitatorPack, *, say: Say, language: str
) -> PackDocument:
    """Put the document together."""
    # What the authors wrote stands beside words of ours, which may be of another language.
    word = say if language == programme.language else lambda text, **values: _marked(say(text, **values), language)
    return PackDocument(
        title=say(N_("Leitfaden zur Live-Sitzung %(code)s"), code=session.code),
        session_title=session.title,
        subtitle=say(
            N_("%(minutes)s Minuten, dazu %(preparation)s Minuten Vorbereitung"),
            minutes=pack.minutes,
            preparation=pack.preparation_minutes,
        ),
        edition=f"{module.title} · {programme.version}",
        programme=programme.title,
        language=language,
        content_language=programme.language,
        parts=(
            PackPart("goal", say(N_("Ziel")), f"<p>{escape(pack.goal)}</p>"),
            *_material(pack, say),
            PackPart("plan", say(N_("Minutenplan")), _plan(pack, word)),
            PackPart("steps", say(N_("Ablauf")), ""),
            *(_step(timed, pack.injects_during(timed), word) for timed in pack.plan),
            PackPart("silence", say(N_("Wenn die Gruppe schweigt")), pack.silence_html),
            PackPart("six", say(N_("Mit 6 Personen")), pack.for_six_html),
            PackPart("fifteen", say(N_("Mit 15 Personen")), pack.for_fifteen_html),
            *_boards(pack, say),
            *_injects(pack, say, word),
            *_solutions(pack, say),
            *_cards(pack, say, word),
        ),
    )


def _material(pack: FacilitatorPack, say: Say) -> Iterable[PackPart]:
    if pack.material:
        yield PackPart("material", say(N_("Material")), _list(pack.material))


def _plan(pack: FacilitatorPack, word: Say) -> str:
    heads = (N_("Minute"), N_("Dauer"), N_("Schritt"), N_("Form"), N_("Material"))
    rows = [
        (
            f"{timed.begins_at}–{timed.ends_at}",
            str(timed.step.minutes),
            escape(timed.step.title),
            escape(timed.step.form),
            escape(", ".join(timed.step.material)),
        )
        for timed in pack.plan
    ]
    return _table([word(head) for head in heads], rows)


def _step(timed: TimedStep, injects: Sequence[Inject], word: Say) -> PackPart:
    title = f"{timed.begins_at}–{timed.ends_at}: {timed.step.title}"
    coming = [f"{word(_AT_MINUTE, n=each.minute)}: {escape(each.title)} ({escape(each.sender)})" for each in injects]
    notes = f"<p>{word(_COMING)}:</p>{_list(coming, is_html=True)}" if coming else ""
    return PackPart(f"step-{timed.begins_at}", title, timed.step.html + notes, level=3, is_authored=True)


def _boards(pack: FacilitatorPack, say: Say) -> Iterable[PackPart]:
    if pack.boards:
        yield PackPart("boards", say(N_("Vorlagen für die Tafel")), "")
        for number, board in enumerate(pack.boards, 1):
            yield PackPart(f"board-{number}", board.title, board.html, level=3, is_authored=True)


def _injects(pack: FacilitatorPack, say: Say, word: Say) -> Iterable[PackPart]:
    if pack.injects:
        heads = [word(head) for head in (N_("Minute"), N_("Einspielung"), N_("Von wem"))]
        rows = [(str(each.minute), f"{n}. {escape(each.title)}", escape(each.sender)) for n, each in enumerate(pack.injects, 1)]
        yield PackPart("injects", say(N_("Einspielungen im Überblick")), _table(heads, rows))
        for number, each in enumerate(pack.injects, 1):
            expected = f"<p><strong>{word(_EXPECTED)}</strong></p>{each.expected_html}"
            yield PackPart(f"expected-{number}", f"{number}. {each.title}", each.html + expected, level=3, is_authored=True)


def _solutions(pack: FacilitatorPack, say: Say) -> Iterable[PackPart]:
    if pack.solutions:
        yield PackPart("solutions", say(N_("Lösungshinweise")), "")
        for number, each in enumerate(pack.solutions, 1):
            yield PackPart(f"solution-{number}", each.title, each.html, level=3, is_authored=True)


def _cards(pack: FacilitatorPack, say: Say, word: Say) -> Iterable[PackPart]:
    """Give what is handed out: nothing on a card tells what is expected, and no card tells another's secret."""
    if pack.roles or pack.injects:
        note = word(N_("Jede Karte steht beim Drucken auf einem eigenen Blatt."))
        yield PackPart("cards", say(N_("Karten zum Austeilen")), f"<p>{note}</p>")
    for number, role in enumerate(pack.roles, 1):
        secret = f"<p><strong>{word(_SECRET)}</strong></p>{role.secret_html}" if role.secret_html else ""
        title = say(N_("Rollenkarte: %(title)s"), title=role.title)
        yield PackPart(f"role-{number}", title, role.html + secret, level=3, is_card=True)
    for number, each in enumerate(pack.injects, 1):
        title = say(N_("Einspielung %(n)s: %(title)s"), n=number, title=each.title)
        html = f"<p>{escape(each.sender)}</p>{each.html}"
        yield PackPart(f"inject-{number}", title, html, level=3, is_card=True)


def _list(entries: Iterable[str], *, is_html: bool = False) -> str:
    return "<ul>" + "".join(f"<li>{entry if is_html else escape(entry)}</li>" for entry in entries) + "</ul>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    # As lessons have theirs: it scrolls inside itself, also by keyboard.
    return f'<div class="table-scroll" role="group" tabindex="0" aria-label="Tabelle">{table}</div>'


def _marked(text: str, language: str) -> str:
    return f'<span lang="{language}">{escape(text)}</span>'
