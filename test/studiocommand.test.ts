/** `karyon studio` as a user starts and ends it. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whatToOpen } from "../src/server/studio/openstudio.js";
import { bin, type Outcome } from "./commandline.js";
import { simulateInto } from "./simulatedmovie.js";

let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "karyon-studio-command-")));
  simulateInto(join(folder, "movie"));
  mkdirSync(join(folder, "run"));
  const inputs = [{ file: join("..", "movie", "t000.tif"), bytes: 1, sha256: "" }];
  writeFileSync(join(folder, "run", "run.json"), JSON.stringify({ command: "run", stages: {}, inputs }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts it, does something when its first line is there, and ends it with Ctrl-C. */
const started = (args: readonly string[], act: (line: string) => Promise<void>): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, "studio", ...args], {
      cwd: folder,
      env: { ...process.env, PATH: "" },
    });
    let [out, err, acted] = ["", "", false];
    child.stdout.on("data", (text: Buffer) => {
      out += String(text);
      if (acted || !out.includes("\n")) return;
      acted = true;
      act(out.split("\n")[0]!)
        .catch(reject)
        .finally(() => child.kill("SIGINT"));
    });
    child.stderr.on("data", (text: Buffer) => {
      err += String(text);
    });
    child.on("exit", (code) => resolve({ code, out, err }));
  });

const addressOf = (line: string): string => /http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\//.exec(line)![0];

describe("karyon studio", { timeout: 60_000 }, () => {
  it("prints its address first, answers there, and ends with Ctrl-C", async () => {
    let page = 0;
    const { code, out } = await started(["--no-open"], async (line) => {
      expect(line).toMatch(/^Karyon Studio: http/);
      page = (await fetch(addressOf(line))).status;
    });
    expect(page).toBe(existsSync(new URL("../dist/app/index.html", import.meta.url)) ? 200 : 503);
    expect([code, out.split("\n")[1]]).toEqual([0, "Karyon Studio has ended."]);
  });

  it("is JSON where that is asked for, and opens what it is given", async () => {
    let about: unknown;
    await started(["movie/t000.tif", "--no-open", "--json"], async (line) => {
      const { event, address } = JSON.parse(line) as { event: string; address: string };
      expect(event).toBe("studio");
      const { origin, pathname } = new URL(address);
      about = await (await fetch(`${origin}/api${pathname}about`)).json();
    });
    expect(about).toMatchObject({
      roots: [join(folder, "movie")],
      start: { inputs: [join(folder, "movie", "t000.tif")] },
    });
  });

  it("says that no browser could be opened, and goes on", async () => {
    const { code, err } = await started([], () => new Promise((resolve) => setTimeout(resolve, 500)));
    expect([code, err]).toEqual([0, expect.stringContaining("open the address above")]);
  });

  it("refuses ports and origins that are none", async () => {
    const { code, err } = await started(["--no-open", "--port", "99999"], async () => undefined);
    expect([code, err]).toEqual([1, expect.stringContaining("--port: expected a whole number")]);
    const origin = await started(["--no-open", "--allow-origin", "*"], async () => undefined);
    expect([origin.code, origin.err]).toEqual([1, expect.stringContaining("--allow-origin")]);
  });
});

describe("what is opened", () => {
  it("are folders to look through, images, or one run with the folder of its images", () => {
    const at = (...names: string[]): string => join(folder, ...names);
    expect(whatToOpen([folder])).toEqual({ roots: [folder], start: undefined });
    expect(whatToOpen([at("movie", "t000.tif"), at("movie", "t001.tif#0")])).toEqual({
      roots: [at("movie")],
      start: { inputs: [at("movie", "t000.tif"), at("movie", "t001.tif#0")] },
    });
    expect(whatToOpen([at("run")])).toEqual({ roots: [folder, at("movie")], start: { run: at("run") } });
    expect(whatToOpen([at("movie")])).toEqual({ roots: [folder], start: { inputs: [at("movie")] } });
    expect(() => whatToOpen([at("nothing.tif")])).toThrow(/nothing there/);
    expect(() => whatToOpen([at("run"), at("movie")])).toThrow(/one run alone/);
  });

  it("are no folders in which there is something to choose", () => {
    const mixed = join(folder, "mixed");
    simulateInto(join(mixed, "deeper"));
    expect(whatToOpen([mixed])).toEqual({ roots: [mixed], start: undefined });
    for (const name of ["Thumbs.db", ".hidden"]) writeFileSync(join(mixed, "deeper", name), "");
    const deeper = join(mixed, "deeper");
    expect(whatToOpen([deeper])).toEqual({ roots: [mixed], start: { inputs: [deeper] } });
    writeFileSync(join(deeper, "notes.txt"), "");
    expect(whatToOpen([deeper])).toEqual({ roots: [deeper], start: undefined });
    mkdirSync(join(folder, "empty"));
    expect(whatToOpen([join(folder, "empty")]).start).toBeUndefined();
  });

  it("have their results in the current folder where nothing may be written beside them", () => {
    const image = join(folder, "movie", "t000.tif");
    const current = join(folder, "run");
    const opened = whatToOpen([image], { current, mayWrite: (path) => path === current });
    expect(opened).toEqual({
      roots: [current, join(folder, "movie")],
      start: { inputs: [image] },
      notice: `Nothing may be written in ${join(folder, "movie")}: results go to the current folder, ${current}.`,
    });
  });
});
