import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lattice } from "../../../test/planes.js";
import { branchesOf } from "../../core/tracks.js";
import { labelSourceOf } from "../../core/labels.js";
import { concatNuclei } from "../../core/nuclei.js";
import { exportersOf } from "../../exchange/exporters.js";
import { measure } from "../../imgproc/regions.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import { resolveConfig } from "../config/config.js";
import type { SegmentationResult } from "../segment/segmentation.js";
import { openInputs } from "../source/opening.js";
import { basisOf, resultFrom } from "../stage/stage.js";
import { readLabels } from "../store/labelfiles.js";
import type { TrackingResult } from "../track/tracking.js";
import { exportStage } from "./exporting.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "karyon-exports-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const labels = lattice(3, 16, 9);
const { height, width } = labels;
const config = resolveConfig({ input: { pixelSize: 0.5, frameInterval: 60 } }, "test");
const work = { out: "", tell: () => undefined };

/** Results of a movie of two frames, in which every nucleus stays. */
async function results(isTracked: boolean): Promise<Parameters<typeof exportStage>[0]> {
  for (const frame of [0, 1])
    writeFileSync(
      join(folder, `t${frame}.tif`),
      encodeTiff([{ height, width, samples: 1, data: Uint8Array.from(labels.data) }]),
    );
  const inputs = await openInputs([join(folder, "t*.tif")], "out", config, {});
  const source = labelSourceOf([labels, labels], inputs.source.frameNames);
  const nuclei = concatNuclei([0, 1].map((frame) => measure(labels, { frame })));
  const graph = {
    nuclei,
    frames: 2,
    edges: Uint32Array.from({ length: 18 }, (_, i) => (i >> 1) + 9 * (i & 1)),
  };
  const tracked = {
    graph,
    branches: branchesOf(graph),
    masks: source,
    labelOfRow: nuclei.label,
  } as unknown as TrackingResult;
  const segmentation = { labels: source, nuclei } as unknown as SegmentationResult;
  return {
    config,
    inputs,
    segmentation: resultFrom("segmentation", () => Promise.resolve(segmentation)),
    ...(isTracked ? { tracks: resultFrom("tracks", () => Promise.resolve(tracked)) } : {}),
  };
}

describe("exports of a run", () => {
  it("are a file, a hierarchy, or a folder for each format", async () => {
    const all = await results(true);
    const { name } = all.inputs.source;
    const stage = exportStage(all, exportersOf("roi,ome-zarr,ctc,trackmate"));
    const out = join(folder, "exports");
    const { text, data, notices } = await stage.make(out, work);
    expect(readdirSync(out).sort()).toEqual(["ctc", `${name}.ome.zarr`, `${name}.xml`, `${name}_RoiSet.zip`]);
    expect(text).toMatch(/files for other programs in 4 formats/);
    expect(data!["files"]).toBeGreaterThan(6);
    expect(notices).toEqual([]);
  });

  it("leave out what needs tracks, where there are none, and say so", async () => {
    const stage = exportStage(await results(false), exportersOf("png,trackmate"));
    const out = join(folder, "exports");
    const { notices } = await stage.make(out, work);
    expect(readdirSync(out)).toEqual(["png"]);
    expect((await readLabels(join(out, "png", "t0.png"))).data).toEqual(labels.data);
    expect(notices).toEqual(["TrackMate XML holds tracks, and there are none: it was left out."]);
  });

  it("leave out a format that cannot hold them, and say why", async () => {
    const all = await results(false);
    const wide = labelSourceOf([
      { ...labels, ids: labels.data.slice(0, 9).map((_, i) => 70_000 + i) },
      labels,
    ]);
    const segmentation = { labels: wide, nuclei: undefined } as unknown as SegmentationResult;
    const own = { ...all, segmentation: resultFrom("wide", () => Promise.resolve(segmentation)) };
    const out = join(folder, "exports");
    const { notices } = await exportStage(own, exportersOf("png,roi")).make(out, work);
    expect(readdirSync(out)).toEqual([`${all.inputs.source.name}_RoiSet.zip`]);
    expect(notices).toEqual([
      expect.stringMatching(/^PNG was left out: labels: expected labels up to 65535/),
    ]);
  });

  it("are made again when the formats are others", async () => {
    const all = await results(true);
    const basis = (names: string): string => basisOf(exportStage(all, exportersOf(names)));
    expect(basis("roi,ctc")).toBe(basis("ctc,roi"));
    expect(basis("roi,ctc")).not.toBe(basis("roi"));
  });
});
