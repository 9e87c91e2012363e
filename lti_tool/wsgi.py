"""Where gunicorn comes in: `gunicorn lti_tool.wsgi:app`."""

from lti_tool import logs
from lti_tool.app import create_app
from lti_tool.settings import load_settings

_settings = load_settings()
logs.configure(_settings.log_level, style=_settings.log_style)
app = create_app(_settings)
