#!/usr/bin/env bash
# `make image`: builds the container image for real and proves that it serves, on a machine without container engine.
#
# Debian's buildah builds docker/Dockerfile; the base is a plain Debian 12 made by debootstrap (no image registry is asked).
# Both come by apt-get if they are missing. Everything stays under build/image/.
#
#   REQUIREMENTS=requirements-otel.txt   with the packages for traces
#   BASE=…            build on this image instead of the one made by debootstrap
#   DEBIAN_MIRROR=…, DEBIAN_SECURITY_MIRROR=…   where debootstrap and apt find Debian 12 (default: where this machine's apt does)
set -euo pipefail
cd "$(dirname "$0")/.."

readonly STORE="$PWD/build/image"
readonly IMAGE="localhost/lti-tool:latest"
readonly PLAIN_BASE="localhost/lti-tool-base:bookworm"
# The base is made anew after a week, so that Debian's security updates reach it.
readonly BASE_LIVES_DAYS=7

say() { printf '\n== %s\n' "$*"; }
refuse() { printf '%s\n' "$*" >&2; exit 1; }

# Isolation "chroot" and the driver "vfs" need no kernel feature that a build machine may lack.
builder() { buildah --root "$STORE/storage" --runroot "$STORE/run" --storage-driver vfs "$@"; }

check_machine() {
  [ "$(id -u)" -eq 0 ] || refuse "make image needs root (it makes a Debian base with debootstrap). Call it with sudo, or build docker/Dockerfile with your own container engine: docker/README.md."
  local missing=()
  command -v buildah >/dev/null || missing+=(buildah)
  [ -n "${BASE:-}" ] || command -v debootstrap >/dev/null || missing+=(debootstrap)
  command -v curl >/dev/null || missing+=(curl)
  [ "${#missing[@]}" -eq 0 ] && return
  command -v apt-get >/dev/null || refuse "make image needs ${missing[*]}, and this machine has no apt-get to install them. Install them, or build docker/Dockerfile with your own container engine: docker/README.md."
  say "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Where this machine's apt finds a release: the base comes from there, and no address stands in this file.
site_of() {
  apt-get indextargets --format '$(RELEASE) $(SITE)' 2>/dev/null | awk -v release="$1" '$1 == release { print $2; exit }'
}

make_base() {
  local made="$STORE/base-made"
  if [ -n "$(find "$made" -mtime "-$BASE_LIVES_DAYS" 2>/dev/null)" ] && builder inspect --type image "$PLAIN_BASE" >/dev/null 2>&1; then
    return
  fi
  MIRROR="${DEBIAN_MIRROR:-$(site_of bookworm)}"
  SECURITY_MIRROR="${DEBIAN_SECURITY_MIRROR:-$(site_of bookworm-security)}"
  [ -n "$MIRROR" ] && [ -n "$SECURITY_MIRROR" ] || refuse "This machine's apt knows no Debian 12 (bookworm). Name mirrors: DEBIAN_MIRROR=… DEBIAN_SECURITY_MIRROR=… make image"
  say "making the base with debootstrap"
  local folder="$STORE/base" container
  rm -rf "$folder"
  # A machine that reaches Debian through apt's proxy tells debootstrap and the build by the usual variable.
  if [ -z "${http_proxy:-}" ]; then
    local proxy=""
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    [ -z "$proxy" ] || export http_proxy="$proxy"
  fi
  debootstrap --variant=minbase --include=ca-certificates bookworm "$folder" "$MIRROR" >"$STORE/debootstrap.log" 2>&1 \
    || { tail -n 20 "$STORE/debootstrap.log" >&2; refuse "debootstrap failed (whole log: $STORE/debootstrap.log)."; }
  printf 'deb %s %s main\n' "$MIRROR" bookworm "$MIRROR" bookworm-updates "$SECURITY_MIRROR" bookworm-security \
    >"$folder/etc/apt/sources.list"
  rm -rf "$folder"/var/cache/apt/archives/*.deb "$folder"/var/lib/apt/lists/*
  container=$(builder from scratch)
  builder add --quiet "$container" "$folder" / >/dev/null
  builder commit --quiet --rm "$container" "$PLAIN_BASE" >/dev/null
  rm -rf "$folder"
  touch "$made"
}

build() {
  say "building $IMAGE"
  local python=.venv/bin/python pull=never settings folder volumes=()
  [ -z "${BASE:-}" ] || pull=true
  [ -x "$python" ] || python=python3
  # The machine's package index and certificates reach pip through build secrets and read-only mounts, and no layer.
  settings=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder's name is known now
  trap "rm -rf '$settings'" EXIT
  "$python" docker/pip_settings.py "$settings" >"$settings/folders"
  while read -r folder; do volumes+=(--volume "$folder:$folder:ro"); done <"$settings/folders"
  builder bud --isolation chroot --format docker "--pull=$pull" --layers=false \
    --build-arg "BASE=${BASE:-$PLAIN_BASE}" \
    --build-arg "REQUIREMENTS=${REQUIREMENTS:-requirements.txt}" \
    --build-arg "VERSION=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)" \
    --build-arg "REVISION=$(git rev-parse HEAD 2>/dev/null || echo unknown)" \
    --secret "id=pip.conf,src=$settings/pip.conf" --secret "id=ca.pem,src=$settings/ca.pem" \
    "${volumes[@]}" \
    --ignorefile .dockerignore --file docker/Dockerfile --tag "$IMAGE" . >"$STORE/build.log" 2>&1 \
    || { tail -n 40 "$STORE/build.log" >&2; refuse "The build failed (whole log: $STORE/build.log)."; }
}

# Makes a working container of the image; docker/in-image.sh runs commands in it.
unpack() {
  builder rm --all >/dev/null 2>&1 || true
  builder rmi --prune --force >/dev/null 2>&1 || true
  local container
  container=$(builder from --pull=never "$IMAGE")
  builder mount "$container" >"$STORE/root-folder"
  builder inspect --type image "$IMAGE" >"$STORE/image.json"
  du -sh "$(cat "$STORE/root-folder")" | awk '{ print "image: " $1 " unpacked" }'
  say "lti-tool inside the image"
  builder run --isolation chroot "$container" -- /usr/local/bin/entrypoint.sh --version
}

check_machine
mkdir -p "$STORE"
[ -n "${BASE:-}" ] || make_base
build
unpack
docker/check-image.sh
say "bill of materials"
make --no-print-directory sbom
