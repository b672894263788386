import { describe, expect, it } from "vitest";
import type { TrackGraph } from "../core/tracks.js";
import { branchesOf, branchOfRow } from "../core/tracks.js";
import { openAs } from "../io/formats/fileformat.js";
import type { OpenedTracks } from "../io/formats/trackformat.js";
import { trackFormats } from "../io/formats/trackformats.js";
import { type WrittenFile, writtenFiles } from "../../test/exported.js";
import { bytesInput, linksOf, storeInput } from "../../test/trackinputs.js";
import { randomTracks } from "../../test/trackmovies.js";
import { ctcExporter } from "./ctcexporter.js";
import type { Exporter, ExportInput } from "./exporter.js";
import { exporters } from "./exporters.js";
import { geffExporter } from "./geffexporter.js";
import { motilityLabExporter, napariExporter } from "./pointexporters.js";

const filesOf = (exporter: Exporter, input: ExportInput): Promise<WrittenFile[]> =>
  writtenFiles(exporter.files(input));

const textOf = (files: readonly WrittenFile[], path: string): string =>
  new TextDecoder().decode(files.find((file) => file.path === path)!.bytes);

const openGeff = async (input: ExportInput): Promise<OpenedTracks> =>
  openAs(trackFormats, storeInput("m.geff", await filesOf(geffExporter, input)));

const seeds = [1, 2, 3, 4, 5];
const units = { pixelSize: 0.325, frameInterval: 600 };

/** Positions of linked objects: what stays where labels are not written. */
const placesOf = ({ nuclei, edges }: TrackGraph): string[] =>
  Array.from({ length: edges.length / 2 }, (_, e) =>
    [edges[2 * e]!, edges[2 * e + 1]!]
      .map((row) => `${nuclei.frame[row]!} ${nuclei.y[row]!.toFixed(6)} ${nuclei.x[row]!.toFixed(6)}`)
      .join(" > "),
  ).sort();

describe("exporters of tracks", () => {
  it("are all in the list, under their names", () => {
    expect(exporters.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["ctc", "trackmate", "geff", "napari", "motilitylab"]),
    );
  });

  it("ask for tracks", async () => {
    for (const exporter of [geffExporter, napariExporter, motilityLabExporter])
      await expect(filesOf(exporter, { name: "m" })).rejects.toThrow("expected tracks, received none");
  });
});

describe("GEFF out and in", () => {
  it.each(seeds)("gives random tracks with divisions and gaps back (seed %i)", async (seed) => {
    const { graph } = randomTracks(seed, { cells: 14, frames: 12 });
    graph.nuclei.meanIntensity.fill(7).fill(NaN, 2, 4);
    const {
      graph: again,
      notices,
      pixelSize,
      frameInterval,
    } = await openGeff({ name: "m", graph, ...units });
    expect(linksOf(again)).toEqual(linksOf(graph));
    for (const name of ["frame", "label", "y", "x", "area", "meanIntensity", "score"] as const)
      expect(again.nuclei[name]).toEqual(graph.nuclei[name]);
    expect([notices, pixelSize, frameInterval]).toEqual([[], 0.325, 600]);
  });

  it("gives 70,000 nodes back, in several chunks", { timeout: 180_000 }, async () => {
    const { graph } = randomTracks(7, { cells: 7000, frames: 12 });
    expect(graph.nuclei.count).toBeGreaterThan(70_000);
    const again = await openGeff({ name: "m", graph });
    expect(again.graph.edges).toEqual(graph.edges);
    expect(again.graph.nuclei.y).toEqual(graph.nuclei.y);
    expect([again.pixelSize, again.frameInterval]).toEqual([undefined, undefined]);
  });

  it("gives a graph without nodes back", async () => {
    const { graph } = randomTracks(1, { cells: 0 });
    const again = await openGeff({ name: "m", graph });
    expect([again.graph.nuclei.count, again.graph.edges.length]).toEqual([0, 0]);
  });

  it("declares every property with the type of its array, and tracks by branch and root", async () => {
    const { graph } = randomTracks(2);
    graph.nuclei.score.fill(0.5, 1);
    const files = await filesOf(geffExporter, { name: "m", graph, ...units });
    const { geff } = JSON.parse(textOf(files, ".zattrs")) as {
      geff: { node_props_metadata: Record<string, { identifier: string; dtype: string }>; axes: object[] };
    };
    const names = Object.keys(geff.node_props_metadata);
    expect(names).toEqual(["t", "y", "x", "seg_id", "track", "lineage", "area", "score"]);
    for (const name of names) {
      const array = JSON.parse(textOf(files, `nodes/props/${name}/values/.zarray`)) as {
        dtype: string;
      };
      expect(geff.node_props_metadata[name]!.identifier).toBe(name);
      expect(array.dtype).toBe(geff.node_props_metadata[name]!.dtype === "int32" ? "<i4" : "<f8");
    }
    const missing = files.filter(({ path }) => path.endsWith("missing/0"));
    expect(missing.map(({ path }) => path)).toEqual(["nodes/props/score/missing/0"]);
    expect([...missing[0]!.bytes.subarray(0, 3)]).toEqual([1, 0, 0]);
    const track = new Int32Array(
      files.find(({ path }) => path.endsWith("track/values/0"))!.bytes.slice().buffer,
    );
    expect(track.subarray(0, graph.nuclei.count)).toEqual(branchOfRow(branchesOf(graph), graph.nuclei.count));
    expect(geff.axes[1]).toMatchObject({
      name: "y",
      type: "space",
      unit: "pixel",
      scale: 0.325,
      scaled_unit: "micrometer",
    });
  });
});

