/** Corrections by hand on disk, and what a run makes of them, on a movie of four frames with four nuclei each. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LabelEdit, LabelPatch } from "../../correct/edits.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import { resolveConfig } from "../config/config.js";
import { run } from "../run/run.js";
import { openInputs } from "../source/opening.js";
import type { PipelineEvent } from "../stage/events.js";
import { assertReplaceable } from "../store/folders.js";
import { readLabels } from "../store/labelfiles.js";
import { readRun } from "../store/provenance.js";
import { readSegmentation } from "../segment/segmentation.js";
import { readTracking } from "../track/tracking.js";
import { openCorrectionLog } from "./correctionlog.js";
import { readCorrections } from "./corrections.js";
import { type CorrectionSession, LabelsChanged, openCorrectionSession } from "./correctionsession.js";

const size = 96;
const centres = [
  [24, 24],
  [24, 70],
  [70, 24],
  [70, 70],
] as const;

function frameBytes(t: number): Uint8Array {
  const data = Uint8Array.from({ length: size * size }, (_, i) => {
    const [y, x] = [Math.floor(i / size), (i % size) - t];
    const inside = centres.some(([cy, cx]) => (y - cy) ** 2 + (x - cx) ** 2 < 13 ** 2);
    return (inside ? 150 : 20) + ((i * 7919 + t * 31) % 13);
  });
  return encodeTiff([{ height: size, width: size, samples: 1, data }]);
}

let root: string;
let out: string;
const config = resolveConfig(
  { train: { steps: 3, patch: 32, filters: 4, batch: 1 }, general: { threads: 1 } },
  "the test",
);
const movie = (): string => join(root, "movie");

async function runIt(
  overwrite = false,
  retrain: boolean | "keep" = false,
): Promise<readonly PipelineEvent[]> {
  const events: PipelineEvent[] = [];
  const options = { inputs: [movie()], out, config, overwrite, retrain };
  await run(options, { onEvent: (event) => events.push(event) });
  return events;
}

const doneIn = (events: readonly PipelineEvent[]): string[] =>
  events.flatMap((event) => (event.event === "done" ? [event.stage] : []));

async function session(): Promise<CorrectionSession> {
  const { source } = await openInputs([movie()], out, config, {});
  return openCorrectionSession({
    out,
    source,
    base: async (layer) => {
      const record = readRun(out)!;
      if (layer === "labels")
        return {
          basis: record.stages["segment"]!.basis!,
          labels: readSegmentation(join(out, "labels")).labels,
        };
      const names = source.frameNames;
      return {
        basis: record.stages["annotate"]!.basis!,
        labels: {
          frames: source.frames,
          frameNames: names,
          size: () => Promise.resolve({ height: size, width: size }),
          read: (frame) => readLabels(join(out, "annotation", "masks", `${names[frame]}.tif`)),
        },
      };
    },
  });
}

/** Fills a square of labels as they are now with one label. */
async function square(
  open: CorrectionSession,
  layer: LabelEdit["layer"],
  { frame, y, x, label }: { frame: number; y: number; x: number; label: number },
): Promise<LabelEdit> {
  const now = await (await open.labels(layer))!.read(frame);
  const before = new Int32Array(36);
  for (let i = 0; i < 36; i++) before[i] = now.data[(y + Math.floor(i / 6)) * size + x + (i % 6)]!;
  const patch: LabelPatch = { y, x, height: 6, width: 6, before, after: new Int32Array(36).fill(label) };
  return { layer, gesture: "paint", frame, patches: [patch] };
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "karyon-correct-"));
  out = join(root, "run");
  mkdirSync(movie());
  for (let t = 0; t < 4; t++) writeFileSync(join(movie(), `t${t}.tif`), frameBytes(t));
  await runIt();
}, 120_000);
afterAll(() => rmSync(root, { recursive: true }));

