#!/usr/bin/env bash
# Proves that the built image works, with a read-only root file system: migrates, makes a key, serves, answers, launches.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }
data=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
server=""
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
  rm -rf "$data"
}
trap finish EXIT
chown 10001:10001 "$data"

settings=(
  "LTI_TOOL_PUBLIC_URL=http://localhost:$port"
  "LTI_TOOL_SECRET_KEY=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')"
  "LTI_TOOL_BIND=127.0.0.1:$port"
)
inside() { docker/in-image.sh "$data" "${settings[@]}" "$@"; }
answers() {
  local status
  status=$(curl --silent --output "$data/answer" --write-out '%{http_code}' --max-time 10 "http://localhost:$port$1" || true)
  printf '%s %s\n' "$status" "$1"
  [ "$status" = 200 ] || { cat "$data/answer" >&2; return 1; }
}

say "without key and tables the image refuses to serve"
if inside serve 2>&1; then echo "It served." >&2; exit 1; fi
say "migrate, first key"
inside migrate
inside keys new
say "serve"
docker/in-image.sh "$data" "${settings[@]}" serve &
server=$!
for _ in $(seq 100); do
  curl --silent --output /dev/null --max-time 2 "http://localhost:$port/livez" && break
  kill -0 "$server" 2>/dev/null || { echo "The server ended; its message stands above." >&2; exit 1; }
  sleep 0.2
done
answers /livez
answers /readyz
answers /lti/jwks
grep -q '"kid"' "$data/answer" || { echo "The key set holds no key." >&2; exit 1; }
kill "$server"
wait "$server" || true
server=""

say "a module is launched in the container"
if [ -x .venv/bin/pytest ]; then
  LTI_TOOL_TEST_IMAGE=1 .venv/bin/pytest -q tests/image
elif [ "${CI:-}" = true ]; then
  echo "pytest is missing: call make test first." >&2
  exit 1
else
  echo "skipped: it needs the development packages (make test installs them)"
fi
