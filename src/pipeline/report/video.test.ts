/** The movie of the tracks, with a program in the place of ffmpeg that notes what it is given. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { analyse } from "../../analyse/analyse.js";
import { Cancelled, CorruptFile } from "../../core/errors.js";
import type { Image, ImageSource } from "../../core/image.js";
import { emptyNuclei } from "../../core/nuclei.js";
import { decodePng, pngHeader } from "../../io/png/png.js";
import { resolveConfig } from "../config/config.js";
import { resultFrom } from "../stage/stage.js";
import { videoFormat } from "./ffmpeg.js";
import { figuresStage } from "./figures.js";
import type { RunResults } from "./results.js";
import { type MovieInput, smallMovieName, writeMovie } from "./video.js";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-movie-"));
});
afterAll(() => rmSync(root, { recursive: true }));
let folder = "";
const fresh = (): string => (folder = mkdtempSync(join(root, "out-")));
afterEach(() => {
  // Nothing half-written stays, whatever happened.
  if (folder !== "") expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  folder = "";
});

const [height, width, frames] = [45, 61, 6];
const picture = (t: number): Image => ({
  height,
  width,
  data: Uint8Array.from({ length: height * width }, (_, i) => (i * 7919 + t * 31) % 97),
  pixelSize: 0.5,
});
const source: ImageSource = {
  name: "movie",
  kind: "movie",
  frames,
  channels: 1,
  slices: 1,
  frameNames: Array.from({ length: frames }, (_, t) => `t${t}`),
  pixelSize: 0.5,
  frameInterval: 300,
  notices: [],
  read: async (t) => picture(t),
  size: async () => ({ height, width }),
  readWindow: async () => Promise.reject(new Error("not asked for")),
};
const nuclei = emptyNuclei(frames);
for (let t = 0; t < frames; t++) {
  nuclei.frame[t] = t;
  nuclei.label[t] = 1;
  nuclei.y[t] = 20 + t;
  nuclei.x[t] = 10 + 6 * t;
}
const statistics = analyse(
  {
    nuclei,
    frames,
    edges: Uint32Array.from(Array.from({ length: frames - 1 }, (_, t) => [t, t + 1]).flat()),
  },
  { height, width, pixelSize: 0.5, frameInterval: 300 },
);
const input = (program: string): MovieInput => ({
  source,
  config: resolveConfig({}, "the test"),
  window: undefined,
  nuclei,
  statistics,
  program,
});

/**
 * A program that lists `encoders`, and as an encoder writes its arguments and the number of bytes it read, or
 * stops after the first with an error.
 */
function fake(encoders: string, fails = false): string {
  const path = join(mkdtempSync(join(root, "bin-")), "ffmpeg");
  writeFileSync(
    path,
    `#!${process.execPath}
const fs = require("node:fs"), args = process.argv.slice(2);
if (args.includes("-encoders")) { console.log("Encoders:\\n ------\\n${encoders}"); process.exit(0); }
let bytes = 0;
process.stdin.on("data", (part) => {
  bytes += part.length;
  if (${fails}) { fs.writeFileSync(args.at(-1), "half"); console.error("first trouble\\nNo room for tests"); process.exit(7); }
});
process.stdin.on("end", () => fs.writeFileSync(args.at(-1), JSON.stringify({ args, bytes })));
`,
  );
  chmodSync(path, 0o755);
  return path;
}
const h264 = " V....D libx264              H.264",
  vp9 = " V....D libvpx-vp9           VP9",
  aac = " A....D aac                  AAC";
const nothing = "/nowhere/ffmpeg";
const compiled = new URL("../../../dist/pipeline/report/ffmpeg.js", import.meta.url).href;

describe("videoFormat", () => {
  it("takes H.264, then VP9, and nothing where neither or no program is there", async () => {
    expect((await videoFormat(fake(`${vp9}\\n${h264}`)))?.extension).toBe("mp4");
    expect((await videoFormat(fake(`${aac}\\n${vp9}`)))?.encoder).toBe("libvpx-vp9");
    expect(await videoFormat(fake(aac))).toBeUndefined();
    expect(await videoFormat(nothing)).toBeUndefined();
  });
});

