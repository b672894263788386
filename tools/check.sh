#!/usr/bin/env bash
# Format, types, lint, form, architecture and unit tests, without those of whole runs, of huge images and of long
# simulations: `npm test` has them all.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -d node_modules ] || npm ci
[ -d tools/node_modules ] || (cd tools && npm ci --no-audit --no-fund)
tools/node_modules/.bin/prettier --config tools/prettier.config.js --log-level warn --check .
npx tsc --noEmit -p tsconfig.json
node tools/build.js
npx tsc --noEmit -p tsconfig.scripts.json
tools/node_modules/.bin/eslint --config tools/eslint.config.js --max-warnings 0 .
node tools/measure.js --strict
npx vitest run src test/architecture.test.ts --exclude "src/pipeline/**" --exclude "**/large.test.ts" \
  --exclude "**/{movement,rows,simulate,batchworker,touching}.test.ts"
