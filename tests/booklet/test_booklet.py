"""The module to take along: complete, accessible, made once, and without a word of any quiz."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pdfua
import pytest

from lti_tool.booklet import shelf
from lti_tool.booklet.branches import branches_of, text_of
from lti_tool.booklet.compose import compose
from lti_tool.booklet.shelf import booklet_pdf
from lti_tool.domain.content.programme import Module
from lti_tool.learning.read_glossary import read_glossary
from tests.shipped import read_programme

PROGRAMME = read_programme()


def say(text: str, **values: Any) -> str:
    return text % values if values else text


def document_of(module: Module) -> dict[str, Any]:
    terms = read_glossary(PROGRAMME, module.slug).terms
    return compose(PROGRAMME, module, terms, say=say, day=date.isoformat, language="de")


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts_in(inner)


@pytest.mark.parametrize("module", PROGRAMME.modules, ids=lambda module: module.slug)
def test_every_lesson_figure_source_and_term_of_a_module_is_in_it(module: Module) -> None:
    document = document_of(module)
    whole = " ".join(texts_in(document))
    for lesson, put in zip(module.lessons, document["lessons"], strict=True):
        # A lesson's plain text is without the numbers of its citations.
        body = re.sub(r"\[\d+\]", "", "".join("".join(map(text_of, put["body"])).split()))
        assert [line for line in lesson.text.splitlines() if "".join(line.split()) not in body] == []
        assert all(source.title in whole and source.url in whole for source in lesson.sources)
    assert whole.count("<svg") == len(module.figures)
    assert {term["id"] for term in document["terms"]} >= {term_id for lesson in module.lessons for term_id in lesson.term_ids}


@pytest.mark.parametrize("module", PROGRAMME.modules, ids=lambda module: module.slug)
def test_no_question_and_no_key_is_in_it(module: Module) -> None:
    whole = json.dumps(document_of(module), ensure_ascii=False)
    secret = [item.stem_html for item in module.items] + [item.explanation_html for item in module.items]
    for check in (check for lesson in module.lessons for check in lesson.self_checks):
        secret += [check.stem_html, *(option.feedback_html for option in check.options)]
    plain = [re.sub(r"<[^>]+>", "", html) for html in secret]
    # A short sentence like „Beide sind freiwillig.“ may stand in a lesson as well.
    assert [text for text in plain if len(text) >= 60 and text in whole] == []


def test_html_becomes_a_tree_without_what_only_a_screen_needs() -> None:
    branches = branches_of(
        "<p>Eins &amp; <strong>zwei</strong></p>\n<ul>\n<li>drei</li>\n</ul><details><summary>Mehr</summary>vier</details>"
    )
    assert [text_of(branch) for branch in branches] == ["Eins & zwei", "drei", "vier"]


@pytest.mark.parametrize("module", PROGRAMME.modules, ids=lambda module: module.slug)
def test_it_is_a_tagged_pdf_made_once(module: Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = booklet_pdf(document_of(module), made_at=1_795_000_000, folder=tmp_path)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"/MarkInfo" in pdf
    assert b"pdfuaid:part" in pdf
    (tmp_path / "checked.pdf").write_bytes(pdf)
    # An independent checker of tagged PDF.
    report = pdfua.validate(str(tmp_path / "checked.pdf"))
    assert len(report.outcomes) - len(report.skipped) >= 10
    assert report.findings == ()
    monkeypatch.setattr(shelf, "run_typst", None)
    assert booklet_pdf(document_of(module), made_at=1_796_000_000, folder=tmp_path) == pdf


def test_many_who_want_it_at_once_get_the_same_and_it_is_set_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def set_once(*_: Any, **__: Any) -> bytes:
        calls.append("set")
        return b"%PDF-1.7 "

    monkeypatch.setattr(shelf, "run_typst", set_once)
    document = document_of(PROGRAMME.modules[0])
    with ThreadPoolExecutor(8) as threads:
        made = {done.result() for done in [threads.submit(booklet_pdf, document, made_at=1, folder=tmp_path) for _ in range(8)]}
    assert (made, calls) == ({b"%PDF-1.7 "}, ["set"])
    assert [path.suffix for path in tmp_path.iterdir()] == [".pdf"]


def test_a_changed_text_is_another_booklet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "run_typst", lambda *_, sys_inputs, **__: sys_inputs["module"].encode())
    document = document_of(PROGRAMME.modules[0])
    first = booklet_pdf(document, made_at=1, folder=tmp_path)
    assert booklet_pdf(document | {"aim": "Anders."}, made_at=1, folder=tmp_path) != first


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "run_typst", lambda *_, **__: b"%PDF-1.7 ")
    (tmp_path / "taken").write_text("a file, not a folder", encoding="utf-8")
    document = document_of(PROGRAMME.modules[0])
    assert booklet_pdf(document, made_at=1, folder=tmp_path / "taken" / "below") == b"%PDF-1.7 "


def test_web_workers_stay_small() -> None:
    code = "import lti_tool.booklet.shelf, lti_tool.booklet.compose, sys; sys.exit('docx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
