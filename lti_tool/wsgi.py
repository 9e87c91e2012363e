"""Where gunicorn comes in: `gunicorn lti_tool.wsgi:app`."""

from lti_tool import logs, tracing
from lti_tool.app import create_app
from lti_tool.settings import load_settings
from lti_tool.web import request_spans

_settings = load_settings()
logs.configure(_settings.log_level, style=_settings.log_style)
app = create_app(_settings)
if tracing.start():
    request_spans.set_up(app)
