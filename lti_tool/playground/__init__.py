"""Playground LMS: a small LTI 1.3 platform for `make run`, for tests, and for a trial without a real one.

It behaves as Moodle 4.2.3 was seen to behave; where it checks more, the module says so.
"""

from lti_tool.playground.advantage.scores import ReceivedScore
from lti_tool.playground.application import create_playground
from lti_tool.playground.launching.launches import InvalidRequest
from lti_tool.playground.platform import DEFAULT_CLIENT_ID, DEFAULT_DEPLOYMENT_ID, GradeView, Playground
from lti_tool.playground.server import Served, main, serve_in_thread

__all__ = [
    "DEFAULT_CLIENT_ID",
    "DEFAULT_DEPLOYMENT_ID",
    "GradeView",
    "InvalidRequest",
    "Playground",
    "ReceivedScore",
    "Served",
    "create_playground",
    "main",
    "serve_in_thread",
]
