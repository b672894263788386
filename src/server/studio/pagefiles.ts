/** The files of the page, as they were built. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** In `dist`, also where this file itself is run as TypeScript by the tests. */
const folder = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../../../dist/app/" : "../../app/", import.meta.url),
);

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
};

/** Answers with a file of the page; undefined where there is none of that name. */
export type PageFiles = (path: string) => Response | undefined;

/** Only files that the build left are given out. */
export function openPageFiles(): PageFiles {
  return (path) => {
    const name = path === "/" ? "index.html" : path.slice(1);
    if (!fileNames().has(name)) return path === "/" ? unbuilt() : undefined;
    // Names of assets say what is in them.
    const cache = name.startsWith("assets/") ? "private, max-age=31536000, immutable" : "no-cache";
    return new Response(readFileSync(join(folder, name)), {
      headers: { "Content-Type": types[extname(name)] ?? "application/octet-stream", "Cache-Control": cache },
    });
  };
}

function fileNames(): ReadonlySet<string> {
  try {
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    return new Set(
      names.filter((name) => statSync(join(folder, name)).isFile()).map((name) => name.split(sep).join("/")),
    );
  } catch {
    return new Set();
  }
}

const unbuilt = (): Response =>
  new Response("The page of the studio is not there: run npm run build, or install karyon again.\n", {
    status: 503,
    headers: { "Content-Type": "text/plain; charset=utf-8" },
  });
