/** Corrections by hand over HTTP, as pages, a second server and the command line meet in one run folder. */
import { spawn } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { bin, type Outcome } from "../../../test/commandline.js";
import {
  frameCount,
  frameSize,
  type PreparedRun,
  preparedRun,
  runSettings,
  squareEdit,
} from "../../../test/correctedmovie.js";
import { openStudio, type StudioClient } from "../../../test/studioclient.js";
import { packValue } from "../../core/packing.js";
import type { TrackEdit, TrackGesture } from "../../correct/edits.js";
import { openCorrectionLog } from "../../pipeline/correct/correctionlog.js";
import { testProject } from "../../../test/studioproject.js";
import { numbersIn } from "../jobs/tablecolumns.js";
import type {
  CorrectionCounts,
  EditAnswer,
  ErrorAnswer,
  LoggedEdit,
  ProjectState,
  StudioTable,
  UndoAnswer,
} from "../messages.js";
import type { Project } from "../project.js";
import { type LiveTables, liveTables } from "./livetables.js";
import { correctionsOf, type ProjectCorrections } from "./projectcorrections.js";

type Studio = Awaited<ReturnType<typeof openStudio>>;

let prepared: PreparedRun;
let folder: string;
let out: string;
let studio: Studio;
let id: string;

beforeAll(async () => {
  prepared = await preparedRun();
}, 120_000);
afterAll(() => rmSync(prepared.root, { recursive: true, force: true }));

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "karyon-corrected-")));
  cpSync(prepared.root, folder, { recursive: true });
  out = join(folder, "run");
  studio = await openStudio([folder]);
  id = await openRun(studio);
});
afterEach(async () => {
  await studio.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const openRun = async ({ ask }: StudioClient): Promise<string> =>
  (await ask<ProjectState>("projects", { method: "POST", body: { run: out } })).body.id;

const stateOf = async ({ ask }: StudioClient): Promise<ProjectState> =>
  (await ask<ProjectState>(`projects/${id}`)).body;

const tableOf = async ({ ask }: StudioClient, name: string): Promise<StudioTable> =>
  (await ask<StudioTable>(`projects/${id}/tables/${name}`)).body;

const post = <T>(
  { ask }: StudioClient,
  path: string,
  body: unknown = {},
): Promise<{ status: number; body: T }> => ask<T>(`projects/${id}/${path}`, { method: "POST", body });

interface Chunk {
  readonly tag: string;
  readonly at: (y: number, x: number) => number;
}

/** The labels of a frame as OME-Zarr, and what tells them from others. */
async function chunkOf({ ask }: StudioClient, frame: number, layer = "labels"): Promise<Chunk> {
  const { body, headers } = await ask<Uint8Array>(`projects/${id}/zarr/0/labels/${layer}/0/${frame}/0/0`);
  const bytes = inflateSync(body);
  const edge = Math.sqrt(bytes.length / 4);
  return { tag: headers.get("ETag")!, at: (y, x) => bytes.readInt32LE(4 * (y * edge + x)) };
}

/** Draws two nuclei that move a little, frame by frame; labels 71 and 72. */
async function drawMovie(client: StudioClient): Promise<void> {
  for (let frame = 0; frame < frameCount; frame++)
    for (const [y, label] of [
      [10, 71],
      [60, 72],
    ] as const)
      expect((await client.edit(id, squareEdit({ frame, y, x: 40 + frame }, 0, label))).status).toBe(200);
}

/** The command line's run into the same folder. */
function karyonRun(more: object = {}): Promise<Outcome> {
  const config = join(folder, "karyon.yaml");
  writeFileSync(config, stringify({ ...runSettings, ...more }));
  return new Promise((resolve) => {
    const args = ["run", join(folder, "movie"), "-o", out, "--config", config, "--overwrite"];
    const child = spawn(process.execPath, [bin, ...args], { cwd: folder });
    let [text, err] = ["", ""];
    child.stdout.on("data", (piece: Buffer) => void (text += String(piece)));
    child.stderr.on("data", (piece: Buffer) => void (err += String(piece)));
    child.on("exit", (code) => resolve({ code, out: text, err }));
  });
}

describe("edits", () => {
  it("change labels, are refused on others, and are taken back and done again across frames", async () => {
    const { edit } = studio;
    const first = squareEdit({ frame: 0, y: 0, x: 0 }, 0, 50);
    const made = await edit<EditAnswer>(id, first);
    expect(made.status).toBe(200);
    // The first entry says which labels the edits are of.
    expect(made.body).toMatchObject({ number: 2, corrections: { edits: { labels: 1 }, canUndo: true } });
    const again = await edit<ErrorAnswer>(id, first);
    expect([again.status, again.body.kind]).toEqual([409, "Conflict"]);
    expect(again.body.error).toMatch(/changed meanwhile/);
    await edit(id, squareEdit({ frame: 2, y: 80, x: 80 }, 0, 51));
    expect((await chunkOf(studio, 2)).at(82, 82)).toBe(51);
    const back = (await post<UndoAnswer>(studio, "undo")).body;
    expect(back).toMatchObject({ edit: { frame: 2, layer: "labels" }, corrections: { canRedo: true } });
    expect((await chunkOf(studio, 2)).at(82, 82)).toBe(0);
    expect((await post<UndoAnswer>(studio, "redo")).body).toMatchObject({ edit: { frame: 2 } });
    expect((await chunkOf(studio, 2)).at(82, 82)).toBe(51);
    for (let i = 0; i < 2; i++) await post(studio, "undo");
    expect((await post<UndoAnswer>(studio, "undo")).body.edit).toBeNull();
    expect((await chunkOf(studio, 0)).at(2, 2)).toBe(0);
  });

  it("that are none, too large or outside are refused in a sentence", async () => {
    const { ask, edit } = studio;
    const send = (body: unknown): ReturnType<typeof ask<ErrorAnswer>> =>
      ask<ErrorAnswer>(`projects/${id}/edits`, { method: "POST", body });
    const patch = squareEdit({ frame: 0, y: 0, x: 0 }, 0, 5);
    for (const body of [
      Uint8Array.of(1, 2, 3),
      packValue({}),
      packValue({ ...patch, layer: "tracks" }),
      packValue({ ...patch, patches: [] }),
    ]) {
      const { status, body: answer } = await send(body);
      expect([status, answer.kind]).toEqual([400, "InvalidInput"]);
    }
    const outside = await edit<ErrorAnswer>(id, squareEdit({ frame: 0, y: frameSize - 3, x: 0 }, 0, 5));
    expect([outside.status, outside.body.error]).toEqual([
      400,
      expect.stringMatching(/within 96 x 96 pixels/),
    ]);
    expect((await edit(id, squareEdit({ frame: 9, y: 0, x: 0 }, 0, 5))).status).toBe(400);
    expect((await stateOf(studio)).corrections.revision).toBe(1);
  });

  it("are told to other pages, with the page that made them", async () => {
    const other = await studio.follow(id);
    await studio.edit(id, squareEdit({ frame: 1, y: 4, x: 8 }, 0, 50), "first page");
    const told = await other.until(({ type }) => type === "edit");
    expect(told).toMatchObject({
      number: 2,
      layer: "labels",
      frame: 1,
      windows: [{ y: 4, x: 8, height: 6, width: 6 }],
      page: "first page",
      corrections: { edits: { labels: 1 } },
    });
    other.end();
  });

  it("are listed, the latest first, and frames that were looked through are kept", async () => {
    await studio.edit(id, squareEdit({ frame: 0, y: 0, x: 0 }, 0, 50));
    await studio.edit(id, squareEdit({ frame: 3, y: 0, x: 0 }, 0, 51));
    const log = (await studio.ask<LoggedEdit[]>(`projects/${id}/log`)).body;
    const listed = { layer: "labels", gesture: "paint", isUndone: false };
    expect(log).toMatchObject([
      { ...listed, number: 3, frame: 3 },
      { ...listed, number: 2, frame: 0 },
    ]);
    // The middle of the square, so that the page can show it.
    expect(log[0]!.y).toBe(log[0]!.x);
    const mark = { layer: "labels", frame: 3, isDone: true };
    expect((await post(studio, "reviewed", mark)).status).toBe(200);
    expect((await stateOf(studio)).reviewed).toEqual([mark]);
    const file = join(out, "corrections", "labels", "t3.tif");
    expect(readFileSync(file).length).toBeGreaterThan(0);
    await post(studio, "reviewed", { ...mark, isDone: false });
    expect((await stateOf(studio)).reviewed).toEqual([]);
    expect(() => readFileSync(file)).toThrow();
    expect((await post(studio, "reviewed", { layer: "labels", frame: -1, isDone: true })).status).toBe(400);
    expect((await post(studio, "reviewed", { layer: "labels", frame: 99, isDone: true })).status).toBe(400);
    expect((await stateOf(studio)).reviewed).toEqual([]);
  });

  it("change the OME-Zarr of their frame, and of no other", async () => {
    const before = [await chunkOf(studio, 1), await chunkOf(studio, 2)];
    const versionBefore = (await stateOf(studio)).labelLayers.labels!;
    await studio.edit(id, squareEdit({ frame: 1, y: 30, x: 30 }, 0, 50));
    const after = [await chunkOf(studio, 1), await chunkOf(studio, 2)];
    expect(after[0]!.tag).not.toBe(before[0]!.tag);
    expect([after[0]!.at(30, 30), after[0]!.at(35, 35), after[0]!.at(36, 36)]).toEqual([50, 50, 0]);
    expect(after[1]!.tag).toBe(before[1]!.tag);
    expect((await stateOf(studio)).labelLayers.labels!).toBeGreaterThan(versionBefore);
    await post(studio, "undo");
    const undone = await chunkOf(studio, 1);
    expect(undone.at(30, 30)).toBe(0);
    expect([before[0]!.tag, after[0]!.tag]).not.toContain(undone.tag);
  });

  it("are in the tables at once, and are measured where they are", async () => {
    const before = await tableOf(studio, "labels");
    await studio.edit(id, squareEdit({ frame: 1, y: 30, x: 30 }, 0, 50));
    const table = await tableOf(studio, "labels");
    expect(table.count).toBe(before.count + 1);
    const row = numbersIn(table, "label")!.indexOf(50);
    const value = (key: string): number => numbersIn(table, key)![row]!;
    expect([value("frame"), value("area"), value("y"), value("x")]).toEqual([1, 36, 32.5, 32.5]);
    await studio.edit(id, squareEdit({ frame: 1, y: 36, x: 30 }, 0, 50));
    const larger = await tableOf(studio, "labels");
    expect(numbersIn(larger, "area")![numbersIn(larger, "label")!.indexOf(50)]).toBe(72);
    await post(studio, "undo");
    await post(studio, "undo");
    expect((await tableOf(studio, "labels")).count).toBe(before.count);
  });
});

describe("tables of corrected labels", () => {
  it("are measured once for each change of a frame, and are the same after a restart", async () => {
    const opened = async (): Promise<{
      corrections: ProjectCorrections;
      live: LiveTables;
      reads: number[];
    }> => {
      const { project } = await testProject([join(folder, "movie")], out, runSettings);
      const reads: number[] = [];
      const source = project.source();
      const counting: Project = {
        ...project,
        source: () => ({
          ...source,
          read: (frame, options) => {
            reads.push(frame);
            return source.read(frame, options);
          },
        }),
      };
      const corrections = correctionsOf(counting);
      return { corrections, live: liveTables(counting, corrections), reads };
    };
    const { corrections, live, reads } = await opened();
    const change = (frame: number, x: number): Promise<unknown> =>
      corrections.change("", { edit: squareEdit({ frame, y: 0, x }, 0, 50 + x) });
    await change(0, 0);
    await change(2, 0);
    await live.nuclei("labels");
    expect(reads).toEqual([0, 2]);
    await change(2, 10);
    await corrections.change("", {
      edit: { layer: "tracks", gesture: "delete", spots: [{ frame: 0, y: 1, x: 1 }] },
    });
    const { frames, key } = await live.nuclei("labels");
    expect(reads).toEqual([0, 2, 2]);
    expect([...frames].map(([frame, { count }]) => [frame, count])).toEqual([
      [0, 1],
      [2, 2],
    ]);
    const again = await opened();
    expect(await again.live.nuclei("labels")).toEqual({ frames, key });
  });
});

describe("a run folder that others write, too:", () => {
  it("two servers take in each other's edits, and refuse what was made on labels that are no more", async () => {
    const second = await openStudio([folder]);
    await openRun(second);
    expect((await chunkOf(second, 0)).at(0, 0)).toBe(0);
    await studio.edit(id, squareEdit({ frame: 0, y: 0, x: 0 }, 0, 50));
    const seen = await chunkOf(second, 0);
    expect(seen.at(0, 0)).toBe(50);
    expect((await second.edit(id, squareEdit({ frame: 0, y: 0, x: 0 }, 0, 51))).status).toBe(409);
    expect((await second.edit(id, squareEdit({ frame: 0, y: 0, x: 0 }, 50, 51))).status).toBe(200);
    expect((await chunkOf(studio, 0)).at(0, 0)).toBe(51);
    // What the one has done the other takes back.
    expect((await post<UndoAnswer>(studio, "undo")).body).toMatchObject({ edit: { frame: 0 } });
    expect((await chunkOf(second, 0)).at(0, 0)).toBe(50);
    // At once: each has a place of its own in the log.
    const many = Array.from({ length: 12 }, (_, i) =>
      (i % 2 === 0 ? studio : second).edit(id, squareEdit({ frame: i % 4, y: 8 * i, x: 60 }, 0, 60 + i)),
    );
    expect((await Promise.all(many)).map(({ status }) => status)).toEqual(many.map(() => 200));
    const counts = (await stateOf(second)).corrections;
    expect(counts).toEqual((await stateOf(studio)).corrections);
    expect(counts.edits.labels).toBe(13);
    await second.close();
  });

  it("a log with a torn end is read, and goes on behind its last whole entry", async () => {
    await studio.edit(id, squareEdit({ frame: 0, y: 0, x: 0 }, 0, 50));
    appendFileSync(join(out, "corrections", "log.jsonl"), '{"crc32":1,"entry":{"number":3,"ti');
    expect((await stateOf(studio)).corrections.revision).toBe(2);
    const made = await studio.edit<EditAnswer>(id, squareEdit({ frame: 0, y: 10, x: 0 }, 0, 51));
    expect(made.body.number).toBe(3);
    expect((await openCorrectionLog(out)).state().held).toHaveLength(2);
  });

  it("a log that is damaged in its middle is said, and nothing is written to it", async () => {
    await studio.edit(id, squareEdit({ frame: 0, y: 0, x: 0 }, 0, 50));
    const file = join(out, "corrections", "log.jsonl");
    const damaged = readFileSync(file, "utf8").replace('"number":1,', '"number":7,');
    writeFileSync(file, `${damaged} \n`);
    const answer = await studio.edit<ErrorAnswer>(id, squareEdit({ frame: 0, y: 10, x: 0 }, 0, 51));
    expect([answer.status, answer.body.kind]).toEqual([400, "CorruptFile"]);
    expect(readFileSync(file, "utf8")).toBe(`${damaged} \n`);
  });
});

describe("the command line beside the studio", { timeout: 120_000 }, () => {
  it("takes edits in; edits meanwhile go on; tracks are corrected after it; edits of earlier labels are said", async () => {
    await drawMovie(studio);
    const before = (await stateOf(studio)).labelLayers;
    const running = karyonRun();
    let isOver = false;
    void running.then(() => (isOver = true));
    let edits = 0;
    while (!isOver) {
      const [before80, after80] = edits < 14 ? [0, 80] : [80, 0];
      const square = squareEdit({ frame: 3, y: 6 * (edits % 14), x: 80 }, before80, after80);
      const { status, body } = await studio.edit<ErrorAnswer>(id, square);
      if (status !== 200) expect([status, body.error]).toEqual([409, expect.stringMatching(/\.$/)]);
      else edits = (edits + 1) % 28;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await running).toMatchObject({ code: 0 });
    const state = await stateOf(studio);
    expect(state.labelLayers.tracks).toBeGreaterThan(0);
    expect(state.labelLayers.labels!).toBeGreaterThanOrEqual(before.labels!);
    const spots = await tableOf(studio, "spots");
    expect(spots.count).toBeGreaterThanOrEqual(2 * frameCount);
    await checkTracks(studio, spots);
    // Labels that are made in another way are others.
    expect(await karyonRun({ segment: { overlapThreshold: 0.31, probabilityThreshold: 0.9 } })).toMatchObject(
      {
        code: 0,
      },
    );
    await checkOutdated(studio);
  });
});

/** Edits of tracks change their tables at once; those that do not apply are said. */
async function checkTracks(client: StudioClient, spots: StudioTable): Promise<void> {
  const column = (table: StudioTable, key: string): Float64Array => numbersIn(table, key)!;
  const parents = column(spots, "parent_spot");
  const child = parents.findIndex((parent) => parent >= 0);
  const place = (row: number): TrackEdit["spots"][number] => ({
    frame: column(spots, "frame")[row]!,
    y: column(spots, "y")[row]!,
    x: column(spots, "x")[row]!,
  });
  const tracks = (await tableOf(client, "tracks")).count;
  const gesture = (what: TrackGesture, ...places: TrackEdit["spots"]): Promise<{ body: EditAnswer }> =>
    client.edit<EditAnswer>(id, { layer: "tracks", gesture: what, spots: places });
  const cut = await gesture("cut", place(parents[child]!), place(child));
  expect(cut.body.corrections.unapplied).toEqual([]);
  expect((await tableOf(client, "tracks")).count).toBe(tracks + 1);
  const after = await tableOf(client, "spots");
  expect(after.count).toBe(spots.count);
  expect(column(after, "parent_spot").filter((parent) => parent < 0).length).toBe(
    parents.filter((parent) => parent < 0).length + 1,
  );
  const lost = await gesture("delete", { frame: 0, y: 95, x: 0 });
  expect(lost.body.corrections.unapplied).toEqual([expect.stringMatching(/There is no nucleus at/)]);
  await post(client, "undo");
  await gesture("delete", place(child));
  expect((await tableOf(client, "spots")).count).toBe(spots.count - 1);
  await post(client, "undo");
  await post(client, "undo");
  expect((await tableOf(client, "tracks")).count).toBe(tracks);
}

async function checkOutdated(client: StudioClient): Promise<void> {
  const { corrections } = await stateOf(client);
  expect(corrections.unapplied).toEqual([
    expect.stringMatching(
      /^\d+ edits by hand of the labels were made on an earlier result and no longer apply/,
    ),
  ]);
  // What they did would be done to other objects.
  expect(corrections.canUndo).toBe(false);
  expect((await post<UndoAnswer>(client, "undo")).body.edit).toBeNull();
  const chunk = await chunkOf(client, 0);
  expect(chunk.at(12, 42)).not.toBe(71);
  const present = chunk.at(0, 0);
  const made = await client.edit<{ corrections: CorrectionCounts }>(
    id,
    squareEdit({ frame: 0, y: 0, x: 0 }, present, 90),
  );
  expect(made.body.corrections).toMatchObject({ edits: { labels: 1 }, canUndo: true, unapplied: [] });
}
