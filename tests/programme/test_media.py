"""Recordings of an operator's own: what a lesson gets, what is refused, and what stays when a file is missing."""

import os
from pathlib import Path

import pytest

from lti_tool.content_versions.archive import pack, unpack
from lti_tool.programme.check import check
from lti_tool.programme.formats.files import programme_files
from lti_tool.programme.formats.findings import ProgrammeError, Severity
from lti_tool.programme.parts import media
from lti_tool.programme.parts.captions import read_captions
from lti_tool.programme.reader import read_programme
from tests.programme.conftest import WRONG_VALUES, Folder, put_everywhere

LESSON = "1-grundlagen/lessons/1-1-anfang.md"
FILE = "1-grundlagen/media/gespraech.toml"
CAPTIONS = "1-grundlagen/media/gespraech.vtt"
TRANSCRIPT = "1-grundlagen/media/gespraech.md"
RECORDING = "1-grundlagen/media/gespraech.mp4"
VTT = """WEBVTT

NOTE von Hand

1
00:01.000 --> 00:04.000
<v Leitung>Guten Tag.

00:00:05.500 --> 00:00:09.000 line:80%
Wir fangen an.
"""
MP4 = b"\0\0\0\x18ftypmp42" + b"\0" * 100


@pytest.fixture
def clip(folder: Folder) -> Folder:
    folder.spoil(LESSON, "Ende.", '![Eine Leitung erzählt vom ersten Jahr](media/gespraech.toml "Gespräch")')
    folder.write(FILE, 'title = "Ein Gespräch"\nfile = "gespraech.mp4"\nminutes = 0.5\n')
    folder.write(CAPTIONS, VTT)
    folder.write(TRANSCRIPT, "**Leitung:** " + "Guten Tag und willkommen. " * 6)
    (folder.path / RECORDING).write_bytes(MP4)
    return folder


def found(folder: Folder) -> list[str]:
    return [str(finding) for finding in check(folder.path) if "media/" in str(finding) or "Aufnahmen" in finding.sentence]


def test_a_recording_is_read_with_captions_and_transcript(clip: Folder) -> None:
    assert found(clip) == []
    module = read_programme(clip.path).modules[0]
    read = module.find_clip("gespraech")
    assert read is not None
    assert (read.kind, read.media_type, read.file) == ("video", "video/mp4", RECORDING)
    assert (read.minutes, read.purpose) == (0.5, "Eine Leitung erzählt vom ersten Jahr")
    assert read.captions.startswith("WEBVTT")
    html = module.lessons[0].body_html
    assert '<div class="media" id="aufnahme-gespraech"><p><strong>Ein Gespräch</strong></p><details><summary>Mitschrift' in html
    assert "<strong>Leitung:</strong> Guten Tag" in html
    assert module.find_clip("x") is None


def test_the_recording_is_not_kept_but_all_of_its_words_are(clip: Folder, tmp_path: Path) -> None:
    names = {name for name, _ in programme_files(clip.path)}
    assert {FILE, CAPTIONS, TRANSCRIPT} <= names
    assert RECORDING not in names
    unpack(pack(clip.path).archive, tmp_path)
    kept = read_programme(tmp_path).modules[0].find_clip("gespraech")
    assert kept == read_programme(clip.path).modules[0].find_clip("gespraech")
    assert any("Die Aufnahme „gespraech.mp4“ fehlt." in finding.sentence for finding in check(tmp_path))


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (FILE, "gespraech.mp4", "gespraech.avi", "und endet auf mp3, m4a, ogg, mp4, webm"),
        (FILE, "gespraech.mp4", "../../geheim.mp4", "und endet auf"),
        (FILE, "gespraech.mp4", "Gespräch 1.mp4", "und endet auf"),
        (FILE, "gespraech.mp4", "anderes.mp4", "Die Aufnahme „anderes.mp4“ fehlt."),
        (FILE, "minutes = 0.5", "minutes = 0", "dauert höchstens 30 Minuten"),
        (FILE, "minutes = 0.5", "minutes = 45", "dauert höchstens 30 Minuten"),
        (FILE, "minutes = 0.5", "minutes = 20", "Warnung: Die Mitschrift hat 25 Wörter für 20 Minuten"),
        (CAPTIONS, "00:00:09.000", "00:09:00.000", "Die Untertitel reichen über die angegebene Dauer hinaus."),
        (CAPTIONS, "00:00:09.000", "00:00:05.000", "vtt:9: Fehler: Der Untertitel endet, bevor er beginnt."),
        (LESSON, "media/gespraech.toml", "media/fehlt.toml", "„media/fehlt.toml“ gibt es nicht"),
        (LESSON, "media/gespraech.toml", "media/../../x.toml", "„media/../../x.toml“ gibt es nicht"),
    ],
)
def test_a_mistake_is_found(clip: Folder, file: str, old: str, new: str, expected: str) -> None:
    clip.spoil(file, old, new)
    assert any(expected in finding for finding in found(clip)), found(clip)


