import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differing } from "../../../test/planes.js";
import { annotateMovie } from "../../annotate/annotatemovie.js";
import { sourceOfImages } from "../../core/imagesource.js";
import { parseCsv } from "../../io/csv.js";
import { simulatePresets } from "../../simulate/scene.js";
import { simulate } from "../../simulate/simulate.js";
import { objectHeader } from "../../workers/frame.js";
import { resolveConfig } from "../config/config.js";
import type { Config } from "../config/options.js";
import { openSource } from "../source/source.js";
import { readLabels } from "../store/labelfiles.js";
import { annotateInto, annotateOptions, readAnnotation } from "./annotation.js";
import { candidatesInto, mergeInto, scalesInto } from "./annotationparts.js";

let root = "";
const at = (name: string): string => join(root, name);
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-parts-"));
});
afterAll(() => rmSync(root, { recursive: true }));

const simulated = (diameter: number, frames: number, seed: number): ReturnType<typeof simulate> =>
  simulate({ ...simulatePresets.mdck, height: 180, width: 190, frames, diameter, seed });
const imagesOf = (
  ...movies: readonly ReturnType<typeof simulate>[]
): ReturnType<ReturnType<typeof simulate>["image"]>[] =>
  movies.flatMap((movie) => Array.from({ length: movie.frames }, (_, t) => movie.image(t)));

const movie = sourceOfImages(imagesOf(simulated(22, 5, 2)), { kind: "movie", frameInterval: 300 });
/** Two acquisitions. */
const mixed = sourceOfImages(imagesOf(simulated(20, 2, 3), simulated(40, 1, 4), simulated(20, 1, 5)));

const configOf = (annotate: Partial<Config["annotate"]>): Config =>
  resolveConfig({ annotate, general: { threads: 2 } }, "the test");

const cases = [
  ["movie", movie, 2, { composeTouching: 1 }],
  ["images", mixed, 3, { background: "noise", overlays: false, sensitivity: 1.3 }],
  ["paper", movie, 2, { preset: "paper" }],
] as const;

/** The datasets, annotated as a whole. */
beforeAll(async () => {
  for (const [name, source, , options] of cases) {
    mkdirSync(at(name));
    await annotateInto(at(name), source, configOf(options), {});
  }
}, 120_000);

const filesOf = (folder: string): Map<string, Buffer> =>
  new Map(
    readdirSync(at(folder), { recursive: true, encoding: "utf8" })
      .filter((name) => statSync(join(at(folder), name)).isFile())
      .sort()
      .map((name) => [name, readFileSync(join(at(folder), name))]),
  );

describe("an annotation in parts", () => {
  it.each(cases)("has the bytes of the whole: %s", async (name, source, count, options) => {
    const config = configOf(options);
    const target = { parts: at(`${name}-parts`), source, config, context: {} };
    const shards = Array.from({ length: count }, (_, index) => ({ index, count }));
    for (const shard of shards) await scalesInto(target, shard);
    for (const shard of shards) await candidatesInto(target, shard);
    mkdirSync(at(`${name}-merged`));
    const merged = { folder: at(`${name}-merged`), source, config, context: {} };
    const summary = await mergeInto(merged, target.parts, count);

    const [files, expected] = [filesOf(`${name}-merged`), filesOf(name)];
    expect([...files.keys()]).toEqual([...expected.keys()]);
    expect([...files.keys()]).toEqual(
      expect.arrayContaining(["annotation.json", "masks/t000.tif", "objects.csv"]),
    );
    for (const [file, bytes] of files) expect(bytes.equals(expected.get(file)!), file).toBe(true);
    expect(summary.acquisitions).toHaveLength(name === "images" ? 2 : 1);
    expect(summary.images.some(({ kept }) => kept > 3)).toBe(true);
  });

  it("says which part is missing", async () => {
    const target = { parts: at("missing"), source: movie, config: configOf({}), context: {} };
    await scalesInto(target, { index: 0, count: 2 });
    await expect(candidatesInto(target, { index: 0, count: 2 })).rejects.toThrow(
      /missing: expected an entry scales-1-of-2, received none/,
    );
  });
});

describe("an annotation in memory", () => {
  it.each(cases)("is, label by label, what the files hold: %s", async (name, source, _, options) => {
    const dataset = at(name);
    const { frames, summary } = await annotateMovie(source, annotateOptions(configOf(options)));
    const { composed, ...written } = readAnnotation(dataset);
    expect(composed?.length).toBe(name === "movie" ? 1 : undefined);
    expect(JSON.parse(JSON.stringify(summary))).toEqual(written);
    const { rows } = parseCsv(readFileSync(join(dataset, "objects.csv"), "utf8"));
    const column = (key: string): string[] => rows.map((row) => row[objectHeader.indexOf(key)]!);
    expect(column("reason")).toEqual(frames.flatMap(({ annotation }) => [...annotation.objects.reason]));
    expect(column("label")).toEqual(
      frames.flatMap(({ annotation }) => [...annotation.objects.label].map(String)),
    );
    for (const [index, { labels, annotation, image }] of frames.entries()) {
      const file = `${summary.images[index]!.name}.tif`;
      expect(differing(labels.data, (await readLabels(join(dataset, "masks", file))).data)).toBe(0);
      const candidates = await readLabels(join(dataset, "candidates", file));
      expect(differing(annotation.candidates.data, candidates.data)).toBe(0);
      const stored = await (await openSource([join(dataset, "images", file)])).read(0);
      expect(stored.data).toEqual((image ?? (await source.read(index))).data);
    }
  });
});
