/** Trainings that are paused, ended early and watched, on simulated frames. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jobMovie, type JobProject, openJobProject, quickTraining, work } from "../../../test/jobmovie.js";
import { discard, eventOf } from "../../../test/studioproject.js";
import type { PartialConfig } from "../../pipeline/config/partialconfig.js";
import type { ModelSummary, WatchAnswer } from "../messages.js";
import { jobsOf } from "./projectjobs.js";

const minutes = 60_000;

let root = "";
beforeAll(async () => {
  root = await jobMovie();
});
afterAll(() => discard(root));

const open = (name: string, config?: PartialConfig): Promise<JobProject> =>
  openJobProject(root, name, config);

describe("the trainings of a project", () => {
  it(
    "are paused and go on, with the network that an uninterrupted training gives",
    { timeout: 3 * minutes },
    async () => {
      const whole = await open("whole");
      expect((await work(whole, { until: "train" })).state).toBe("done");
      await jobsOf(whole.project).close();
      const opened = await open("paused");
      const { ask, project, out } = opened;
      const paused = work(opened, { until: "train" });
      await eventOf(project, (event) => event.type === "epoch" && event.record.epoch === 4);
      expect((await ask("POST", "/projects/p/jobs/current/pause", {})).body).toMatchObject({
        state: "stopping",
      });
      expect((await paused).state).toBe("paused");
      expect(existsSync(join(out, "model"))).toBe(false);
      expect((await work(opened, { until: "train" })).state).toBe("done");
      expect(
        readFileSync(join(out, "model/model.onnx")).equals(
          readFileSync(join(root, "whole/model/model.onnx")),
        ),
      ).toBe(true);
      // Nothing goes on any more.
      expect((await ask("POST", "/projects/p/jobs/current/stop", {})).status).toBe(409);
      await jobsOf(project).close();
    },
  );

  it("end a training early, and watch it meanwhile", { timeout: 3 * minutes }, async () => {
    const opened = await open("early", {
      ...quickTraining,
      train: { ...quickTraining.train, steps: 50_000 },
    });
    const { ask, project, events } = opened;
    const window = { y: 8, x: 16, height: 112, width: 96 };
    const seen = eventOf(project, (event) => event.type === "watch");
    const running = work(opened, { until: "train", watch: { frame: 1, window } });
    await seen;
    const watched = (await ask("GET", "/projects/p/watch")).body as WatchAnswer;
    expect(watched).toMatchObject({ frame: 1, window });
    expect(watched.labels.length).toBe(112 * 96);
    const again = eventOf(project, (event) => event.type === "watch" && event.frame === 2);
    await ask("POST", "/projects/p/watch", { frame: 2, window });
    expect(await again).toMatchObject({ frame: 2 });
    expect((await ask("POST", "/projects/p/jobs/current/finish", {})).status).toBe(200);
    expect((await running).state).toBe("done");
    const [model] = (await ask("GET", "/projects/p/models")).body as ModelSummary[];
    expect(model!.steps).toBeLessThan(50_000);
    const told = events.flatMap((event) => (event.type === "job" ? [event.job] : []));
    expect(told.some((job) => job.secondsLeft !== null && job.secondsLeft > 0)).toBe(true);
    await jobsOf(project).close();
  });
});
