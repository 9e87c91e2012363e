"""The school of the delivery tests: engines are tried with scores on their way."""

from tests.passback.conftest import clock, lms, paper_school, platform_key, school, tool_key

__all__ = ["clock", "lms", "paper_school", "platform_key", "school", "tool_key"]
