/** What comes of a bad image, and whether it is what is expected. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isKaryonError } from "../../src/core/errors.js";
import type { LabelImage } from "../../src/core/labels.js";
import { encodeTiff } from "../../src/io/tiff/encode.js";
import { resolveConfig } from "../../src/pipeline/config/config.js";
import { evaluateLabels } from "../../src/pipeline/evaluate/evaluation.js";
import { annotate } from "../../src/pipeline/run/commands.js";
import { assertedOf, type BadImage, type Expected } from "./badcase.js";

const config = resolveConfig({ general: { threads: 1 }, annotate: { overlays: false } }, "the test");

/** Of a result: how many were kept, what was told, and how right it is. */
interface Outcome {
  readonly kept: number;
  readonly notices: readonly string[];
  readonly f1?: number;
}

/** Annotates it. @param root a folder of the test */
async function outcomeOf(root: string, bad: BadImage): Promise<Outcome> {
  const folder = join(root, bad.name);
  const [images, out, truth] = [join(folder, "images"), join(folder, "out"), join(folder, "truth")];
  mkdirSync(images, { recursive: true });
  const labels = bad.make(images);
  const notices: string[] = [];
  const onEvent = (event: { readonly event: string; readonly text?: unknown }): void => {
    if (event.event === "notice") notices.push(String(event.text));
  };
  const inputs = [join(images, bad.input ?? "")];
  const summary = await annotate({ inputs, out, config, overwrite: false }, { onEvent });
  const kept = summary.images.reduce((sum, image) => sum + image.kept, 0);
  const expected = assertedOf(bad);
  if (labels === undefined || "error" in expected || expected.f1 === undefined) return { kept, notices };
  writeTruth(truth, labels);
  const { scores } = await evaluateLabels(truth, join(out, "masks"), {}, [0.5], { partial: true });
  return { kept, notices, f1: scores.pooled.thresholds[0]!.f1 };
}

function writeTruth(folder: string, labels: Readonly<Record<string, LabelImage>>): void {
  mkdirSync(folder);
  for (const [name, { height, width, data }] of Object.entries(labels)) {
    const plane = { height, width, samples: 1, data: Uint16Array.from(data) };
    writeFileSync(join(folder, `${name}.tif`), encodeTiff([plane]));
  }
}

function check(outcome: Outcome, { f1, kept, notice }: Exclude<Expected, { error: string }>): void {
  if (f1 !== undefined) expect(outcome.f1).toBeGreaterThanOrEqual(f1);
  if (kept !== undefined) {
    expect(outcome.kept).toBeGreaterThanOrEqual(kept[0]);
    expect(outcome.kept).toBeLessThanOrEqual(kept[1]);
  }
  if (notice !== undefined) expect(outcome.notices.join("\n")).toMatch(notice);
}

/** Time for one case, ms: the largest has 100,000 nuclei. */
const patience = 300_000;

/** One test for each case. @param root gives a folder of the test, once it is there */
export function testCases(title: string, cases: readonly BadImage[], root: () => string): void {
  describe(`bad images: ${title}`, () => {
    it.each(cases.map((bad) => [bad.name, bad] as const))(
      "%s",
      async (_, bad) => {
        const outcome = await outcomeOf(root(), bad).catch((error: unknown) => error);
        if (process.env["KARYON_SHOW"])
          console.log(bad.name, outcome instanceof Error ? String(outcome) : outcome);
        expectOutcome(bad, outcome);
      },
      patience,
    );
  });
}

function expectOutcome(bad: BadImage, outcome: unknown): void {
  const expected = assertedOf(bad);
  if ("error" in expected) {
    expectSentence(outcome, expected);
    return;
  }
  if (outcome instanceof Error) throw outcome;
  check(outcome as Outcome, expected);
}

/** Fails unless it is an error of that kind, in one sentence. */
export function expectSentence(
  outcome: unknown,
  { error, says }: Extract<Expected, { error: string }>,
): void {
  if (!isKaryonError(outcome)) throw outcome instanceof Error ? outcome : new Error("it was accepted");
  expect(outcome.kind).toMatch(new RegExp(`^(${error})$`));
  expect(outcome.message).toMatch(says);
  expect(outcome.message).toMatch(/^[^\n]*\.$/);
}
