import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveConfig } from "../config/config.js";
import { annotate, trackLabels } from "../run/commands.js";
import { simulateOptionsOf, simulateTo } from "../simulate/simulation.js";
import { readLabels, writeLabels } from "../store/labelfiles.js";
import { formatReplay, replay } from "./replay.js";

let root: string;
const at = (...names: string[]): string => join(root, ...names);

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "karyon-replay-"));
  const config = resolveConfig(
    { general: { threads: 1 }, simulate: { frames: 2, size: 128, diameter: 16 } },
    "test",
  );
  await simulateTo(at("movie"), simulateOptionsOf(config), { overwrite: false }, {});
  await annotate({ inputs: [at("movie/01")], out: at("set"), config, overwrite: false });
  await trackLabels({ labels: at("movie/01_GT/TRA"), out: at("tracks"), config, overwrite: false });
}, 120_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A copy of a result whose inputs are found as those of the result itself. */
function copied(name: string, copy: string): string {
  cpSync(at(name), at(copy), { recursive: true });
  return at(copy);
}

describe("a result that is made again", { timeout: 120_000 }, () => {
  it.each(["set", "tracks"])("is equal but for times: %s", async (name) => {
    const before = readdirSync(root);
    const result = await replay({ run: at(name) });
    expect(result.different).toEqual([]);
    expect([result.same, result.exceptTimes]).toEqual([true, ["run.json"]]);
    expect(result.equal).toBeGreaterThan(3);
    expect(formatReplay(result)).toMatch(/^Equal: \d+ files byte for byte, 1 file but for times/);
    expect(readdirSync(root)).toEqual(before);
  });

  it("differs where labels, a table or an option were changed, and says in what", async () => {
    const copy = copied("set", "changed");
    const mask = join(copy, "masks/t000.tif");
    const labels = await readLabels(mask);
    labels.data[0] = 9;
    await writeLabels(mask, labels);
    const table = join(copy, "objects.csv");
    const [header, first, ...rest] = readFileSync(table, "utf8").split("\n");
    writeFileSync(table, [header, first!.replace(/,[^,]*$/, ",7"), ...rest].join("\n"));
    rmSync(join(copy, "images/t001.tif"), { force: true });
    const result = await replay({ run: copy, out: at("kept") });
    const said = Object.fromEntries(result.different.map(({ file, what }) => [file, what.join("; ")]));
    expect(result.same).toBe(false);
    expect(said["masks/t000.tif"]).toBe("1 of 16384 px differ");
    expect(said["objects.csv"]).toMatch(/^column \w+: 1 of \d+ rows/);
    expect(Object.keys(said).length).toBeLessThanOrEqual(3);
    expect(existsSync(at("kept", "run.json"))).toBe(true);
    await expect(replay({ run: copy, out: at("kept") })).rejects.toThrow(/kept is not empty/);
  });

  it("has other inputs: one sentence, and nothing is made", async () => {
    const copy = copied("set", "other");
    const record = readFileSync(join(copy, "run.json"), "utf8");
    writeFileSync(join(copy, "run.json"), record.replace(/"sha256": "\w{4}/, '"sha256": "0000'));
    await expect(replay({ run: copy })).rejects.toThrow(
      /t000\.tif: expected the file that the result was made from \(SHA-256 0000\w{8}\), received other contents/,
    );
    writeFileSync(join(copy, "run.json"), record.replaceAll("movie/01", "gone/01"));
    await expect(replay({ run: copy })).rejects.toThrow(/nothing of that name; say with --inputs/);
    expect((await replay({ run: copy, inputs: at("movie/01") })).same).toBe(true);
  });

  it("is refused where the record does not say enough, or there is none", async () => {
    await expect(replay({ run: at("movie") })).rejects.toThrow(/\.$/);
    await expect(replay({ run: at("movie/01") })).rejects.toThrow(/a folder without run\.json/);
  });
});