describe("writeMovie", () => {
  it("hands every frame to ffmpeg, with their size and an encoding that browsers play", async () => {
    const out = fresh();
    expect(await writeMovie(out, input(fake(h264)), {})).toEqual({ name: "tracks.mp4", notices: [] });
    expect(readdirSync(out).sort()).toEqual(["tracks.mp4", smallMovieName]);
    const { args, bytes } = JSON.parse(readFileSync(join(out, "tracks.mp4"), "utf8")) as {
      args: string[];
      bytes: number;
    };
    // Enlarged four times.
    expect(args[args.indexOf("-s") + 1]).toBe(`${4 * width}x${4 * height}`);
    expect(bytes).toBe(frames * 16 * height * width * 3);
    expect(args.join(" ")).toMatch(/-c:v libx264 .*-pix_fmt yuv420p .*\+faststart/);
    expect(args.join(" ")).toContain("pad=ceil(iw/2)*2:ceil(ih/2)*2");
    // The name says whose it is, so that what a killed process leaves is removed; the format is told apart.
    expect(args.at(-1)).toMatch(/\/\.tracks\.mp4\.[^/]+\.unfinished$/);
    expect(args.slice(-3, -1)).toEqual(["-f", "mp4"]);
  });

  it("is an animated PNG without ffmpeg, the same bytes each time", async () => {
    const out = fresh();
    expect(await writeMovie(out, input(nothing), {})).toEqual({ name: "tracks.png", notices: [] });
    const bytes = readFileSync(join(out, "tracks.png"));
    const { plane } = decodePng(bytes, "tracks.png");
    expect([plane.height, plane.width]).toEqual([4 * height, 4 * width]);
    expect(bytes.toString("latin1").match(/fcTL/g)).toHaveLength(frames);
    const again = join(out, "again");
    await writeMovie(again, input(nothing), {});
    expect(readFileSync(join(again, "tracks.png")).equals(bytes)).toBe(true);
  });

  it("goes over to an animated PNG where ffmpeg fails, says why, and leaves nothing of it", async () => {
    const out = fresh();
    const { name, notices } = await writeMovie(out, input(fake(h264, true)), {});
    expect(name).toBe("tracks.png");
    expect(notices).toEqual([
      "The movie of the tracks could not be written as MP4 (ffmpeg ended with code 7: No room for " +
        "tests): it is an animated PNG instead.",
    ]);
    expect(readdirSync(out).sort()).toEqual(["tracks.png", smallMovieName]);
  });

  it("passes on what is wrong with the images, and stops where it is told to", async () => {
    const out = fresh();
    const broken = {
      ...source,
      read: async (t: number) =>
        t === 4 ? Promise.reject(new CorruptFile("t4.tif", 0, "it is broken")) : picture(t),
    };
    for (const program of [fake(h264), nothing])
      await expect(writeMovie(out, { ...input(program), source: broken }, {})).rejects.toThrow(/t4\.tif/);
    const controller = new AbortController();
    await expect(
      writeMovie(out, input(fake(h264)), {
        signal: controller.signal,
        onProgress: ({ done }) => done === 2 && controller.abort(),
      }),
    ).rejects.toThrow(new Cancelled("The drawing of the movie"));
    expect(readdirSync(out)).toEqual([]);
  });

  it("leaves nothing, and no program that writes on, when the process ends in the middle", async () => {
    const out = fresh();
    const program = fake(h264);
    const script = `
      import { openVideo } from ${JSON.stringify(compiled)};
      const format = { extension: "mp4", encoder: "libx264", options: [] };
      const size = { height: 2, width: 2, framesPerSecond: 3 };
      const video = openVideo("tracks", { ...size, format, program: ${JSON.stringify(program)} });
      await video.frame(new Uint8Array(12));
      setTimeout(() => process.exit(3), 300);`;
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: out,
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([3, ""]);
    // Time enough for a program that lives on.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(readdirSync(out)).toEqual([]);
  });

  it("stays small: large frames are reduced, and a long movie leaves out frames in the report", async () => {
    const out = fresh();
    const noise = Uint8Array.from({ length: 780_100 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
    const large = (t: number): Image => ({ height: 300, width: 2600, data: noise.subarray(t, t + 780_000) });
    const long = {
      ...source,
      frames: 60,
      read: async (t: number) => large(t),
      size: async () => ({ height: 300, width: 2600 }),
    };
    await writeMovie(out, { ...input(nothing), source: long }, {});
    const header = (name: string): { height: number; width: number } =>
      pngHeader(readFileSync(join(out, name)), name);
    expect(header("tracks.png")).toMatchObject({ width: 1024, height: 118 });
    const small = readFileSync(join(out, smallMovieName));
    expect(small.toString("latin1").match(/fcTL/g)).toHaveLength(30);
    expect(header(smallMovieName).width).toBeLessThanOrEqual(480);
    expect(small.length).toBeLessThan(2e6);
    expect(existsSync(join(out, "tracks.mp4"))).toBe(false);
  });
});

describe("figuresStage", () => {
  it("is stopped as every stage is", async () => {
    const out = fresh();
    const results = {
      statistics: resultFrom([], async () => statistics),
      model: resultFrom([], async () => ({ curve: [] })),
    } as unknown as RunResults;
    const work = { out, tell: () => undefined, signal: AbortSignal.abort() };
    const stopped = figuresStage(results).make(out, work);
    await expect(stopped).rejects.toThrow(new Cancelled("The drawing of the figures"));
    expect(readdirSync(out)).toEqual([]);
  });
});
