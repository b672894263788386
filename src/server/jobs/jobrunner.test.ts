/** Jobs whose threads do what a test tells them. */
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { discard, testProject, type TestProject } from "../../../test/studioproject.js";
import { Cancelled, OutputError } from "../../core/errors.js";
import { encodeTiff } from "../../io/tiff/encode.js";
import type { PipelineEvent } from "../../pipeline/stage/events.js";
import { removeLockOfThread } from "../../pipeline/store/lock.js";
import { jobRunner, type JobRunner } from "./jobrunner.js";
import type { JobTask } from "./jobtask.js";

let root = "";
let images = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-runner-"));
  images = join(root, "movie");
  mkdirSync(images);
  const plane = { height: 8, width: 8, samples: 1, data: new Uint8Array(64) };
  for (const t of [0, 1]) writeFileSync(join(images, `t${t}.tif`), encodeTiff([plane]));
});
afterAll(() => discard(root));

/** A thread that is told what happens. */
interface ToldThread {
  readonly task: JobTask;
  readonly event: (event: PipelineEvent) => void;
  readonly end: (error?: Error) => void;
  readonly asked: string[];
}

async function runnerOf(config = {}): Promise<{
  runner: JobRunner;
  threads: ToldThread[];
  made: TestProject;
  clock: { now: number };
}> {
  const made = await testProject([images], join(root, "out"), config);
  const threads: ToldThread[] = [];
  const clock = { now: 0 };
  const runner = jobRunner(made.project, {
    now: () => clock.now,
    startThread: (task, { onEvent }) => {
      const asked: string[] = [];
      let end!: ToldThread["end"];
      const ended = new Promise<void>((resolve, reject) => {
        end = (error) => (error === undefined ? resolve() : reject(error));
      });
      threads.push({ task, event: onEvent, end, asked });
      const stop = (): void => {
        asked.push("stop");
        end(new Cancelled());
      };
      return { stop, finish: () => void asked.push("finish"), kill: () => Promise.resolve(), ended };
    },
  });
  return { runner, threads, made, clock };
}

