import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const src = fileURLToPath(new URL("../src", import.meta.url));
const L0 = ["core", "stats", "geometry"];
const L1 = ["imgproc", "starconvex", "assignment", "nn", "io"];
const L2 = [
  "annotate",
  "dataset",
  "model",
  "segment",
  "evaluate",
  "track",
  "analyse",
  "draw",
  "viewer",
  "correct",
  "plot",
  "report",
  "simulate",
  "learn",
  "exchange",
  "api",
];

/** Folder to the folders it may import, besides itself and `#platform`. The table of ARCHITECTURE.md. */
const allowed: Record<string, readonly string[]> = {
  core: [],
  stats: ["core"],
  geometry: ["core"],
  platform: [],
  ...Object.fromEntries(L1.map((folder) => [folder, L0])),
  ...Object.fromEntries(L2.map((folder) => [folder, [...L0, ...L1]])),
  segment: [...L0, ...L1, "annotate", "model"],
  draw: [...L0, ...L1, "analyse"],
  viewer: [...L0, ...L1, "analyse", "draw"],
  correct: [...L0, ...L1, "draw"],
  plot: [...L0, ...L1, "analyse", "draw"],
  report: [...L0, ...L1, "analyse", "draw", "plot"],
  exchange: [...L0, ...L1, "track"],
  learn: [...L0, ...L1, "dataset", "model", "segment", "evaluate"],
  api: [...L0, ...L1, ...L2],
  workers: [...L0, ...L1, ...L2],
  pipeline: [...L0, ...L1, ...L2, "workers"],
  server: [...L0, ...L1, ...L2, "workers", "pipeline"],
  cli: [...L0, ...L1, ...L2, "workers", "pipeline", "server"],
  "index.ts": [...L0, ...L1, ...L2],
  "node.ts": [...L0, ...L1, ...L2, "workers", "pipeline", "server", "index.ts"],
};

/** The rooms of a folder in the order of the data: each may import only those before it. */
const rooms: Record<string, readonly string[]> = {
  io: [
    "io/image",
    "io",
    "io/codecs",
    "io/tiff",
    "io/png",
    "io/zarr",
    "io/lif",
    "io/czi",
    "io/nd2",
    "io/objects",
    "io/trackmate",
    "io/geff",
    "io/formats",
  ],
  nn: ["nn", "nn/ops"],
  track: ["track/places", "track/model", "track", "track/repair", "track/movie"],
  analyse: [
    "analyse/units",
    "analyse/motion",
    "analyse/lineage",
    "analyse/population",
    "analyse/summary",
    "analyse",
    "analyse/tables",
    "analyse/compare",
  ],
  report: ["report/browser", "report"],
  simulate: ["simulate", "simulate/hostile"],
  workers: ["workers", "workers/train"],
  pipeline: [
    "store",
    "config",
    "stage",
    "source",
    "evaluate",
    "annotate",
    "train",
    "segment",
    "track",
    "export",
    "exchange",
    "correct",
    "analyse",
    "report",
    "simulate",
    "run",
    "study",
    "replay",
  ].map((room) => `pipeline/${room}`),
  server: ["server", "server/zarr", "server/corrections", "server/jobs", "server/studio"],
  cli: ["cli/commandline", "cli/commands", "cli"],
};
const mayTouchNode = new Set(["platform", "pipeline", "workers", "server", "cli", "node.ts"]);

interface Import {
  readonly file: string;
  readonly target: string;
}

