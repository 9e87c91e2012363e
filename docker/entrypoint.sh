#!/bin/sh
# What a container does: serve (the default), worker, migrate, or any other lti-tool command with its arguments.
set -eu

case "${1:-serve}" in
  serve)
    [ "$#" -eq 0 ] || shift
    # No migration here: every web process would try it at the same time. `migrate` runs once, before them.
    exec lti-tool serve --bind "${LTI_TOOL_BIND:-0.0.0.0:8000}" "$@"
    ;;
  migrate)
    shift
    exec lti-tool db upgrade "$@"
    ;;
  lti-tool)
    exec "$@"
    ;;
  *)
    exec lti-tool "$@"
    ;;
esac