describe("the log on disk", () => {
  const at = (name: string): string => join(root, name);
  const edit: LabelEdit = {
    layer: "labels",
    gesture: "paint",
    frame: 0,
    patches: [{ y: 0, x: 0, height: 1, width: 1, before: Int32Array.of(0), after: Int32Array.of(1) }],
  };

  it("holds what was appended, for who opens it next", async () => {
    const log = await openCorrectionLog(at("a"));
    await log.append({ edit });
    await log.append({ edit });
    await log.append("undo");
    const again = await openCorrectionLog(at("a"));
    expect(again.state()).toEqual(log.state());
    expect([again.state().held.length, again.state().undone.length]).toEqual([1, 1]);
    expect(await again.append("redo")).toMatchObject({ entry: { redo: 2 } });
    expect(await again.append("redo")).toBeUndefined();
  });

  it("goes on after a line that a killed process did not finish", async () => {
    const log = await openCorrectionLog(at("b"));
    await log.append({ edit });
    const file = at("b/corrections/log.jsonl");
    const { size: whole } = statSync(file);
    appendFileSync(file, '{"crc32":1,"entry":{"number":2,"ti');
    const again = await openCorrectionLog(at("b"));
    expect(again.state().last).toBe(1);
    await again.append({ edit });
    expect((await openCorrectionLog(at("b"))).state().last).toBe(2);
    expect(statSync(file).size).toBeGreaterThan(whole);
  });

  it("takes in what another program has written meanwhile", async () => {
    const [first, second] = [await openCorrectionLog(at("c")), await openCorrectionLog(at("c"))];
    await Promise.all([first.append({ edit }), second.append({ edit })]);
    await first.refresh();
    expect(first.state().last).toBe(2);
    await first.append({ edit });
    expect(first.state().last).toBe(3);
    expect((await openCorrectionLog(at("c"))).state().last).toBe(3);
  });
});

describe("a session", () => {
  it("changes labels, takes it back across frames, and refuses what was made on others", async () => {
    const open = await session();
    const first = await square(open, "labels", { frame: 0, y: 0, x: 0, label: 50 });
    await open.edit(first);
    await open.edit(await square(open, "labels", { frame: 2, y: 80, x: 80, label: 51 }));
    await expect(open.edit(first)).rejects.toThrow(LabelsChanged);
    const at = async (frame: number, i: number): Promise<number> =>
      (await (await open.labels("labels"))!.read(frame)).data[i]!;
    expect([await at(0, 0), await at(2, 80 * size + 80)]).toEqual([50, 51]);
    const back = await open.undo();
    expect(back!.step!.edit).toMatchObject({ frame: 2 });
    await open.undo();
    expect(await at(0, 0)).toBe(first.patches[0]!.before[0]);
    expect(await open.undo()).toBeUndefined();
    await open.close();
  });

  it("refuses an edit outside of the frame, by name", async () => {
    const open = await session();
    const edit = await square(open, "labels", { frame: 0, y: 0, x: 0, label: 5 });
    const outside = { ...edit, patches: [{ ...edit.patches[0]!, y: size - 2 }] };
    await expect(open.edit(outside)).rejects.toThrow(/rectangles within 96 x 96 pixels/);
    await expect(open.edit({ ...edit, frame: 9 })).rejects.toThrow(/edit\.frame/);
  });
});

