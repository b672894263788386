/** What other programs read in what is written for them; `fixtures/read_elsewhere/tracks.py` asked them. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { branchesOf } from "../core/tracks.js";
import { type WrittenFile, writtenFiles } from "../../test/exported.js";
import { randomTracks } from "../../test/trackmovies.js";
import type { ExportInput } from "./exporter.js";
import { exporters } from "./exporters.js";

const { graph, labels } = randomTracks(2026, { cells: 30, frames: 15 });
graph.nuclei.meanIntensity.forEach((_, row) => (graph.nuclei.meanIntensity[row] = 10 + row / 8));
const input: ExportInput = { name: "movie", graph, labels, pixelSize: 0.5, frameInterval: 300 };
const names = ["trackmate", "geff", "napari", "motilitylab"] as const;

async function filesOf(name: string): Promise<WrittenFile[]> {
  const { files, extension, isHierarchy } = exporters.find((exporter) => exporter.name === name)!;
  const written = await writtenFiles(files(input));
  const folder = isHierarchy === true ? `${input.name}.${extension}/` : "";
  return written.map(({ path, bytes }) => ({ path: folder + path, bytes }));
}

function digest(files: readonly WrittenFile[]): string {
  const hash = createHash("sha256");
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const { path, bytes } of sorted) hash.update(path).update(bytes);
  return hash.digest("hex");
}

const folder = process.env["KARYON_EXPORTS"];
const tablePath = fileURLToPath(new URL("../../fixtures/read_elsewhere/tracks.json", import.meta.url));

if (folder !== undefined)
  it("writes the files for the readers", async () => {
    for (const name of names)
      for (const { path, bytes } of await filesOf(name)) {
        const target = join(folder, path);
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, bytes);
      }
  });

describe.skipIf(!existsSync(tablePath))("tracks in other programs", () => {
  const table = JSON.parse(existsSync(tablePath) ? readFileSync(tablePath, "utf8") : "{}") as {
    readonly sha256: Record<string, string>;
    readonly read: Record<string, Record<string, unknown>>;
  };
  const { nuclei } = graph;
  const branches = branchesOf(graph);
  const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);
  const mothers = branches.filter(({ parent }) => parent > 0).map(({ parent }) => parent);
  const all = {
    spots: nuclei.count,
    sum_frame: sum(nuclei.frame),
    edges: graph.edges.length / 2,
    divisions: new Set(mothers).size,
  };
  const near = (value: unknown, expected: number): void => {
    expect(value).toBeGreaterThan(expected - 1e-6 * Math.abs(expected));
    expect(value).toBeLessThan(expected + 1e-6 * Math.abs(expected));
  };
  const places = (read: Record<string, unknown>, scale: number): void => {
    near(read["sum_y"], sum(nuclei.y) * scale);
    near(read["sum_x"], sum(nuclei.x) * scale);
  };

  it.each(names)("writes the very bytes that were read: %s", async (name) => {
    expect(digest(await filesOf(name))).toBe(table.sha256[name]);
  });

  it("gives geff all nodes, edges, divisions and places, valid by its own rules", () => {
    const read = table.read["geff"]!;
    expect(read).toMatchObject({
      ...all,
      frames: 15,
      scales: [300, 0.5, 0.5],
      networkx: [all.spots, all.edges],
    });
    places(read, 1);
  });

  it("gives geff's reader of TrackMate all spots, links, divisions and places", () => {
    const read = table.read["trackmate_by_geff"]!;
    expect(read).toMatchObject({ ...all, frames: 15 });
    places(read, 0.5);
  });

  it("gives pytrackmate all spots and tracks", () => {
    const read = table.read["trackmate_by_pytrackmate"]!;
    expect(read).toMatchObject({
      spots: all.spots,
      sum_frame: all.sum_frame,
      // It numbers spots alone as tracks, too.
      tracks: new Set(branches.map(({ root }) => root)).size,
    });
    places(read, 0.5);
  });

  it("gives outlines of the area of the nuclei", () => {
    near(table.read["trackmate_outlines"]!["sum_area"], sum(nuclei.area) * 0.25);
  });

  it("gives pandas napari's tracks, with all links and divisions", () => {
    expect(table.read["napari"]).toMatchObject(all);
    places(table.read["napari"]!, 1);
  });

  it("gives pandas MotilityLab's table, in seconds and µm", () => {
    const read = table.read["motilitylab"]!;
    expect(read).toMatchObject({ columns: ["id", "t", "x", "y"], spots: all.spots, tracks: branches.length });
    near(read["sum_t"], all.sum_frame * 300);
    places(read, 0.5);
  });
});
