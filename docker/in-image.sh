#!/usr/bin/env bash
# Runs a command in the image that `make image` has built, the way a strict container engine would: read-only root file
# system, /data and /tmp writable, no root, no capabilities, the image's own environment and entry point.
#
#   docker/in-image.sh DATA_FOLDER [NAME=VALUE…] [COMMAND…]
#
# Kernel namespaces by util-linux, no engine; the network is this machine's.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
store="$here/../build/image"
[ "$#" -ge 1 ] || { echo "usage: docker/in-image.sh DATA_FOLDER [NAME=VALUE…] [COMMAND…]" >&2; exit 2; }
[ -s "$store/root-folder" ] || { echo "There is no image yet. Build it with: make image" >&2; exit 1; }

data="$(realpath "$1")"
shift
root="$(cat "$store/root-folder")"

if [ "${IN_IMAGE_NAMESPACE:-}" != yes ]; then
  # The mounts below are this process's alone and end with it. By exec all the way, signals reach the command itself.
  IN_IMAGE_NAMESPACE=yes exec unshare --mount -- "$0" "$data" "$@"
fi

mapfile -t from_image < <(python3 - "$store/image.json" <<'PYTHON'
import json, sys
config = json.load(open(sys.argv[1], encoding="utf-8"))["Docker"]["config"]
uid, _, gid = config["User"].partition(":")
print(uid, gid, config["WorkingDir"], *config["Entrypoint"], *config["Env"], sep="\n")
PYTHON
)
uid="${from_image[0]}" gid="${from_image[1]}" folder="${from_image[2]}" entry="${from_image[3]}"
environment=("${from_image[@]:4}")
while [[ "${1:-}" == [A-Z]*=* ]]; do environment+=("$1"); shift; done

mount --bind "$root" "$root"
mount --bind "$data" "$root/data"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755,nosuid tmpfs "$root/dev"
for device in null zero random urandom; do touch "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
mkdir "$root/dev/shm"
mount -t tmpfs -o mode=1777,nosuid,nodev,size=64m tmpfs "$root/dev/shm"
cp --dereference /etc/resolv.conf "$root/dev/resolv.conf" 2>/dev/null || true
mount -o remount,bind,ro "$root"

exec chroot "$root" /usr/bin/setpriv --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all \
  /usr/bin/env --ignore-environment --chdir="$folder" "${environment[@]}" "$entry" "$@"
