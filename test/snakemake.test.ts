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
  "--steps 60 --batch 4 --patch 48 --filters 8 --depth 2 --nucleus-size 24 --learning-rate 0.003";
const options = `--pixel-size 0.5 --frame-interval 300 --no-overlays ${network}`;
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
  three: { table: samples.csv, options: ${options}, movies: 3, frames: 3, megapixels: 0.02, shards: 2 }
`;

it.skipIf(!isThere)(
  "a study of three movies through Snakemake is the study itself, and is not done twice",
  async () => {
    const [parted, whole] = [join(work, "parted"), join(work, "whole")];
    for (const folder of [parted, whole]) makeMovies(folder);
    writeFileSync(join(parted, "config.yaml"), configuration);
    const engine = ["--snakefile", snakefile, "--configfile", "config.yaml", "--cores", "2"];
    must(parted, snakemake, engine);
    const study = `study samples.csv -o results/three ${common} ${options}`;
    must(whole, process.execPath, [bin, ...study.split(" ")]);

    const { equal, different } = await compareFolders(
      join(whole, "results/three"),
      join(parted, "results/three"),
    );
    expect(different).toEqual([]);
    expect(equal).toBeGreaterThan(60);
    const again = spawnSync(snakemake, engine, { cwd: parted, encoding: "utf8" });
    expect(again.stderr + again.stdout).toContain("Nothing to be done");
  },
  600_000,
);