const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
  (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
);
const imports: Import[] = files.flatMap((file) =>
  [
    ...readFileSync(join(src, file), "utf8").matchAll(
      /(?:^|\n)\s*(?:import|export)[^"';]*?from\s*"([^"]+)"|import\(\s*"([^"]+)"\s*\)/g,
    ),
  ].map((match) => ({ file, target: match[1] ?? match[2]! })),
);
/** The folder right below `src`; an entry of the package stands for itself. */
const folderOf = (file: string): string => (file.includes(sep) ? file.split(sep)[0]! : file);
const resolved = imports
  .filter(({ target }) => target.startsWith("."))
  .map(({ file, target }) => ({
    file,
    target: relative(".", normalize(join(dirname(file), target))).replace(/\.js$/, ".ts"),
  }));

describe("architecture", () => {
  it("sees the imports it is to judge", () => {
    expect(files.length).toBeGreaterThan(10);
    expect(resolved.length).toBeGreaterThan(5);
  });

  it("has only arrows that are in the table", () => {
    const wrong = resolved.filter(({ file, target }) => {
      const [from, to] = [folderOf(file), folderOf(target)];
      return from !== to && !(allowed[from] ?? []).includes(to);
    });
    expect(wrong).toEqual([]);
  });

  it("has every folder in the table", () => {
    expect([...new Set(files.map(folderOf))].filter((folder) => !(folder in allowed))).toEqual([]);
  });

  it("goes through the rooms of a folder in one direction", () => {
    const wrong = resolved.filter(({ file, target }) => {
      const [from, to] = [dirname(file), dirname(target)];
      const order = rooms[folderOf(file)] ?? [];
      return from !== to && folderOf(file) === folderOf(target) && order.indexOf(to) > order.indexOf(from);
    });
    expect(wrong).toEqual([]);
  });

  it("has every room in the list of its folder", () => {
    const listed = new Set(Object.entries(rooms).flatMap(([, list]) => list));
    expect(
      [...new Set(files.map((file) => dirname(file)))].filter(
        (room) => room.includes(sep) && !listed.has(room),
      ),
    ).toEqual([]);
  });

  it("touches node: modules only in platform, L3 and L4", () => {
    const wrong = imports.filter(
      ({ file, target }) => target.startsWith("node:") && !mayTouchNode.has(folderOf(file)),
    );
    expect(wrong).toEqual([]);
  });

  it("has no import cycle between files", () => {
    const edges = new Map<string, string[]>();
    for (const { file, target } of resolved) edges.set(file, [...(edges.get(file) ?? []), target]);
    const state = new Map<string, "open" | "done">();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === "done") return;
      if (state.get(file) === "open") {
        cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
        return;
      }
      state.set(file, "open");
      for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
      state.set(file, "done");
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });
});

const app = fileURLToPath(new URL("../app/src", import.meta.url));
/** The rooms of the studio's page: each may import only those before it. */
const appRooms = ["api", "state", "render", "parts", "viewer", "tools", "views", "."];

describe("the studio's page", () => {
  const pages = readdirSync(app, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.tsx?$/.test(name),
  );
  const taken = pages.flatMap((file) =>
    [
      ...readFileSync(join(app, file), "utf8").matchAll(
        /(?:^|\n)\s*(import type|import|export)[^"';]*?(?:from\s*)?"(\.[^"]+\.js)"/g,
      ),
    ].map((match) => ({
      file,
      isType: match[1] === "import type",
      target: normalize(join(dirname(file), match[2]!)),
    })),
  );
  const outside = join("..", "..", "src");

  it("sees the imports it is to judge", () => expect(taken.length).toBeGreaterThan(10));

  it("takes values only of what runs in a browser, and of the server only types", () => {
    const wrong = taken.filter(({ target, isType }) => {
      if (!target.startsWith("..")) return false;
      const folder = relative(outside, target).split(sep)[0]!;
      return ![...L0, ...L1, ...L2].includes(folder) && !(folder === "server" && isType);
    });
    expect(wrong).toEqual([]);
  });

  it("goes through its rooms in one direction", () => {
    const room = (path: string): number => appRooms.indexOf(path.includes(sep) ? path.split(sep)[0]! : ".");
    expect(pages.filter((file) => room(file) < 0)).toEqual([]);
    expect(taken.filter(({ file, target }) => !target.startsWith("..") && room(target) > room(file))).toEqual(
      [],
    );
  });
});
