"""Reads the live sessions of a module, and takes the questions out of their summaries."""

import re

from lti_tool.domain.content.facilitation import LiveSession
from lti_tool.programme.formats.markdown import block, inline
from lti_tool.programme.formats.toml_source import Table


def read_live_session(table: Table) -> LiveSession:
    """Read one `[[live]]`."""
    follow_up, questions = split_follow_up(table.text("follow_up"))
    session = LiveSession(
        code=table.text("code"),
        title=table.text("title"),
        minutes=table.integer("minutes"),
        preparation_html=block(table.text("preparation")),
        follow_up_html=block(follow_up),
        questions=tuple(inline(question) for question in questions),
        is_required=table.flag("required", True),
        preparation_minutes=table.integer("preparation_minutes", 0),
    )
    table.finish()
    return session


def split_follow_up(text: str) -> tuple[str, tuple[str, ...]]:
    """Take a session's questions out of its summary: the numbered list under a bold line with „Fragen“ in it."""
    lines = text.strip().splitlines()
    is_head = re.compile(r"\*\*[^*]*Fragen[^*]*\*\*\s*")
    start = next((number for number, line in enumerate(lines) if is_head.fullmatch(line)), len(lines))
    questions: list[str] = []
    end = start + 1
    for line in lines[start + 1 :]:
        if re.match(r"\d+\.\s", line):
            questions.append(line.partition(".")[2].strip())
        elif questions and line.startswith(" "):
            questions[-1] += f" {line.strip()}"
        elif line.strip():
            break
        end += 1
    return ("\n".join([*lines[:start], *lines[end:]]), tuple(questions)) if questions else (text, ())