describe("a job", () => {
  it("tells how far it is ten times a second at most, how long it takes, and what came out", async () => {
    const { runner, threads, made, clock } = await runnerOf();
    await runner.start({ until: "segment" });
    const [thread] = threads;
    thread!.event({ event: "stage", stage: "segment", text: "2 frames" });
    const before = made.events.filter(({ type }) => type === "job").length;
    for (let done = 0; done <= 1000; done++) {
      clock.now = 10 * done;
      thread!.event({ event: "progress", stage: "segment", done, total: 2000 });
    }
    expect(made.events.filter(({ type }) => type === "job").length - before).toBeLessThan(5);
    expect(runner.current()).toMatchObject({ stage: "segment", done: 1000, total: 2000, state: "running" });
    expect(runner.current()!.secondsLeft).toBeCloseTo(10, 6);
    thread!.event({ event: "done", stage: "segment", seconds: 1, text: "4 nuclei" });
    thread!.end();
    await runner.settled();
    expect(runner.current()).toMatchObject({ state: "done", stage: "", secondsLeft: null });
    expect(made.events.at(-1)!.type).toBe("state");
    expect(made.events.filter(({ type }) => type === "pipeline")).toHaveLength(2);
  });

  it("hands on epochs without NaN", async () => {
    const { runner, threads, made } = await runnerOf();
    await runner.start({ until: "train" });
    const record = {
      epoch: 1,
      step: 100,
      learningRate: 1e-3,
      loss: 2,
      probabilityLoss: 1,
      distanceLoss: 1,
      validationLoss: NaN,
      validationProbabilityLoss: NaN,
      validationDistanceLoss: NaN,
      score: 0.5,
      seconds: 3,
    };
    threads[0]!.event({ event: "epoch", stage: "train", record });
    expect(made.events.at(-1)).toEqual({
      type: "epoch",
      record: {
        epoch: 1,
        step: 100,
        learningRate: 1e-3,
        loss: 2,
        validationLoss: null,
        score: 0.5,
        seconds: 3,
      },
    });
    threads[0]!.end();
    await runner.settled();
  });

  it("is paused and finished only while it trains", async () => {
    const { runner, threads } = await runnerOf();
    expect(() => runner.stop()).toThrow(/Nothing goes on/);
    await runner.start({ until: "track" });
    threads[0]!.event({ event: "stage", stage: "segment", text: "" });
    expect(() => runner.pause()).toThrow(/Only a training/);
    expect(() => runner.finish()).toThrow(/Only a training/);
    threads[0]!.event({ event: "stage", stage: "train", text: "" });
    expect(runner.finish().state).toBe("running");
    expect(runner.pause().state).toBe("stopping");
    expect(threads[0]!.asked).toEqual(["finish", "stop"]);
    await runner.settled();
    expect(runner.current()!.state).toBe("paused");
  });

  it("fails with a sentence when its thread dies, and the next one starts", async () => {
    const { runner, threads } = await runnerOf();
    await runner.start({ until: "segment" });
    threads[0]!.end(new OutputError("The work ended before it was done (there was not enough memory)."));
    await runner.settled();
    expect(runner.current()).toMatchObject({
      state: "failed",
      error: "The work ended before it was done (there was not enough memory).",
    });
    await runner.start({ until: "segment" });
    threads[1]!.end(new TypeError("x is undefined"));
    await runner.settled();
    expect(runner.current()).toMatchObject({ number: 2, state: "failed" });
    expect(runner.current()!.error).toMatch(/^Karyon made a mistake of its own \(x is undefined\); .*\.$/);
  });

  it("of two that are started at once only one begins", async () => {
    const { runner, threads } = await runnerOf();
    const both = await Promise.allSettled([
      runner.start({ until: "train" }),
      runner.start({ until: "train" }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(threads).toHaveLength(1);
    await runner.close();
    expect(threads[0]!.asked).toEqual(["stop"]);
  });

  it("goes no further than what there is, and replaces a network only where it is asked to", async () => {
    const { runner, threads, made } = await runnerOf({ input: { kind: "images" }, run: { model: "/lent" } });
    const taskOf = async (request: Parameters<JobRunner["start"]>[0]): Promise<JobTask> => {
      await runner.start(request);
      const thread = threads.at(-1)!;
      thread.end();
      await runner.settled();
      return thread.task;
    };
    // Independent images have no tracks, and no format is exported.
    expect(await taskOf({ until: "track" })).toMatchObject({ until: "segment", retrain: "keep" });
    expect((await taskOf({ until: "export" })).until).toBe("segment");
    expect((await taskOf({ until: "report" })).config.run.model).toBe("/lent");
    expect(made.project.settings().partial.run?.model).toBe("/lent");
    const train = await taskOf({ until: "train" });
    expect([train.retrain, train.config.run.model]).toEqual([false, undefined]);
    // What was trained is used from then on.
    expect(made.project.settings().partial.run?.model).toBe(undefined);
    expect((await taskOf({ until: "train", retrain: true })).retrain).toBe(true);
  });
});

describe("a thread that dies while it writes", () => {
  it("leaves no lock, and that of another thread stays", async () => {
    const out = join(root, "locked");
    const lock = new URL("../../../dist/pipeline/store/lock.js", import.meta.url).href;
    const script = `
      import { withOutputLock } from ${JSON.stringify(lock)};
      import { parentPort } from "node:worker_threads";
      withOutputLock(${JSON.stringify(out)}, () => { parentPort.postMessage("locked"); return new Promise(() => {}); });
      setInterval(() => {}, 1000);`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
    const { threadId } = worker;
    await new Promise((resolve) => worker.once("message", resolve));
    const file = join(root, ".locked.lock");
    expect(existsSync(file)).toBe(true);
    await worker.terminate();
    expect(existsSync(file)).toBe(true);
    removeLockOfThread(out, threadId + 1);
    expect(existsSync(file)).toBe(true);
    removeLockOfThread(out, threadId);
    expect(existsSync(file)).toBe(false);
  });
});
