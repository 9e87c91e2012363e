"""Pages for who writes the content: `lti-tool programme preview`, never part of an installation."""
