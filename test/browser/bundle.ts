/** The package, bundled for the browser as a web project would bundle it. */
import { existsSync } from "node:fs";
import { builtinModules } from "node:module";
import { fileURLToPath } from "node:url";
import { build, type Plugin, type Rolldown } from "vite";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What went into a bundle. */
export interface Bundle {
  /** Files, relative to the package where they are in it. */
  readonly modules: readonly string[];
  /** Those of them that a page loads at once, before it asks for anything. */
  readonly atOnce: readonly string[];
  /** Modules of Node that something asks for, with who asks. */
  readonly nodeModules: readonly string[];
}

/**
 * Bundles `page.js` and with it the whole entry `karyon` into `folder`, as `page.js`.
 *
 * @throws Error when the package is not built
 */
export async function bundleForBrowser(folder: string): Promise<Bundle> {
  if (!existsSync(`${root}dist/index.js`)) throw new Error("dist/ is missing: run npm run build first");
  const modules = new Set<string>();
  const nodeModules = new Set<string>();
  const watcher: Plugin = {
    name: "watcher",
    enforce: "pre",
    resolveId(source, importer) {
      if (source.startsWith("node:") || builtinModules.includes(source))
        nodeModules.add(`${source} from ${importer?.replace(root, "")}`);
    },
    moduleParsed({ id }) {
      modules.add(id.replace(root, ""));
    },
  };
  const result = await build({
    configFile: false,
    root: fileURLToPath(new URL(".", import.meta.url)),
    logLevel: "silent",
    plugins: [watcher],
    base: "./",
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: "es2022",
      minify: false,
      assetsInlineLimit: 0,
      rollupOptions: {
        input: fileURLToPath(new URL("page.js", import.meta.url)),
        output: { entryFileNames: "page.js" },
        preserveEntrySignatures: "strict",
      },
    },
  });
  const { output } = result as Rolldown.RolldownOutput;
  const atOnce = modulesAtOnce(output.filter((part) => part.type === "chunk"));
  return {
    modules: [...modules].sort(),
    atOnce: atOnce.map((id) => id.replace(root, "")).sort(),
    nodeModules: [...nodeModules].sort(),
  };
}

/** Modules of the entry, and of the parts that it imports by statements. */
function modulesAtOnce(parts: readonly Rolldown.OutputChunk[]): string[] {
  const names = new Set(parts.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  // A set gives what is added while it is gone through, too.
  for (const name of names)
    for (const other of parts.find(({ fileName }) => fileName === name)?.imports ?? []) names.add(other);
  return parts.filter(({ fileName }) => names.has(fileName)).flatMap(({ moduleIds }) => moduleIds);
}
