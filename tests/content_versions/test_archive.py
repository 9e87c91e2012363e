"""Packing a programme folder and reading it back."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from lti_tool.content_versions.archive import pack, unpack
from lti_tool.domain.rules.hours import module_minutes, programme_minutes
from lti_tool.errors import ConfigurationError
from lti_tool.programme.reader import read_programme
from tests.shipped import SHIPPED_FOLDER


def test_the_shipped_programme_comes_back_as_it_was(tmp_path: Path) -> None:
    packed = pack(SHIPPED_FOLDER)
    assert len(packed.archive) < 800_000
    unpack(packed.archive, tmp_path)
    assert read_programme(tmp_path) == read_programme(SHIPPED_FOLDER)
    assert pack(tmp_path) == packed


def test_neither_times_nor_what_lies_beside_the_content_makes_it_another(folders: dict[str, Path], tmp_path: Path) -> None:
    first = pack(folders["2026.1"])
    unpack(first.archive, tmp_path)
    (tmp_path / "README.md").write_text("Notizen der Redaktion")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD.toml").write_text("x")
    (tmp_path / "entwurf").mkdir()
    (tmp_path / "entwurf" / "lektion.md").write_text("x")
    for path in tmp_path.rglob("*"):
        os.utime(path, (0, 0))
    assert pack(tmp_path).sha256 == first.sha256
    assert pack(folders["2026.2"]).sha256 != first.sha256


def test_a_moved_file_is_other_content(folders: dict[str, Path], tmp_path: Path) -> None:
    unpack(pack(folders["2026.1"]).archive, tmp_path)
    pool = tmp_path / "1-grundlagen-und-strategie" / "pool.toml"
    pool.rename(pool.with_name("pool2.toml"))
    assert pack(tmp_path).sha256 != pack(folders["2026.1"]).sha256


def test_a_folder_larger_than_any_programme_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "programme.toml").write_text("x" * 100)
    monkeypatch.setattr("lti_tool.content_versions.archive.LARGEST_BYTES", 50)
    with pytest.raises(ConfigurationError):
        pack(tmp_path)


def test_an_archive_writes_nothing_outside_of_its_folder(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../evil.toml", "x")
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(ValueError, match="outside"):
        unpack(out.getvalue(), inside)
    assert not (tmp_path / "evil.toml").exists()


def test_what_the_first_release_kept_is_still_read(tmp_path: Path) -> None:
    # Courses learn with it until they are moved: the folder's format may only grow (decision 0014).
    unpack(Path(__file__).with_name("kept_by_the_first_release.zip").read_bytes(), tmp_path)
    programme = read_programme(tmp_path)
    assert (programme.version, programme.title, len(programme.modules[0].items)) == ("1", "Probe", 2)


def test_what_the_first_release_kept_counts_its_hours_as_it_did(tmp_path: Path) -> None:
    unpack(Path(__file__).with_name("kept_by_the_first_release.zip").read_bytes(), tmp_path)
    programme = read_programme(tmp_path)
    lessons = sum(lesson.minutes + 12 for lesson in programme.modules[0].lessons)
    assert programme_minutes(programme) == lessons + 30 == 52
    # Nothing is lost to who wrote no note: there was no field for one.
    assert module_minutes(programme.modules[0], programme.hours, written=()) == 52
    assert programme.required_modules == programme.modules
    assert programme.modules[0].lessons[0].sources[0].url == ""
