#!/usr/bin/env bash
# The steps of the Dockerfile without a container engine: builds in a copy of what the recipe copies, puts Node,
# the C library and the result into an empty root folder, and works there as a user who is not root.
#   bash tools/container.sh     needs root (chroot), Linux and npm's registry
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'umount "$work/root/proc" 2>/dev/null; rm -rf --one-file-system "$work"' EXIT
build=$work/build root=$work/root
mkdir -p "$build" "$root"/{karyon,data,tmp,usr/local/bin,usr/bin,etc,proc,dev}

# .dockerignore leaves out all but the lines that begin with an exclamation mark.
sed -n 's/^!//p' .dockerignore | while read -r kept; do
  for path in $kept; do cp -r --parents "$path" "$build"; done
done
# The lines of the recipe's RUN steps in its first part, as they are, in this folder.
export build work
bash -euo pipefail >"$work/log" 2>&1 <<'STEPS' || { tail -20 "$work/log"; exit 1; }
cd "$build"
npm ci --ignore-scripts --no-audit --no-fund
npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund
platform=$(node -p 'process.platform + "/" + process.arch')
cd node_modules/onnxruntime-node/bin/napi-v6
mkdir "$work/kept" && cp -r --parents "$platform" "$work/kept" && rm -rf ./* && cp -r "$work/kept/." .
cd "$build" && rm -rf node_modules/onnxruntime-web
find node_modules dist -name '*.map' -delete
STEPS
for part in package.json LICENSE bin dist node_modules; do cp -r "$build/$part" "$root/karyon/"; done
ln -s /karyon/bin/karyon.js "$root/usr/local/bin/karyon"

cp "$(command -v node)" "$root/usr/bin/"
cp /usr/bin/env "$root/usr/bin/"
libraries=("$root/usr/bin/node" "$root/usr/bin/env")
while IFS= read -r file; do libraries+=("$file"); done < <(find "$root/karyon" -name '*.so*' -o -name '*.node')
for file in "${libraries[@]}"; do
  { ldd "$file" 2>/dev/null || true; } | { grep -o '/[^ ]*' || true; } | while read -r library; do
    [ -e "$root$library" ] || { [ -e "$library" ] && cp -L --parents "$library" "$root"; } || true
  done
done
mount -t proc proc "$root/proc"
mknod -m 666 "$root/dev/null" c 1 3 && mknod -m 666 "$root/dev/urandom" c 1 9
chmod 1777 "$root/tmp" && chown 1000:1000 "$root/data"
inside() { chroot --userspec=1000:1000 "$root" /usr/bin/env -i HOME=/data PATH=/usr/local/bin:/usr/bin "$@"; }
inside karyon --version
inside karyon simulate -o /data/movie --scene easy --size 128 --frames 3 --diameter 20
inside karyon run /data/movie/01 -o /data/results --steps 20 --device cpu --threads 1 --memory 1GB
[ -s "$root/data/results/report.html" ]
echo "karyon with its packages: $(du -sm "$root/karyon" | cut -f1) MB, of which onnxruntime-node" \
  "$(du -sm "$root/karyon/node_modules/onnxruntime-node" | cut -f1); Node: $(du -sm "$root/usr/bin/node" | cut -f1) MB"
