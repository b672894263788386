/** The workflow through its engine on two cores. Without Snakemake it is skipped; SNAKEMAKE may name it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { compareFolders } from "../src/pipeline/replay/differingfiles.js";
import { bin } from "./commandline.js";

const snakemake = process.env.SNAKEMAKE ?? "snakemake";
const isThere = spawnSync(snakemake, ["--version"]).status === 0;
const snakefile = fileURLToPath(new URL("../workflow/Snakefile", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "karyon-snakemake-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const network =
  "--steps 100 --batch 4 --patch 48 --filters 8 --depth 2 --nucleus-size 24 --learning-rate 0.003";
const calibration = "--pixel-size 0.5 --frame-interval 300";
const options = `${calibration} --no-overlays ${network}`;
const common = "--threads 1 --memory 1GB --device cpu";

/** Calls a program in a folder; it must succeed. */
function must(folder: string, command: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: "utf8" });
  expect(status, `${args.join(" ")}\n${stdout}\n${stderr}`).toBe(0);
}

/** Three movies of three frames, and the table that names them. */
function makeMovies(folder: string): void {
  mkdirSync(folder);
  const lines = ["file,condition,replicate"];
  for (const i of [1, 2, 3]) {
    const scene = ["--scene", "easy", "--size", "128", "--frames", "3", "--diameter", "20"];
    must(folder, process.execPath, [bin, "simulate", "-o", `m${i}`, "--seed", String(i), ...scene]);
    lines.push(`m${i}/01,${i === 2 ? "b" : "a"},${i}`);
  }
  writeFileSync(join(folder, "samples.csv"), `${lines.join("\n")}\n`);
}

const configuration = `
karyon: '"${process.execPath}" "${bin}"'
threads: 1
memory: 1GB
studies:
  three: { table: samples.csv, options: ${options}, movies: 3, frames: 3, megapixels: 0.02, frame_shards: 2 }
  again: { table: samples.csv, options: ${calibration}, movies: 3, frames: 3, megapixels: 0.02, shards: 2,
    model: three }
`;

it.skipIf(!isThere)(
  "studies of three movies through Snakemake, in parts of frames and of movies, are the studies themselves",
  async () => {
    const [parted, whole] = [join(work, "parted"), join(work, "whole")];
    for (const folder of [parted, whole]) makeMovies(folder);
    writeFileSync(join(parted, "config.yaml"), configuration);
    const engine = ["--snakefile", snakefile, "--configfile", "config.yaml", "--cores", "2"];
    must(parted, snakemake, engine);
    const three = `study samples.csv -o results/three ${common} ${options}`;
    const again = `study samples.csv -o results/again ${common} ${calibration} --model results/three/model`;
    for (const study of [three, again]) must(whole, process.execPath, [bin, ...study.split(" ")]);

    for (const [name, least] of [
      ["three", 200],
      ["again", 150],
    ] as const) {
      const places = [whole, parted].map((folder) => join(folder, "results", name)) as [string, string];
      const { equal, different } = await compareFolders(...places);
      expect(different, name).toEqual([]);
      expect(equal, name).toBeGreaterThan(least);
    }
    const repeated = spawnSync(snakemake, engine, { cwd: parted, encoding: "utf8" });
    expect(repeated.stderr + repeated.stdout).toContain("Nothing to be done");
  },
  900_000,
);
