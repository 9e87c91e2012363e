#!/usr/bin/env bash
# Publishes a release: image (pushed, signed by its digest, with the list of parts), image as a file, sums, signature. Called by
# a forge's pipeline (.github/workflows/release.yml) after test and build; needs docker with buildx, cosign, zstd and python3,
# and a login at the registry.
#
# usage: IMAGE=registry/name COSIGN_PRIVATE_KEY=… COSIGN_PASSWORD=… tools/publish.sh v1.2.3 COMMIT
# Finds dist/ with wheel, source archive and sbom.cdx.json; adds the rest there, and the image's digest to notes.md.
set -euo pipefail
cd "$(dirname "$0")/.."

tag=${1:?a tag, for example v1.2.3}
commit=${2:?the commit that the tag names}
: "${IMAGE:?registry and name of the image, without a tag}" "${COSIGN_PRIVATE_KEY:?}" "${COSIGN_PASSWORD:?}"
version=${tag#v}
[ -f dist/sbom.cdx.json ] || { echo "dist/ holds no build" >&2; exit 1; }

docker buildx build --file docker/Dockerfile --platform linux/amd64 \
  --build-arg "VERSION=$version" --build-arg "REVISION=$commit" \
  --provenance=mode=max --sbom=true \
  --tag "$IMAGE:$version" --metadata-file image.json --push .
digest=$(python3 -c 'import json; print(json.load(open("image.json")).get("containerimage.digest", ""))')
case $digest in sha256:*) ;; *) echo "the registry named no digest" >&2; exit 1 ;; esac
pushed="$IMAGE@$digest"

# What does not start is not signed.
docker run --rm --read-only "$pushed" --version

cosign sign --yes --key env://COSIGN_PRIVATE_KEY "$pushed"
cosign attest --yes --key env://COSIGN_PRIVATE_KEY --type cyclonedx --predicate dist/sbom.cdx.json "$pushed"

# For machines without internet; under the name that compose.yaml looks for.
docker pull "$pushed"
docker tag "$pushed" "lti-tool:$version"
docker save "lti-tool:$version" | zstd --threads=0 --force -o "dist/lti-tool-$version-image.tar.zst"

cd dist
rm -f SHA256SUMS SHA256SUMS.sigstore.json
sha256sum -- * > ../SHA256SUMS
mv ../SHA256SUMS .
cosign sign-blob --yes --key env://COSIGN_PRIVATE_KEY --bundle SHA256SUMS.sigstore.json SHA256SUMS
# shellcheck disable=SC2016 # the backquotes are Markdown's
printf '\nImage: `%s`\n' "$pushed" >> ../notes.md
