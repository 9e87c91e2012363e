"""Typesetting in a process of its own: limited, and apart from the web worker."""

import pytest

from lti_tool.typesetting.typst_process import DocumentTooLarge, run_typst


def test_a_document_comes_back() -> None:
    assert run_typst("Guten Tag", format="pdf").startswith(b"%PDF")


def test_a_document_that_takes_too_much_memory_is_refused_with_a_way_out() -> None:
    with pytest.raises(DocumentTooLarge) as refusal:
        run_typst("#let many = range(100000000)\n#many.len()", format="pdf")
    assert "Druckansicht" in refusal.value.next_step


def test_a_wrong_template_is_an_error_of_ours() -> None:
    with pytest.raises(RuntimeError, match="unknown variable"):
        run_typst("#nothing_like_that", format="pdf")


def test_a_template_fetches_nothing() -> None:
    with pytest.raises(RuntimeError):
        run_typst('#import "@preview/cetz:0.3.0"', format="pdf")