describe("a run with corrections", () => {
  it("is what it was where nothing holds", async () => {
    expect(doneIn(await runIt())).toEqual(["read"]);
    expect(existsSync(join(out, "labels-corrected"))).toBe(false);
  });

  it("makes labels and what follows again after an edit, and keeps the network's own", async () => {
    const before = readFileSync(join(out, "labels", "t1.tif"));
    const open = await session();
    await open.edit(await square(open, "labels", { frame: 1, y: 2, x: 2, label: 99 }));
    await open.close();
    const done = doneIn(await runIt());
    expect(done).toContain("correctLabels");
    expect(done).toContain("track");
    expect(done).not.toContain("segment");
    const corrected = await readLabels(join(out, "labels-corrected", "t1.tif"));
    expect(corrected.data[2 * size + 2]).toBe(99);
    expect(readFileSync(join(out, "labels", "t1.tif"))).toEqual(before);
    expect(readFileSync(join(out, "labels-corrected", "t0.tif"))).toEqual(
      readFileSync(join(out, "labels", "t0.tif")),
    );
    const { nuclei } = readSegmentation(join(out, "labels-corrected"));
    const row = nuclei.label.indexOf(99);
    expect([nuclei.frame[row], nuclei.area[row]]).toEqual([1, 36]);
    expect(nuclei.meanIntensity[row]).toBeGreaterThan(0);
    expect(nuclei.score[row]).toBeNaN();
    const report = readFileSync(join(out, "report.html"), "utf8");
    expect(report).toContain("Corrections by hand");
    expect(report).not.toContain("without manual annotation");
  });

  it("trains on what was corrected, once that is asked for", async () => {
    const open = await session();
    await open.edit(await square(open, "annotation", { frame: 0, y: 40, x: 40, label: 9 }));
    await open.review({ layer: "labels", frame: 3, isDone: true });
    await open.close();
    await expect(runIt()).rejects.toThrow(/retrain: true/);
    const kept = doneIn(await runIt(true, "keep"));
    expect(kept).toContain("correctAnnotation");
    expect(kept).not.toContain("train");
    expect(doneIn(await runIt(true, true)).slice(0, 2)).toEqual(["read", "train"]);
    const mask = await readLabels(join(out, "annotation-corrected", "masks", "t0.tif"));
    expect(mask.data[42 * size + 42]).toBeGreaterThan(0);
    expect(existsSync(join(out, "annotation-corrected", "masks", "t1.tif"))).toBe(false);
    expect(existsSync(join(out, "annotation-corrected", "masks", "t3.tif"))).toBe(true);
  });

  it("keeps the labels of frames that were looked through when the segmentation is made again", async () => {
    // The network was trained again above: edits of its earlier labels hold no longer.
    const { source } = await openInputs([movie()], out, config, {});
    const corrections = await readCorrections(out, source.frameNames);
    const basis = readRun(out)!.stages["segment"]!.basis!;
    expect(corrections.labelEdits("labels", basis)).toEqual([]);
    expect(corrections.outdated("labels", basis)).toBe(1);
    expect(corrections.kept("labels", basis).map(({ frame }) => frame)).toEqual([3]);
    const kept = await readLabels(join(out, "corrections", "labels", "t3.tif"));
    expect((await readLabels(join(out, "labels-corrected", "t3.tif"))).data).toEqual(kept.data);
    expect(readRun(out)!.notices.join(" ")).toMatch(
      /1 edit by hand of the labels was made on an earlier result/,
    );
    const open = await session();
    await open.edit(await square(open, "labels", { frame: 0, y: 0, x: 0, label: 70 }));
    expect((await (await open.labels("labels"))!.read(3)).data).toEqual(kept.data);
    await open.close();
  });

  it("cuts a track where the user did, and keeps the tracker's own", async () => {
    // A network of three steps finds nothing: what is tracked is drawn by hand.
    const drawing = await session();
    await drawing.undo();
    for (let i = 0; i < 4 * 9; i++) {
      const [frame, object] = [i % 4, i >> 2];
      const [y, x] = [10 + 30 * (object % 3), 10 + frame + 30 * Math.floor(object / 3)];
      await drawing.edit(await square(drawing, "labels", { frame, y, x, label: 70 + object }));
    }
    await drawing.close();
    // One of the frames was looked through, so that the network would learn from it.
    await runIt(true, "keep");
    const found = readTracking(join(out, "tracks"));
    const { nuclei, edges } = found.graph;
    if (edges.length === 0) throw new Error("the movie has no link to cut");
    const spot = (row: number): { frame: number; y: number; x: number } => ({
      frame: nuclei.frame[row]!,
      y: nuclei.y[row]!,
      x: nuclei.x[row]!,
    });
    const open = await session();
    await open.edit({ layer: "tracks", gesture: "cut", spots: [spot(edges[0]!), spot(edges[1]!)] });
    await open.close();
    const done = doneIn(await runIt(true, "keep"));
    expect(done).toEqual(expect.arrayContaining(["correctTracks", "analyse"]));
    const corrected = readTracking(join(out, "tracks-corrected"));
    expect(corrected.graph.edges.length).toBe(readTracking(join(out, "tracks")).graph.edges.length - 2);
    expect(existsSync(join(out, "tracks-corrected", "res_track.txt"))).toBe(true);
    const back = await session();
    await back.undo();
    await back.close();
    await runIt(true, "keep");
    expect(existsSync(join(out, "tracks-corrected"))).toBe(false);
    expect(readRun(out)!.stages).not.toHaveProperty("correctTracks");
    expect(existsSync(join(out, "labels-corrected"))).toBe(true);
  }, 120_000);
});

describe("a run folder that the studio has begun", () => {
  it("is taken by a run, and by no other command, which would remove what lies there", () => {
    const folder = join(root, "begun");
    mkdirSync(join(folder, "corrections"), { recursive: true });
    writeFileSync(join(folder, "studio.json"), "{}");
    expect(() => assertReplaceable(folder, "run", false)).not.toThrow();
    expect(() => assertReplaceable(folder, "annotate", true)).toThrow(/2 files that Karyon did not make/);
  });
});