describe("napari tracks out and in", () => {
  it.each(seeds)("gives random tracks with divisions and gaps back (seed %i)", async (seed) => {
    const { graph } = randomTracks(seed, { cells: 14, frames: 12 });
    const files = await filesOf(napariExporter, { name: "m", graph, ...units });
    expect(files.map(({ path }) => path)).toEqual(["m_tracks.csv", "m_graph.json"]);
    const again = await openAs(trackFormats, bytesInput("m_tracks.csv", files[0]!.bytes, files));
    expect(again.graph.nuclei.count).toBe(graph.nuclei.count);
    expect(placesOf(again.graph)).toEqual(placesOf(graph));
    expect(again.notices).toEqual([]);
    const alone = await openAs(trackFormats, bytesInput("m_tracks.csv", files[0]!.bytes));
    expect(alone.notices).toEqual(["Without its graph beside it, it says nothing of divisions"]);
    expect(alone.graph.edges.length).toBeLessThan(graph.edges.length);
  });

  it("writes branches in frames and px, by id, and their parents", async () => {
    const { graph } = randomTracks(3, { cells: 4, frames: 12 });
    const files = await filesOf(napariExporter, { name: "m", graph, ...units });
    const [header, first] = textOf(files, "m_tracks.csv").split("\n");
    const { frame, y, x } = graph.nuclei;
    const [branch] = branchesOf(graph);
    expect(header).toBe("track_id,t,y,x");
    const row = branch!.rows[0]!;
    expect(first).toBe(
      `1,${frame[row]!},${Number(y[row]!.toPrecision(10))},${Number(x[row]!.toPrecision(10))}`,
    );
    expect(JSON.parse(textOf(files, "m_graph.json"))).toEqual(
      Object.fromEntries(branchesOf(graph).flatMap(({ id, parent }) => (parent > 0 ? [[id, [parent]]] : []))),
    );
  });
});

describe("MotilityLab tables out and in", () => {
  it.each(seeds)("gives the branches of random tracks back (seed %i)", async (seed) => {
    const { graph } = randomTracks(seed, { cells: 14, frames: 12 });
    const [file] = await filesOf(motilityLabExporter, { name: "m", graph });
    const again = await openAs(trackFormats, bytesInput("m.csv", file!.bytes));
    const within = branchesOf(graph).reduce((sum, { rows: { length } }) => sum + length - 1, 0);
    expect(again.graph.edges.length / 2).toBe(within);
    const own = placesOf(graph);
    expect(placesOf(again.graph).filter((link) => !own.includes(link))).toEqual([]);
  });

  it("writes seconds and µm where both are known", async () => {
    const { graph } = randomTracks(3, { cells: 4, frames: 12 });
    const table = async (input: Partial<ExportInput>): Promise<string[]> => {
      const files = await filesOf(motilityLabExporter, { name: "m", graph, ...input });
      return textOf(files, "m.csv").split("\n");
    };
    const { frame, y, x } = graph.nuclei;
    const row = branchesOf(graph)[0]!.rows[1]!;
    const shown = (value: number): number => Number(value.toPrecision(10));
    expect((await table(units))[0]).toBe("id,t,x,y");
    expect((await table(units))[2]).toBe(
      `1,${frame[row]! * 600},${shown(x[row]! * 0.325)},${shown(y[row]! * 0.325)}`,
    );
    expect((await table({ pixelSize: 2 }))[2]).toBe(`1,${frame[row]!},${shown(x[row]!)},${shown(y[row]!)}`);
  });
});

describe("a folder of the Cell Tracking Challenge out and in", () => {
  it.each(seeds)("gives random tracks with divisions and gaps back (seed %i)", async (seed) => {
    const { graph, labels } = randomTracks(seed, { cells: 14, frames: 12 });
    const files = await filesOf(ctcExporter, { name: "m", graph, labels });
    const again = await openAs(trackFormats, storeInput("01_RES", files));
    expect(again.graph.nuclei.count).toBe(graph.nuclei.count);
    expect(placesOf(again.graph)).toEqual(placesOf(graph));
    expect([again.graph.frames, again.notices]).toEqual([12, []]);
    const image = await again.labels!.read(3);
    expect(image.data.filter((label) => label > 0)).toHaveLength(
      (await labels.read(3)).data.filter((label) => label > 0).length,
    );
  });
});
