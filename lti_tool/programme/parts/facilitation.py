"""Reads and proof-reads facilitator packs: `facilitation/*.toml`, one file for each live session."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lti_tool.domain.content.facilitation import Board, FacilitatorPack, Inject, LiveSession, PackStep, RoleCard, Solution
from lti_tool.programme.formats.findings import Findings, Rule
from lti_tool.programme.formats.markdown import block, inline
from lti_tool.programme.formats.toml_source import Table, read_toml

FORMS = ("Plenum", "Kleingruppen", "Paare", "Einzelarbeit", "Pause")
_LONGEST_STEP = 45


@dataclass(frozen=True)
class ReadPack:
    """A pack and where it stands."""

    pack: FacilitatorPack
    table: Table


def read_packs(folder: Path, root: Path, findings: Findings) -> list[ReadPack]:
    """Read the packs of a module's folder."""
    return [_read(read_toml(path, root, findings)) for path in sorted((folder / "facilitation").glob("*.toml"))]


def _read(root: Table) -> ReadPack:
    variants = root.table("variants")
    pack = FacilitatorPack(
        session=root.text("session"),
        goal=root.text("goal"),
        preparation_minutes=root.integer("preparation_minutes"),
        material=root.texts("material", ()),
        steps=tuple(_step(table) for table in root.tables("step", at_least=1)),
        boards=tuple(_board(table) for table in root.tables("board")),
        roles=tuple(_role(table) for table in root.tables("role")),
        injects=tuple(_inject(table) for table in root.tables("inject")),
        solutions=tuple(_solution(table) for table in root.tables("solution")),
        for_six_html=block(variants.text("six")),
        for_fifteen_html=block(variants.text("fifteen")),
        silence_html=block(root.text("silence")),
    )
    variants.finish()
    root.finish()
    return ReadPack(pack, root)


def _step(table: Table) -> PackStep:
    step = PackStep(
        table.integer("minutes"),
        table.text("title"),
        table.one_of("form", FORMS),
        block(table.text("text")),
        table.texts("material", ()),
    )
    table.finish()
    return step


def _board(table: Table) -> Board:
    board = Board(table.text("title"), block(table.text("text")))
    table.finish()
    return board


def _role(table: Table) -> RoleCard:
    card = RoleCard(table.text("title"), block(table.text("text")), block(table.text("secret", "")))
    table.finish()
    return card


def _inject(table: Table) -> Inject:
    inject = Inject(
        table.integer("minute"),
        table.text("title"),
        table.text("sender"),
        block(table.text("text")),
        block(table.text("expected")),
    )
    table.finish()
    return inject


def _solution(table: Table) -> Solution:
    solution = Solution(inline(table.text("title")), block(table.text("text")))
    table.finish()
    return solution


def check_packs(packs: Sequence[ReadPack], sessions: Sequence[LiveSession], head: Table, findings: Findings) -> None:
    """Report packs that do not fit their session, and sessions without one."""
    by_code = {session.code: session for session in sessions}
    seen: set[str] = set()
    for entry in packs:
        pack, table = entry.pack, entry.table
        session = by_code.get(pack.session)
        if session is None:
            table.error("session", f"Die Live-Sitzung „{pack.session}“ gibt es in diesem Modul nicht.")
        elif pack.minutes != session.minutes:
            table.error("step", f"Der Ablauf dauert {pack.minutes} Minuten, die Sitzung {session.minutes}.")
        if pack.session in seen:
            table.error("session", f"Zur Live-Sitzung „{pack.session}“ gibt es schon eine Datei.")
        seen.add(pack.session)
        _check_steps(entry, findings)
        _check_injects(entry)
        if len(pack.roles) == 1:
            table.error("role", "Ein Rollenspiel hat mindestens zwei Rollenkarten.")
        if not pack.solutions:
            findings.warning(table.file, 1, "Es fehlen Lösungshinweise [[solution]]: Woran ist ein gutes Ergebnis zu erkennen?")
    for session, table in zip(sessions, head.tables("live"), strict=True):
        if not session.preparation_minutes:
            findings.miss(
                Rule.LIVE_PREPARATION,
                head.file,
                table.line,
                f"Zur Live-Sitzung {session.code} fehlt, wie lange Teilnehmende sich vorbereiten (preparation_minutes).",
            )
        if session.code not in seen:
            findings.miss(
                Rule.FACILITATION,
                head.file,
                table.line,
                f"Zur Live-Sitzung {session.code} fehlt der Leitfaden facilitation/{session.code.lower()}.toml.",
            )


def _check_steps(entry: ReadPack, findings: Findings) -> None:
    for step, table in zip(entry.pack.steps, entry.table.tables("step"), strict=True):
        if step.minutes < 1:
            table.error("minutes", "Ein Schritt dauert mindestens eine Minute.")
        if step.minutes > _LONGEST_STEP:
            findings.warning(table.file, table.line, f"Der Schritt dauert {step.minutes} Minuten; teilen Sie ihn auf.")


def _check_injects(entry: ReadPack) -> None:
    tables = entry.table.tables("inject")
    for inject, table in zip(entry.pack.injects, tables, strict=True):
        if not 0 <= inject.minute < max(entry.pack.minutes, 1):
            table.error("minute", f"Die Minute {inject.minute} liegt außerhalb der Sitzung.")
    for (before, after), table in zip(pairwise(entry.pack.injects), tables[1:], strict=False):
        if after.minute < before.minute:
            table.error("minute", "Einspielungen stehen in der Reihenfolge, in der sie kommen.")
