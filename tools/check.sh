#!/usr/bin/env bash
# Format, types, lint, form, architecture and unit tests. Left out are whole runs, huge images, long simulations,
# trainings, and threads that train: `npm test` has them all.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -d node_modules ] || npm ci
[ -d tools/node_modules ] || (cd tools && npm ci --no-audit --no-fund)

form() {
  tools/node_modules/.bin/prettier --config tools/prettier.config.js --log-level warn --check . &&
    npx tsc --noEmit -p tsconfig.json &&
    npx tsc --noEmit -p tsconfig.scripts.json &&
    npx tsc --noEmit -p app/tsconfig.json &&
    tools/node_modules/.bin/eslint --config tools/eslint.config.js --max-warnings 0 . &&
    node tools/measure.js --strict
}

node tools/build.js
# Form and tests side by side: each of them leaves a core idle for much of its time.
words=$(mktemp)
form >"$words" 2>&1 &
checked=$!
tested=0
npx vitest run src test/architecture.test.ts --exclude "src/pipeline/**" --exclude "**/large.test.ts" \
  --exclude "**/{movement,rows,simulate,hostile,mosaic,batchworker,touching,openmodel,presets}.test.ts" || tested=$?
formed=0
wait "$checked" || formed=$?
cat "$words"
rm -f "$words"
exit $((tested + formed))
