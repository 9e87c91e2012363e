"""Reads captions in WebVTT (W3C) and says what is wrong with them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_STAMP = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"{_STAMP}[ \t]+-->[ \t]+{_STAMP}(?:[ \t]+.*)?")
_TAG = re.compile(r"<[^>]*>")
_KNOWN_TAG = re.compile(r"</?(?:i|b|u|v|lang)(?:[ .][^<>]*)?>")
_MOST_LINES = 2
_MOST_CHARACTERS = 45


@dataclass(frozen=True)
class Cue:
    """One caption; times in seconds, `line` is that of its timing."""

    line: int
    begins: float
    ends: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    line: int
    sentence: str
    is_error: bool = True


@dataclass(frozen=True)
class Captions:
    cues: tuple[Cue, ...]
    faults: tuple[Fault, ...]


def read_captions(text: str) -> Captions:
    """Read captions; what cannot be read is named and left out."""
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        return Captions((), (Fault(1, "Untertitel beginnen mit der Zeile WEBVTT."),))
    cues: list[Cue] = []
    faults: list[Fault] = []
    for begin, part in _parts(lines[1:]):
        if part[0].startswith("NOTE"):
            continue
        if part[0].startswith(("STYLE", "REGION")):
            faults.append(Fault(begin, "STYLE und REGION werden nicht übernommen; wie Untertitel aussehen, wählen andere."))
            continue
        at = 0 if "-->" in part[0] else 1
        timing = _TIMING.fullmatch(part[at].strip()) if at < len(part) else None
        if timing is None:
            faults.append(Fault(begin + at, "Hier fehlt eine Zeit wie „00:01.000 --> 00:04.000“."))
            continue
        stamps = timing.groups()
        cues.append(Cue(begin + at, _seconds(*stamps[:4]), _seconds(*stamps[4:]), tuple(part[at + 1 :])))
    return Captions(tuple(cues), (*faults, *_faults_in(cues)))


def _parts(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Give the blocks between empty lines with the line of the file on which each begins."""
    part: list[str] = []
    for number, line in enumerate([*lines, ""], 2):
        if line.strip():
            part.append(line)
        elif part:
            yield number - len(part), part
            part = []


def _seconds(hours: str | None, minutes: str, seconds: str, thousandths: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(thousandths) / 1000


def _faults_in(cues: list[Cue]) -> Iterator[Fault]:
    if not cues:
        yield Fault(1, "Es gibt keinen einzigen Untertitel.")
    latest = 0.0
    for cue in cues:
        if cue.ends <= cue.begins:
            yield Fault(cue.line, "Der Untertitel endet, bevor er beginnt.")
        if cue.begins < latest:
            yield Fault(cue.line, "Der Untertitel beginnt vor dem letzten; sie stehen in ihrer Reihenfolge.")
        latest = max(latest, cue.begins)
        if not any(_TAG.sub("", line).strip() for line in cue.lines):
            yield Fault(cue.line, "Der Untertitel hat keinen Text.")
        for line in cue.lines:
            if any(not _KNOWN_TAG.fullmatch(tag) for tag in _TAG.findall(line)):
                yield Fault(cue.line, f"Diese Auszeichnung kennt WebVTT nicht: {line[:40]}")
        widest = max((len(_TAG.sub("", line)) for line in cue.lines), default=0)
        if len(cue.lines) > _MOST_LINES or widest > _MOST_CHARACTERS:
            sentence = f"Ein Untertitel hat höchstens {_MOST_LINES} Zeilen mit {_MOST_CHARACTERS} Zeichen."
            yield Fault(cue.line, sentence, is_error=False)
