"""Sets a facilitator pack as tagged PDF (PDF/UA-1)."""

import json
from datetime import datetime
from pathlib import Path

from lti_tool.booklet.branches import Branch, branches_of, text_of
from lti_tool.facilitation.compose_pack import PackDocument
from lti_tool.typesetting.letters import all_printable
from lti_tool.typesetting.typst_process import run_typst

_TEMPLATE = Path(__file__).parent / "template" / "pack.typ"
# Nobody's page should hang: who finds others before them is asked to come again.
_WAIT_S = 10
_NARROWEST, _WIDEST = 8, 40


def typeset_pack(document: PackDocument, *, made_at: datetime) -> bytes:
    """Set all parts; each card has a sheet of its own.

    Raises:
        TypesettingBusy, DocumentTooLarge.
    """
    data = {
        "title": document.title,
        "session_title": document.session_title,
        "subtitle": document.subtitle,
        "edition": document.edition,
        "programme": document.programme,
        "language": document.language,
        "content_language": document.content_language,
        "parts": [
            {
                "title": part.title,
                "level": part.level,
                "is_card": part.is_card,
                "is_authored": part.is_authored,
                "body": [_with_widths(branch) for branch in branches_of(part.html)],
            }
            for part in document.parts
        ],
    }
    return run_typst(
        _TEMPLATE,
        wait_s=_WAIT_S,
        format="pdf",
        sys_inputs={"pack": json.dumps(all_printable(data))},
        pdf_standards=["ua-1"],
        timestamp=int(made_at.timestamp()),
    )


def _with_widths(branch: Branch) -> Branch:
    """Share out the width of tables by how much stands in their columns."""
    if isinstance(branch, str):
        return branch
    branch = branch | {"kids": [_with_widths(kid) for kid in branch["kids"]]}
    if branch["tag"] != "table":
        return branch
    rows = [row["kids"] for part in branch["kids"] for row in part["kids"]]
    longest = [max(len(text_of(row[place])) for row in rows) for place in range(len(rows[0]))]
    return branch | {"widths": [min(max(length, _NARROWEST), _WIDEST) for length in longest]}
