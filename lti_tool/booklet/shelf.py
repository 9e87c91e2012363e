"""Keeps finished booklets as files: set at the first wish, then handed out. A changed text is another booklet."""

import hashlib
import json
import logging
import os
import tempfile
import threading
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lti_tool.typesetting.letters import all_printable
from lti_tool.typesetting.typst_process import TypesettingBusy, run_typst

log = logging.getLogger(__name__)

_TEMPLATE = Path(__file__).parent / "template" / "booklet.typ"
# Nobody's page shall hang: who finds others before them is asked to come again.
_WAIT_S = 10
# Five modules in two languages and a few editions: a folder that never fills up.
_MOST_FILES = 60
_turn = threading.Lock()


def booklet_pdf(document: dict[str, Any], *, made_at: int, folder: Path) -> bytes:
    """Give the PDF (tagged, PDF/UA-1) of what `compose` put together.

    Several processes may make the same at once; each puts a whole file in place, and all are the same but for their date.

    Args:
        made_at: Seconds since 1970, for the document's properties.
        folder: Where finished ones stand; one that cannot be written costs time, nothing else.
    Raises:
        TypesettingBusy, DocumentTooLarge.
    """
    data = json.dumps(all_printable(document), sort_keys=True)
    place = folder / f"{_fingerprint(data)}.pdf"
    if (found := _read(place)) is not None:
        return found
    if not _turn.acquire(timeout=_WAIT_S):
        raise TypesettingBusy
    try:
        if (found := _read(place)) is not None:
            return found
        pdf = run_typst(
            _TEMPLATE, wait_s=_WAIT_S, format="pdf", sys_inputs={"module": data}, pdf_standards=["ua-1"], timestamp=made_at
        )
        _put(place, pdf)
        return pdf
    finally:
        _turn.release()


def _fingerprint(data: str) -> str:
    parts = (data, _TEMPLATE.read_text(encoding="utf-8"), version("typst"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _read(place: Path) -> bytes | None:
    try:
        return place.read_bytes()
    except OSError:
        return None


def _put(place: Path, pdf: bytes) -> None:
    """Put a file in place whole or not at all, and take the oldest away where there are too many."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(pdf)
        Path(name).replace(place)
        kept = sorted(place.parent.glob("*.pdf"), key=lambda path: path.stat().st_mtime)
        for old in kept[:-_MOST_FILES]:
            old.unlink(missing_ok=True)
    except OSError as err:
        log.warning("booklet_not_kept", extra={"reason": err.__class__.__name__})
