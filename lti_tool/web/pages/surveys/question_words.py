"""What the templates that show questions need."""

from typing import Any

from lti_tool.domain.surveys.instrument import CANNOT_SAY, EMPTY
from lti_tool.domain.surveys.sheet_checking import LONGEST_ANSWER


def question_words() -> dict[str, Any]:
    return {"CANNOT_SAY": CANNOT_SAY, "EMPTY": EMPTY, "longest_answer": LONGEST_ANSWER}
