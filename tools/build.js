/** Compiles `src` to `dist`, removes what no source stands behind any more, and builds the studio's page. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const compiler = join(root, "node_modules/typescript/bin/tsc");
execFileSync(process.execPath, [compiler, "-p", join(root, "tsconfig.build.json")], { stdio: "inherit" });

const page = join("app", "");
for (const file of readdirSync(join(root, "dist"), { recursive: true, encoding: "utf8" })) {
  if (file.startsWith(page)) continue;
  const source = /^(.*?)(\.d\.ts|\.js)$/.exec(file)?.[1];
  if (source !== undefined && !existsSync(join(root, "src", `${source}.ts`)))
    rmSync(join(root, "dist", file));
}

const vite = join(root, "node_modules/vite/bin/vite.js");
execFileSync(process.execPath, [vite, "build", "--config", join(root, "app/vite.config.js")], {
  stdio: "inherit",
});
