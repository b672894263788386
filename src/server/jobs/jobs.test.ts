/** Jobs of a project on simulated frames, with networks of a few steps. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jobMovie, type JobProject, openJobProject, work } from "../../../test/jobmovie.js";
import { type Asked, discard, eventOf } from "../../../test/studioproject.js";
import { parseCsv } from "../../io/csv.js";
import type { PartialConfig } from "../../pipeline/config/partialconfig.js";
import { withOutputLock } from "../../pipeline/store/lock.js";
import type { EpochRecord, ModelSummary, StudioTable } from "../messages.js";
import { jobsOf } from "./projectjobs.js";
import { numbersIn } from "./tablecolumns.js";

const minutes = 60_000;

let root = "";
beforeAll(async () => {
  root = await jobMovie();
});
afterAll(() => discard(root));

const open = (name: string, config?: PartialConfig): Promise<JobProject> =>
  openJobProject(root, name, config);

const tableOf = async (
  ask: (method: string, path: string) => Promise<Asked>,
  name: string,
): Promise<StudioTable> => (await ask("GET", `/projects/p/tables/${name}`)).body as StudioTable;

describe("the jobs of a project", () => {
  it(
    "go up to a stage and on to the next, tell how far they are, and leave tables and a queue",
    { timeout: 4 * minutes },
    async () => {
      const opened = await open("whole");
      const { ask, events, project, out } = opened;
      expect((await ask("GET", "/projects/p/jobs/current")).body).toBeNull();
      expect((await tableOf(ask, "spots")).count).toBe(0);

      expect(await work(opened, { until: "annotate" })).toMatchObject({
        number: 1,
        state: "done",
        error: "",
      });
      expect(existsSync(join(out, "annotation"))).toBe(true);
      expect(existsSync(join(out, "model"))).toBe(false);

      const running = work(opened, { until: "train" });
      await eventOf(project, (event) => event.type === "epoch");
      const refused = await ask("POST", "/projects/p/jobs", { until: "train" });
      expect([refused.status, refused.body]).toEqual([
        409,
        { kind: "Busy", error: "Another job of this project goes on; wait until it ends, or stop it." },
      ]);
      expect((await running).state).toBe("done");
      const epochs = events.flatMap((event) => (event.type === "epoch" ? [event.record] : []));
      expect(epochs.length).toBeGreaterThan(3);
      const training = await ask("GET", "/projects/p/models/model/training");
      const last = (training.body as EpochRecord[]).at(-1)!;
      expect(last).toMatchObject({ epoch: epochs.at(-1)!.epoch, step: epochs.at(-1)!.step });
      expect(last.validationLoss).toBeCloseTo(epochs.at(-1)!.validationLoss!, 6);

      expect((await work(opened, { until: "analyse" })).state).toBe("done");
      const stages = events.flatMap((event) =>
        event.type === "pipeline" && event.event.event === "done" ? [event.event.stage] : [],
      );
      expect(stages.filter((stage) => stage !== "read")).toEqual([
        "annotate",
        "train",
        "segment",
        "track",
        "analyse",
      ]);
      await checkTables(ask, out);
      await checkReview(ask);
      await checkExports(opened);
      await checkModels(opened);
      await jobsOf(project).close();
    },
  );

  it("say why they fail, and the server lives on", { timeout: minutes }, async () => {
    const opened = await open("failing");
    const { ask, project, out } = opened;
    await withOutputLock(out, async () => {
      const { state, error } = await work(opened, { until: "annotate" });
      expect(state).toBe("failed");
      expect(error).toMatch(/failing is being written by this very process since .*; wait until it ends/);
    });
    const unknown = await ask("POST", "/projects/p/jobs", { until: "everything" });
    expect([unknown.status, (unknown.body as { error: string }).error]).toEqual([
      400,
      expect.stringMatching(/^until: expected annotate, .*received everything\.$/),
    ]);
    expect((await ask("POST", "/projects/p/jobs", { export: "roi" })).body).toMatchObject({
      error: "export: expected results to be exported, received none; segment the images first.",
    });
    expect((await work(opened, { until: "annotate" })).state).toBe("done");
    await jobsOf(project).close();
  });

  it(
    "are stopped with finished stages kept, by the user and when the project is closed",
    { timeout: 2 * minutes },
    async () => {
      const opened = await open("stopped");
      const { ask, project, out } = opened;
      const stopped = work(opened, { until: "train" });
      await eventOf(project, (event) => event.type === "job" && event.job.stage === "train");
      await ask("POST", "/projects/p/jobs/current/stop", {});
      expect((await stopped).state).toBe("paused");
      expect(existsSync(join(out, "annotation"))).toBe(true);
      await ask("POST", "/projects/p/jobs", { until: "train" });
      await eventOf(project, (event) => event.type === "job" && event.job.stage === "train");
      await jobsOf(project).close();
      expect(jobsOf(project).runner.current()!.state).toBe("paused");
      expect(existsSync(join(root, ".stopped.lock"))).toBe(false);
    },
  );
});

async function checkTables(ask: JobProject["ask"], out: string): Promise<void> {
  const csv = (file: string): Record<string, string>[] => {
    const { header, rows } = parseCsv(readFileSync(join(out, file), "utf8"));
    return rows.map((row) => Object.fromEntries(header.map((name, k) => [name, row[k]!])));
  };
  const numbers = (rows: Record<string, string>[], name: string): number[] =>
    rows.map((row) => (row[name] === "" ? NaN : Number(row[name])));
  const expectColumns = async (
    name: string,
    rows: Record<string, string>[],
    columns: Record<string, string>,
  ): Promise<StudioTable> => {
    const table = await tableOf(ask, name);
    expect(table.count).toBe(rows.length);
    for (const [key, header] of Object.entries(columns))
      expect([...numbersIn(table, key)!], `${name}.${key}`).toEqual(numbers(rows, header));
    return table;
  };
  const objects = csv("annotation/objects.csv");
  const candidates = await expectColumns("candidates", objects, {
    frame: "frame",
    candidate: "candidate",
    y: "y_px",
    area: "area_px2",
    score: "score",
  });
  expect(candidates.columns.slice(0, 2).map(({ key }) => key)).toEqual(["frame", "candidate"]);
  expect(candidates.columns.find(({ key }) => key === "reason")!.values).toEqual(
    objects.map((row) => row["reason"]),
  );
  const kept = objects.filter((row) => row["kept"] === "1");
  await expectColumns("annotation", kept, { frame: "frame", label: "label", x: "x_px" });
  await expectColumns("labels", csv("labels/objects.csv"), {
    frame: "frame",
    label: "label",
    score: "score",
  });
  const nuclei = csv("statistics/nuclei.csv");
  const spots = await expectColumns("spots", csv("tracks/spots.csv"), {
    frame: "frame",
    label: "mask_label",
    track: "track",
    y: "y_px",
    parent_spot: "parent_spot",
  });
  expect(spots.count).toBeGreaterThan(30);
  expect([...numbersIn(spots, "speed")!]).toEqual(
    nuclei.map((row) => Number(row["speed_px_per_frame"] === "" ? NaN : row["speed_px_per_frame"])),
  );
  expect(spots.columns.find(({ key }) => key === "speed")).toMatchObject({
    title: "Speed",
    unit: "px/frame",
  });
  await expectColumns("tracks", csv("statistics/tracks.csv"), {
    track: "track",
    parent: "parent",
    mean_speed: "mean_speed_px_per_frame",
  });
  await expectColumns("divisions", csv("tracks/divisions.csv"), { frame: "frame", mother: "mother_track" });
  expect((await ask("GET", "/projects/p/tables/other")).status).toBe(400);
}

async function checkReview(ask: JobProject["ask"]): Promise<void> {
  const items = (await ask("GET", "/projects/p/review")).body as {
    doubt: number;
    reason: string;
    layer: string;
  }[];
  expect(items.length).toBeGreaterThan(3);
  expect(items.length).toBeLessThanOrEqual(500);
  const doubts = items.map(({ doubt }) => doubt);
  expect(doubts).toEqual([...doubts].sort((a, b) => b - a));
  expect(new Set(items.map(({ layer }) => layer)).size).toBeGreaterThan(1);
  expect(items.every(({ reason }) => reason.endsWith("."))).toBe(true);
}

async function checkExports(opened: JobProject): Promise<void> {
  const { ask, project } = opened;
  expect((await work(opened, { export: "roi" })).state).toBe("done");
  expect((await work(opened, { export: "trackmate,png" })).state).toBe("done");
  expect(project.config().run.export).toBe("png,roi,trackmate");
  const { body } = await ask("GET", "/projects/p/exports");
  const { formats, files } = body as { formats: { name: string }[]; files: { path: string; size: number }[] };
  expect(formats.map(({ name }) => name)).toContain("geff");
  expect(files.map(({ path }) => path)).toEqual(["movie.xml", "movie_RoiSet.zip", "png"]);
  const roi = await ask("GET", "/projects/p/exports/movie_RoiSet.zip");
  expect((roi.body as Uint8Array).length).toBe(files[1]!.size);
  expect(roi.headers.get("Content-Disposition")).toMatch(/^attachment/);
  const folder = (await ask("GET", "/projects/p/exports/png")).body as Uint8Array;
  expect([...folder.subarray(0, 2)]).toEqual([0x50, 0x4b]);
  for (const path of ["..%2frun.json", "../run.json", "%2e%2e/run.json", "none", ".hidden"])
    expect((await ask("GET", `/projects/p/exports/${path}`)).status).toBe(404);
  expect((await ask("GET", "/projects/p/files/statistics/tracks.csv")).headers.get("Content-Type")).toMatch(
    /csv/,
  );
}

async function checkModels(opened: JobProject): Promise<void> {
  const { ask, project, out } = opened;
  const kept = (await ask("POST", "/projects/p/models", { keep: "first try" })).body as ModelSummary[];
  expect(kept.map(({ name, isOwn, isChosen }) => [name, isOwn, isChosen])).toEqual([
    ["model", true, true],
    ["first try", false, false],
  ]);
  expect(kept[1]!.steps).toBe(kept[0]!.steps);
  for (const name of ["model", "../x", "a/b", ".x", ""])
    expect((await ask("POST", "/projects/p/models", { keep: name })).status).toBe(400);
  expect((await ask("POST", "/projects/p/models", { keep: "first try" })).status).toBe(409);
  await ask("POST", "/projects/p/models/choose", { name: "first try" });
  expect(project.config().run.model).toBe(join(out, "models", "first try"));
  expect((await ask("DELETE", "/projects/p/models/first%20try")).status).toBe(409);
  expect((await work(opened, { until: "segment" })).state).toBe("done");
  // Who trains makes the own network, whatever was chosen.
  expect((await work(opened, { until: "train" })).state).toBe("done");
  await ask("POST", "/projects/p/models/choose", { name: "model" });
  expect(project.config().run.model).toBeUndefined();
  const left = (await ask("DELETE", "/projects/p/models/first%20try")).body as ModelSummary[];
  expect(left.map(({ name }) => name)).toEqual(["model"]);
  expect(existsSync(join(out, "models", "first try"))).toBe(false);
  expect((await ask("DELETE", "/projects/p/models/model")).status).toBe(409);
}
