/** Compiles `src` to `dist`, and removes what no source stands behind any more. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const compiler = join(root, "node_modules/typescript/bin/tsc");
execFileSync(process.execPath, [compiler, "-p", join(root, "tsconfig.build.json")], { stdio: "inherit" });

for (const file of readdirSync(join(root, "dist"), { recursive: true, encoding: "utf8" })) {
  const source = /^(.*?)(\.d\.ts|\.js)$/.exec(file)?.[1];
  if (source !== undefined && !existsSync(join(root, "src", `${source}.ts`)))
    rmSync(join(root, "dist", file));
}
