"""How a field's content is stored: as JSON, a text or rows of cells; and its digest."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from lti_tool.domain.rules.workbook import Content


def content_to_json(content: Content) -> dict[str, Any]:
    """Give a content as it is stored."""
    return {"rows": [dict(row) for row in content.rows]} if content.rows else {"text": content.text}


def content_from_json(value: Mapping[str, Any]) -> Content:
    """Read a stored content."""
    rows = tuple({str(name): str(cell) for name, cell in row.items()} for row in value.get("rows", ()))
    return Content(text=str(value.get("text", "")), rows=rows)


def digest_of(content: Content) -> str:
    """Give a short digest, by which a page that is sent back shows that nothing was changed in it."""
    text = json.dumps(content_to_json(content), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
