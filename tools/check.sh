#!/usr/bin/env bash
# Types, lint, architecture and unit tests, without those of whole runs and of huge images; about 80 s once the lint tools are installed.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -d node_modules ] || npm ci
[ -d tools/node_modules ] || (cd tools && npm ci --no-audit --no-fund)
npx tsc --noEmit -p tsconfig.json
tools/node_modules/.bin/eslint --config tools/eslint.config.js --max-warnings 0 src test vitest.config.ts
npx tsc -p tsconfig.build.json
npx vitest run src test/architecture.test.ts --exclude "src/pipeline/**" --exclude "**/large.test.ts"
