"""LTI 1.3 tool for learning programmes."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("lti-tool")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0"
