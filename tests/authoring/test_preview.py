"""The authors' preview: participants' own pages with findings beside them, whatever the folder holds at the moment."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lti_tool.authoring.baseline import Baseline, read_files
from lti_tool.authoring.start_programme import start_programme
from lti_tool.cli.authors_server import preview_app
from tests.shipped import SHIPPED_FOLDER

PORT = 8010
HERE = {"Host": f"127.0.0.1:{PORT}"}
MODULE = "1-erstes-modul"
LESSON = f"{MODULE}/lessons/1-1-anfang.md"
Open = Callable[[str], str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "probe"
    start_programme(folder, "Probe", today=date(2026, 12, 1))
    return folder


def app_of(folder: Path, private: Path) -> Flask:
    return preview_app(folder, private, PORT, Baseline("der letzten Version", read_files(folder)))


@pytest.fixture
def client(folder: Path, tmp_path: Path) -> FlaskClient:
    return app_of(folder, tmp_path).test_client()


@pytest.fixture
def open_page(client: FlaskClient) -> Open:
    def get(address: str) -> str:
        answer = client.get(address, headers=HERE)
        assert answer.status_code == 200, answer.text
        return answer.text

    return get


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")


def test_a_lesson_is_the_participants_page(open_page: Open) -> None:
    html = open_page("/modules/probe-modul-1/lessons/anfang")

    assert '<h1 class="lesson-title"' in html
    assert "Als gelesen markieren und weiter" in html
    assert 'aria-label="Vorschau für Autor:innen"' in html


def test_what_is_saved_shows_with_the_next_look(folder: Path, open_page: Open) -> None:
    assert "Ein neuer Satz" not in open_page("/modules/probe-modul-1/lessons/anfang")

    spoil(folder, LESSON, "Beginnen Sie hier", "Ein neuer Satz steht da. Beginnen Sie hier")

    assert "Ein neuer Satz" in open_page("/modules/probe-modul-1/lessons/anfang")


def test_a_finding_stands_on_the_page_that_it_concerns_and_names_the_heading(folder: Path, open_page: Open) -> None:
    spoil(folder, LESSON, "lektion:1.2", "lektion:9.9")

    html = open_page("/modules/probe-modul-1/lessons/anfang")

    assert "Die Lektion 9.9 gibt es nicht." in html
    assert "bei <a class" in html
    assert "„Ein Gedanke genauer“" in html
    assert "Die Lektion 9.9 gibt es nicht." not in open_page("/modules/probe-modul-1/lessons/beispiel")
    assert "Die Lektion 9.9 gibt es nicht." in open_page("/preview")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("programme.toml", b'title = "', "programme.toml:1"),
        (f"{MODULE}/module.toml", b"number = 1\n= 2", f"{MODULE}/module.toml:2"),
        (LESSON, b"+++\ncode = \n+++\n", f"{LESSON}:2"),
        (LESSON, b"no head", f"{LESSON}:1"),
        (LESSON, b"\xff\xfe\x00", f"{LESSON}:1"),
        (f"{MODULE}/glossary.toml", b"[[term]]\nid = 1", f"{MODULE}/glossary.toml:2"),
        ("reifegrad.toml", b"\xff", "reifegrad.toml:1"),
        ("programme.toml", None, "programme.toml:1"),
        (f"{MODULE}/module.toml", None, f"{MODULE}/module.toml:1"),
    ],
)
def test_a_broken_file_is_named_with_its_line_and_mending_it_is_enough(
    name: str, content: bytes | None, said: str, folder: Path, client: FlaskClient
) -> None:
    path = folder / name
    good = path.read_bytes() if path.exists() else None
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)

    broken = client.get("/modules/probe-modul-1/lessons/anfang", headers=HERE)

    assert said in broken.text
    assert "Der Ordner lässt sich nicht lesen" in broken.text
    assert "Traceback" not in broken.text

    if good is None:
        path.unlink()
    else:
        path.write_bytes(good)
    assert "lesson-title" in client.get("/modules/probe-modul-1/lessons/anfang", headers=HERE).text


def test_a_preview_begins_with_a_broken_folder_too(folder: Path, tmp_path: Path) -> None:
    (folder / "programme.toml").write_text("=")

    assert "programme.toml:1" in app_of(folder, tmp_path).test_client().get("/preview", headers=HERE).text


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1:1", f"127.0.0.1.evil.example:{PORT}", ""])
@pytest.mark.parametrize("path", ["/preview", "/preview/stamp", "/static/app.css", "/modules/probe-modul-1"])
def test_another_host_gets_nothing(client: FlaskClient, host: str, path: str) -> None:
    answer = client.get(path, headers={"Host": host})

    assert answer.status_code == 421
    assert "Probe" not in answer.text


def test_localhost_is_this_machine_too(client: FlaskClient) -> None:
    assert client.get("/preview", headers={"Host": f"localhost:{PORT}"}).status_code == 200


def test_nothing_is_written_but_an_answer_to_oneself(client: FlaskClient) -> None:
    answer = client.post("/modules/probe-modul-1/lessons/anfang/read", headers=HERE)

    assert answer.status_code == 403
    assert "In der Vorschau wird nichts gespeichert" in answer.text


def test_links_are_not_asked_for_without_the_forms_token(client: FlaskClient) -> None:
    assert client.post("/preview/modules/probe-modul-1/links", headers=HERE).status_code == 403


def test_the_script_is_told_when_a_file_was_saved(folder: Path, client: FlaskClient) -> None:
    def stamp() -> str:
        return str(client.get("/preview/stamp", headers=HERE).json["stamp"])  # type: ignore[index]

    before = stamp()
    assert stamp() == before
    spoil(folder, LESSON, "Beginnen", "Fangen")
    assert stamp() != before


def test_every_page_of_the_shipped_programme_opens(tmp_path: Path) -> None:
    folder = tmp_path / "programme"
    shutil.copytree(SHIPPED_FOLDER, folder)
    app = app_of(folder, tmp_path)
    client = app.test_client()
    seen, todo = set(), ["/preview"]
    while todo:
        address = todo.pop()
        answer = client.get(address, headers=HERE)
        assert answer.status_code == 200, (address, answer.text)
        seen.add(address)
        if address == "/preview":
            for part in answer.text.split('href="')[1:]:
                found = part.partition('"')[0].replace("&amp;", "&")
                if found.startswith(("/modules/", "/preview/", "/cases/", "/survey", "/course/live", "/downloads")):
                    todo.append(found)
    todo.clear()
    assert len(seen) > 100
