"""Reads and proof-reads audio and video of an operator's own: `media/<name>.toml` beside file, captions and transcript.

The recordings themselves are not kept with a version (they would fill the database); their descriptions, captions and transcripts
are. A recording that changes gets a new name, and one that is missing leaves its transcript.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lti_tool.domain.content.illustrations import MediaClip
from lti_tool.programme.checks.giveaways import plain
from lti_tool.programme.checks.readability import words_of
from lti_tool.programme.formats.findings import Findings
from lti_tool.programme.formats.markdown import block
from lti_tool.programme.formats.toml_source import Table, read_toml
from lti_tool.programme.parts.captions import read_captions

NAME = re.compile(r"media/([a-z0-9-]+)\.toml")
_FILE = re.compile(r"[a-z0-9-]+\.[a-z0-9]{2,4}")
_MB = 1024 * 1024
MOST_BYTES = {"audio": 15 * _MB, "video": 60 * _MB}
MOST_BYTES_TOGETHER = 300 * _MB
_MOST_MINUTES = 30
# Spoken German has 100 to 180 words a minute; what is far below is no transcript of the whole.
_FEWEST_WORDS_PER_MINUTE = 40


@dataclass(frozen=True)
class _Container:
    kind: str
    media_type: str
    begins: Callable[[bytes], bool]


# What all browsers of today play, and how such a file begins.
_CONTAINERS: Mapping[str, _Container] = {
    "mp3": _Container("audio", "audio/mpeg", lambda head: head[:3] == b"ID3" or (head[:1] == b"\xff" and head[1] & 0xE0 == 0xE0)),
    "m4a": _Container("audio", "audio/mp4", lambda head: head[4:8] == b"ftyp"),
    "ogg": _Container("audio", "audio/ogg", lambda head: head[:4] == b"OggS"),
    "mp4": _Container("video", "video/mp4", lambda head: head[4:8] == b"ftyp"),
    "webm": _Container("video", "video/webm", lambda head: head[:4] == b"\x1aE\xdf\xa3"),
}


@dataclass(frozen=True)
class ReadClip:
    """A recording, where it is described and where its file should be."""

    clip: MediaClip
    table: Table
    path: Path


def read_clip(path: Path, root: Path, purpose: str, findings: Findings) -> ReadClip | None:
    """Read the description of a recording with its captions and transcript; None: it cannot be used."""
    table = read_toml(path, root, findings)
    file = table.text("file")
    container = _CONTAINERS.get(file.rpartition(".")[2])
    if not _FILE.fullmatch(file) or container is None:
        endings = ", ".join(_CONTAINERS)
        table.error("file", f"„{file}“: Der Name hat kleine Buchstaben, Ziffern, Bindestriche und endet auf {endings}.")
    transcript, captions = (_text_beside(path, ending) for ending in (".md", ".vtt"))
    clip = MediaClip(
        name=path.stem,
        title=table.text("title"),
        purpose=purpose,
        kind=container.kind if container else "audio",
        media_type=container.media_type if container else "",
        minutes=table.number("minutes"),
        file=(path.parent.relative_to(root) / file).as_posix(),
        captions=captions,
        transcript_html=block(transcript),
    )
    table.finish()
    if not transcript.strip():
        table.error("file", f"Die Mitschrift „{path.with_suffix('.md').name}“ fehlt.")
    if clip.kind == "video" and not captions.strip():
        table.error("file", f"Die Untertitel „{path.with_suffix('.vtt').name}“ fehlen.")
    if not 0 < clip.minutes <= _MOST_MINUTES:
        table.error("minutes", f"Eine Aufnahme dauert höchstens {_MOST_MINUTES} Minuten.")
    for fault in read_captions(captions).faults if captions.strip() else ():
        report = findings.error if fault.is_error else findings.warning
        report(path.with_suffix(".vtt").relative_to(root).as_posix(), fault.line, fault.sentence)
    return ReadClip(clip, table, path.parent / file) if container and _FILE.fullmatch(file) else None


def check_media(entries: Iterable[ReadClip], findings: Findings) -> None:
    """Report recordings that are missing, too large, or not what their name says, and transcripts that cannot be whole."""
    together = 0
    for entry in entries:
        clip, table, path = entry.clip, entry.table, entry.path
        words = len(words_of(plain(clip.transcript_html)))
        if words < _FEWEST_WORDS_PER_MINUTE * clip.minutes:
            sentence = f"Die Mitschrift hat {words} Wörter für {clip.minutes:g} Minuten; sie gibt alles wieder."
            findings.warning(table.file, 1, sentence)
        if clip.captions and (cues := read_captions(clip.captions).cues) and cues[-1].ends > clip.minutes * 60 + 30:
            table.error("minutes", "Die Untertitel reichen über die angegebene Dauer hinaus.")
        if not path.is_file() or path.is_symlink():
            table.error("file", f"Die Aufnahme „{path.name}“ fehlt.")
            continue
        size = path.stat().st_size
        together += size
        if size > MOST_BYTES[clip.kind]:
            table.error("file", f"Die Aufnahme hat {size / _MB:.0f} MB; höchstens {MOST_BYTES[clip.kind] // _MB} MB.")
        with path.open("rb") as stream:
            head = stream.read(16)
        if len(head) < 12 or not _CONTAINERS[path.suffix[1:]].begins(head):
            table.error("file", f"„{path.name}“ ist keine Datei dieser Art.")
    if together > MOST_BYTES_TOGETHER:
        sentence = f"Alle Aufnahmen zusammen haben {together / _MB:.0f} MB; höchstens {MOST_BYTES_TOGETHER // _MB} MB."
        findings.error("programme.toml", 1, sentence)


def _text_beside(path: Path, ending: str) -> str:
    beside = path.with_suffix(ending)
    return beside.read_text(encoding="utf-8", errors="replace") if beside.is_file() else ""
