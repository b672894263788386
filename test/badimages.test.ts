/** Bad images: each gives what `docs/badimages.md` says, or one clear sentence. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isKaryonError } from "../src/core/errors.js";
import type { LabelImage } from "../src/core/labels.js";
import { encodeTiff } from "../src/io/tiff/encode.js";
import { resolveConfig } from "../src/pipeline/config/config.js";
import { evaluateLabels } from "../src/pipeline/evaluate/evaluation.js";
import { annotate } from "../src/pipeline/run/commands.js";
import { assertedOf, type BadImage, type Expected } from "./badimages/badcase.js";
import { badImages, badImagesPage } from "./badimages/cases.js";

const config = resolveConfig({ general: { threads: 1 }, annotate: { overlays: false } }, "the test");
let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-bad-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Of a result: how many were kept, what was told, and how right it is. */
interface Outcome {
  readonly kept: number;
  readonly notices: readonly string[];
  readonly f1?: number;
}

async function outcomeOf(bad: BadImage): Promise<Outcome> {
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

describe.each(badImages)("bad images: %s", (_, cases) => {
  it.each(cases.map((bad) => [bad.name, bad] as const))("%s", async (name, bad) => {
    const expected = assertedOf(bad);
    const outcome = await outcomeOf(bad).catch((error: unknown) => error);
    if (process.env["KARYON_SHOW"]) console.log(name, outcome instanceof Error ? String(outcome) : outcome);
    if ("error" in expected) {
      if (!isKaryonError(outcome))
        throw outcome instanceof Error ? outcome : new Error(`${name} was accepted`);
      expect(outcome.kind).toMatch(new RegExp(`^(${expected.error})$`));
      expect(outcome.message).toMatch(expected.says);
      expect(outcome.message).toMatch(/^[^\n]*\.$/);
    } else {
      if (outcome instanceof Error) throw outcome;
      check(outcome as Outcome, expected);
    }
  });
});

describe("the corpus", () => {
  it("has at least 60 cases, each with a name of its own", () => {
    const names = badImages.flatMap(([, cases]) => cases.map(({ name }) => name));
    expect(names.length).toBeGreaterThanOrEqual(60);
    expect(new Set(names).size).toBe(names.length);
  });

  it("stands in docs/badimages.md", async () => {
    await expect(badImagesPage()).toMatchFileSnapshot("../docs/badimages.md");
  });
});
