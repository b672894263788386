import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultModelConfig } from "../../model/modelconfig.js";
import { startOfPlateau } from "../../model/schedule.js";
import type { TrainingState } from "../../model/train.js";
import { encodeCheckpoint } from "../../model/trainingstate.js";
import { resolveConfig } from "../config/config.js";
import {
  findState,
  type TrainingIdentity,
  originOf,
  removeState,
  stateFolder,
  writeState,
} from "./checkpoint.js";
import { trainingSettings } from "./training.js";

let out: string;
beforeEach(() => {
  out = join(mkdtempSync(join(tmpdir(), "karyon-state-")), "model");
});
afterEach(() => rmSync(join(out, ".."), { recursive: true }));

const { settings } = trainingSettings(resolveConfig({ train: { steps: 90 } }, "the test").train, 1, 2);
const made = {
  model: defaultModelConfig,
  from: undefined,
  kind: "movie",
  images: [
    { name: "a", sha256: "1" },
    { name: "b", sha256: "2" },
  ],
} as const;
const origin: TrainingIdentity = originOf(made, settings);
const weights = Float32Array.of(1, 2);
const state: TrainingState = {
  step: 30,
  weights,
  first: weights,
  second: weights,
  best: { step: 30, value: -Infinity, weights },
  plateau: startOfPlateau,
  history: [],
};
const save = (kept = origin): Promise<void> =>
  writeState(stateFolder(out), encodeCheckpoint({ origin: kept, state }));
const find = (now = origin): ReturnType<typeof findState> => findState(stateFolder(out), now);

describe("the state of an unfinished training", () => {
  it("lies beside the output, and is found by the same training", async () => {
    expect(await find()).toEqual({ origin });
    await save();
    expect(readdirSync(join(out, ".."))).toEqual([".model.checkpoint"]);
    expect(await find()).toEqual({ state, origin, text: "Continuing after step 30 of 90." });
    await removeState(out);
    expect(existsSync(stateFolder(out))).toBe(false);
    await removeState(out);
  });

  it("is used with another number of threads, which it remembers", async () => {
    await save();
    const other = originOf(made, { ...settings, threads: 1 });
    const first = await find(other);
    expect(first.text).toMatch(
      /^Continuing after step 30 of 90 \(the unfinished part was made with 2 threads of .*, onnxruntime .*, not 1 thread of .*: the result can differ from an uninterrupted one in the last bits\)\.$/,
    );
    expect(first.origin.machines.map(({ threads }) => threads)).toEqual([2, 1]);
    await save(first.origin);
    // Back with two: one thread took part all the same.
    expect((await find()).origin.machines.map(({ threads }) => threads)).toEqual([2, 1]);
    expect((await find()).text).toMatch(
      /\(the unfinished part was made with 1 thread of [^,]*, onnxruntime [^,]*, cpu, not 2 threads of .* can differ/,
    );
  });

  it.each<[string, TrainingIdentity, RegExp]>([
    ["settings", originOf(made, { ...settings, steps: 120 }), /settings\.steps \(90 before, 120 now\)\.$/],
    [
      "the network",
      originOf({ ...made, model: { ...defaultModelConfig, rays: 16 } }, settings),
      /model\.rays \(32 before, 16 now\)/,
    ],
    [
      "the model to go on from",
      originOf({ ...made, from: "abc" }, settings),
      /from \(undefined before, "abc" now\)/,
    ],
    ["Karyon", { ...origin, karyon: "9.9" }, /karyon \(.* before, "9\.9" now\)/],
    [
      "an image",
      originOf({ ...made, images: [made.images[0], { name: "b", sha256: "3" }] }, settings),
      /the image b or its mask has changed/,
    ],
    [
      "the list of images",
      originOf({ ...made, images: [...made.images, { name: "c", sha256: "3" }] }, settings),
      /the image c or its mask is new/,
    ],
    [
      "a shorter list",
      originOf({ ...made, images: [made.images[0]] }, settings),
      /2 images were used before, 1 are now/,
    ],
  ])("is passed over with a reason when %s changed", async (_, now, reason) => {
    await save();
    const { state: found, origin: kept, text } = await find(now);
    expect([found, kept]).toEqual([undefined, now]);
    expect(text).toMatch(/^The unfinished training cannot be continued and starts again: /);
    expect(text).toMatch(reason);
  });

  it("is passed over with a reason when it is broken", async () => {
    await save();
    writeFileSync(join(stateFolder(out), "state"), "half");
    const { state: found, text } = await find();
    expect(found).toBeUndefined();
    expect(text).toMatch(
      /^The unfinished training starts again, because its saved state cannot be used: .*not a saved training state/,
    );
  });
});