@pytest.mark.parametrize(("missing", "expected"), [(CAPTIONS, "Die Untertitel"), (TRANSCRIPT, "Die Mitschrift")])
def test_what_replaces_the_sound_is_never_missing(clip: Folder, missing: str, expected: str) -> None:
    (clip.path / missing).unlink()
    with pytest.raises(ProgrammeError, match=expected):
        read_programme(clip.path)


def test_audio_needs_its_transcript_only(clip: Folder) -> None:
    (clip.path / CAPTIONS).unlink()
    clip.spoil(FILE, "gespraech.mp4", "gespraech.mp3")
    (clip.path / "1-grundlagen/media/gespraech.mp3").write_bytes(b"ID3\x04" + b"\0" * 20)
    assert found(clip) == []


@pytest.mark.parametrize("content", [b"<html><script>alert(1)</script></html>", b"MZ" + b"\0" * 60, b"", b"\0\0"])
def test_a_file_that_is_no_recording_is_refused(clip: Folder, content: bytes) -> None:
    (clip.path / RECORDING).write_bytes(content)
    assert any("ist keine Datei dieser Art" in finding for finding in found(clip))


def test_a_link_out_of_the_folder_is_no_recording(clip: Folder, tmp_path: Path) -> None:
    (tmp_path / "other.mp4").write_bytes(MP4)
    (clip.path / RECORDING).unlink()
    os.symlink(tmp_path / "other.mp4", clip.path / RECORDING)
    assert any("Die Aufnahme „gespraech.mp4“ fehlt." in finding for finding in found(clip))


def test_recordings_have_a_size_each_and_together(clip: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "MOST_BYTES", {"audio": 10, "video": 50})
    assert any("höchstens 0 MB" in finding for finding in found(clip))
    monkeypatch.setattr(media, "MOST_BYTES", {"audio": 10, "video": 5_000})
    monkeypatch.setattr(media, "MOST_BYTES_TOGETHER", 50)
    assert any("Alle Aufnahmen zusammen" in finding for finding in found(clip))


@pytest.mark.parametrize(
    ("captions", "expected"),
    [
        ("1\n00:01.000 --> 00:04.000\nHallo\n", "beginnen mit der Zeile WEBVTT"),
        ("WEBVTT\n", "keinen einzigen Untertitel"),
        ("WEBVTT\n\n1:01 --> 1:04\nHallo\n", "Hier fehlt eine Zeit"),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\nB\n\n00:01.000 --> 00:02.000\nA\n", "beginnt vor dem letzten"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<v A> </v>\n", "hat keinen Text"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<script>x</script>\n", "Diese Auszeichnung kennt WebVTT nicht"),
        ("WEBVTT\n\nSTYLE\n::cue { color: red }\n\n00:01.000 --> 00:02.000\nA\n", "STYLE und REGION"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n" + "sehr " * 12 + "lang\n", "höchstens 2 Zeilen"),
    ],
)
def test_captions_that_cannot_be_read_are_named(captions: str, expected: str) -> None:
    assert any(expected in fault.sentence for fault in read_captions(captions).faults)


def test_captions_are_read_with_their_times() -> None:
    read = read_captions("\ufeff" + VTT)
    assert read.faults == ()
    assert [(cue.begins, cue.ends, cue.lines) for cue in read.cues] == [
        (1.0, 4.0, ("<v Leitung>Guten Tag.",)),
        (5.5, 9.0, ("Wir fangen an.",)),
    ]


@pytest.mark.parametrize("value", WRONG_VALUES)
def test_no_wrong_value_anywhere_gets_past_as_a_crash(clip: Folder, value: str) -> None:
    put_everywhere(clip, {FILE: (clip.path / FILE).read_text("utf-8")}, value)
    assert all(finding.severity in Severity for finding in check(clip.path))
