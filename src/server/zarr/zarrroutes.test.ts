/** What the server gives out is read back by our own reader of OME-Zarr, value for value. */
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { Image, ImageSource, PixelData, Window } from "../../core/image.js";
import { sourceOfImages } from "../../core/imagesource.js";
import { labelImage, type LabelSource, labelSourceOf } from "../../core/labels.js";
import { imageSourceOfFile, labelSourceOfFile } from "../../api/filesources.js";
import { openImages, openLabels } from "../../api/openfiles.js";
import { httpStore } from "../../io/httpsource.js";
import { halved } from "../../io/image/halving.js";
import { Refusal } from "../answers.js";
import type { LabelLayerName } from "../messages.js";
import type { LabelLayer, Studio } from "../parts.js";
import { byteCache } from "./bytecache.js";
import { chunkMaker, gridOf, layoutOf, type PlaneReader } from "./chunkpyramid.js";
import { zarrRoutes } from "./zarrroutes.js";

interface Served {
  readonly source: ImageSource;
  readonly layers?: Partial<Record<LabelLayerName, LabelLayer>>;
  number?: number;
}

/** The routes over one project, as a function like `fetch`. */
function serve(served: Served): (path: string, request?: RequestInit) => Promise<Response> {
  const { layers = {} } = served;
  const studio = {
    project: (id: string) => {
      if (id !== "p") throw new Refusal(404, "Unknown", "no such project");
      return project;
    },
    parts: () => ({
      labelLayer: async (name: LabelLayerName) => layers[name],
      state: async () => ({
        labelLayers: Object.fromEntries(Object.entries(layers).map(([name, { version }]) => [name, version])),
      }),
    }),
  } as unknown as Studio;
  const project = { id: "p", source: () => served.source, imagesNumber: () => served.number ?? 1 };
  const api = new Hono();
  zarrRoutes(api, studio);
  api.onError(
    (error) => new Response(error.message, { status: error instanceof Refusal ? error.status : 500 }),
  );
  return async (path, request) => api.request(path, request);
}

/** Whether two arrays hold the same bytes; to compare them value by value takes a minute. */
const isSame = (a: ArrayBufferView, b: ArrayBufferView): boolean =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

const base = "http://studio/projects/p/zarr";

const storeOf = (ask: ReturnType<typeof serve>, path = ""): ReturnType<typeof httpStore> =>
  httpStore(`${base}${path}`, { fetch: (url, request) => ask(url, request) });

const imageOf = (height: number, width: number, make: (i: number) => number, data: PixelData): Image => ({
  height,
  width,
  data: data.map((_, i) => make(i)),
  pixelSize: 0.5,
});

const size = { height: 1300, width: 2100 };
const pixels = size.height * size.width;
const movie = sourceOfImages(
  [3, 7].map((factor) =>
    imageOf(size.height, size.width, (i) => (i * factor * 31 + (i >> 7)) % 60000, new Uint16Array(pixels)),
  ),
  { name: "movie", kind: "movie", frameInterval: 30 },
);

describe("a movie as OME-Zarr", () => {
  it("is read back value for value, with its calibration, edge chunks too", async () => {
    const set = await openImages({ store: storeOf(serve({ source: movie })), name: "movie.zarr" });
    expect(set.series).toHaveLength(1);
    const read = imageSourceOfFile(await set.open(0));
    expect(read).toMatchObject({ kind: "movie", frames: 2, channels: 1, pixelSize: 0.5, frameInterval: 30 });
    for (const frame of [0, 1]) {
      const { data } = await read.read(frame);
      expect(data).toBeInstanceOf(Uint16Array);
      expect(isSame(data, (await movie.read(frame)).data)).toBe(true);
    }
  });

  it("has coarser levels that are the means of the finer ones, until 1024 px", async () => {
    const set = await openImages({ store: storeOf(serve({ source: movie })), name: "movie.zarr" });
    const image = await set.open(0);
    const sizes = image.levels.map(({ height, width }) => [height, width]);
    expect(sizes).toEqual([
      [1300, 2100],
      [650, 1050],
      [325, 525],
    ]);
    const whole = { ...size, data: (await movie.read(1)).data };
    const coarse = halved(halved(whole, "uint16", false), "uint16", false);
    const { plane } = await image.read({ frame: 1, channel: 0, slice: 0, level: 2 });
    expect(plane.data).toBeInstanceOf(Uint16Array);
    expect(isSame(plane.data, coarse.data)).toBe(true);
  });

  it("pads edge chunks with 0 and has nothing beyond the image", async () => {
    const ask = serve({ source: movie });
    const corner = await ask(`${base}/0/0/0/0/1/2`);
    const values = new Uint16Array(await corner.arrayBuffer());
    expect(values).toHaveLength(1024 ** 2);
    expect([values[51], values[52], values[276 * 1024]]).toEqual([
      (await movie.readWindow(0, { y: 1024, x: 2099, height: 1, width: 1 })).data[0],
      0,
      0,
    ]);
    for (const path of [
      "0/0/0/0/2/0",
      "0/0/0/0/0/3",
      "0/0/2/0/0/0",
      "0/0/0/1/0/0",
      "0/3/0/0/0/0",
      "1/.zattrs",
    ])
      expect((await ask(`${base}/${path}`)).status, path).toBe(404);
    for (const path of [
      "0/0/0/0/-1/0",
      "0/0/0/0/00/0",
      "0/0/0/0/x/0",
      "zarr.json",
      ".zmetadata",
      "0/labels/.zattrs",
    ])
      expect((await ask(`${base}/${path}`)).status, path).toBe(404);
  });

  it("answers HEAD, parts, and says what may be kept", async () => {
    const ask = serve({ source: movie });
    const all = new Uint8Array(await (await ask(`${base}/0/0/0/0/0/0`)).arrayBuffer());
    const head = await ask(`${base}/0/0/0/0/0/0`, { method: "HEAD" });
    expect(head.headers.get("Content-Length")).toBe(String(all.length));
    expect(head.headers.get("Cache-Control")).toContain("immutable");
    const asked = async (range: string): Promise<[number, string | null, Uint8Array]> => {
      const part = await ask(`${base}/0/0/0/0/0/0`, { headers: { Range: range } });
      return [part.status, part.headers.get("Content-Range"), new Uint8Array(await part.arrayBuffer())];
    };
    expect(await asked("bytes=10-13")).toEqual([206, `bytes 10-13/${all.length}`, all.slice(10, 14)]);
    expect((await asked("bytes=-4"))[2]).toEqual(all.slice(-4));
    expect((await asked(`bytes=${all.length - 2}-`))[2]).toEqual(all.slice(-2));
    expect((await asked(`bytes=${all.length}-`))[0]).toBe(416);
    expect((await asked("bytes=0-1,4-5"))[0]).toBe(200);
  });
});

describe("independent images as OME-Zarr", () => {
  it("are images beside each other, each of its size and type", async () => {
    const images = [
      imageOf(30, 50, (i) => i % 251, new Uint8Array(1500)),
      imageOf(40, 20, (i) => i / 3 - 7, new Float32Array(800)),
    ];
    const source = sourceOfImages(images, { frameNames: ["a", "b"] });
    const set = await openImages({ store: storeOf(serve({ source })), name: "plate.zarr" });
    expect(set.series).toHaveLength(2);
    for (const [i, image] of images.entries()) {
      const read = imageSourceOfFile(await set.open(i));
      expect((await read.read(0)).data).toEqual(image.data);
    }
  });
});

const labelsOf = (seed: number): ReturnType<typeof labelImage> =>
  labelImage(
    size.height,
    size.width,
    new Int32Array(pixels).map((_, i) => (((i >> 5) * seed) % 97) - 1),
  );

describe("labels as OME-Zarr", () => {
  const frames = [labelsOf(1), labelsOf(5)];
  const layer = { source: labelSourceOf(frames), version: 4 };

  it("are read back value for value, unknown ones too, coarser levels by subsampling", async () => {
    const ask = serve({ source: movie, layers: { annotation: layer } });
    const opened = await openLabels({ store: storeOf(ask, "/0/labels/annotation"), name: "annotation.zarr" });
    const read = labelSourceOfFile(opened);
    expect(read.frames).toBe(2);
    expect(isSame((await read.read(1)).data, frames[1]!.data)).toBe(true);
    const image = await (
      await openImages({ store: storeOf(ask, "/0/labels/annotation"), name: "annotation.zarr" })
    ).open(0);
    const { plane } = await image.read({ frame: 0, channel: 0, slice: 0, level: 1 });
    expect([...plane.data.slice(0, 9)]).toEqual(
      [0, 2, 4, 6, 8, 10, 12, 14, 16].map((x) => frames[0]!.data[x]),
    );
    expect(plane.data[1050]).toBe(frames[0]!.data[2 * 2100]);
  });

  it("are listed, and made anew only where they have changed", async () => {
    const asked: number[] = [];
    const [versions, counted] = [[4, 4], { ...labelSourceOf(frames) }];
    const source: LabelSource = {
      ...counted,
      read: async (frame) => {
        asked.push(frame);
        return counted.read(frame);
      },
    };
    const layers = {
      labels: { source, version: 4, frameVersion: (frame: number) => versions[frame]! },
    };
    const ask = serve({ source: movie, layers });
    expect(await (await ask(`${base}/0/labels/.zattrs`)).json()).toEqual({ labels: ["labels"] });
    const tagOf = async (frame: number): Promise<string | null> =>
      (await ask(`${base}/0/labels/labels/0/${frame}/0/0`)).headers.get("ETag");
    expect([await tagOf(0), await tagOf(1), await tagOf(0)]).toEqual(['"4"', '"4"', '"4"']);
    expect(asked).toEqual([0, 1]);
    const again = await ask(`${base}/0/labels/labels/0/0/0/0`, { headers: { "If-None-Match": '"4"' } });
    expect(again.status).toBe(304);
    versions[1] = 5;
    expect([await tagOf(0), await tagOf(1)]).toEqual(['"4"', '"5"']);
    expect(asked).toEqual([0, 1, 1]);
  });

  it("are background in frames that have none yet, and refused where they are of another size", async () => {
    const some = { labels: { source: labelSourceOf([frames[0]!]), version: 1 } };
    const opened = await openLabels({
      store: storeOf(serve({ source: movie, layers: some }), "/0/labels/labels"),
      name: "l.zarr",
    });
    expect((await labelSourceOfFile(opened).read(1)).count).toBe(0);
    const odd = labelImage(4, 4, new Int32Array(16));
    const ask = serve({ source: movie, layers: { labels: { source: labelSourceOf([odd]), version: 1 } } });
    expect((await ask(`${base}/0/labels/labels/0/0/0/0`)).status).toBe(500);
  });
});

/** A large plane that counts what is read of it. */
function largePlane(
  height: number,
  width: number,
): { reader: PlaneReader; read: Window[]; stopped: () => number } {
  const read: Window[] = [];
  let stopped = 0;
  return {
    read,
    stopped: () => stopped,
    reader: {
      key: () => "large",
      height,
      width,
      type: "uint16",
      isLabels: false,
      read: async (window, _, signal) => {
        read.push(window);
        await new Promise((resolve) => setTimeout(resolve, 1));
        if (signal.aborted) stopped++;
        return new Uint16Array(window.height * window.width).fill(window.y + 1);
      },
    },
  };
}

describe("chunks", () => {
  it("decode each band of a large image once, and keep to the cache's bytes", async () => {
    const { reader, read } = largePlane(4200, 4500);
    const cache = byteCache(3 * 2 ** 20);
    const { chunk } = chunkMaker(cache);
    const layout = layoutOf(reader);
    expect([layout.chunk, layout.sizes.length, gridOf(layout, 0)]).toEqual([512, 4, [9, 9]]);
    const place = { level: 3, frame: 0, channel: 0, row: 0, column: 0 };
    await chunk(reader, place);
    expect(cache.held()).toBeLessThanOrEqual(3 * 2 ** 20);
    const roomy = largePlane(4200, 4500);
    await chunkMaker(byteCache(2 ** 28)).chunk(roomy.reader, place);
    expect(roomy.read).toHaveLength(8);
    expect(read.length).toBeGreaterThan(8);
    expect(roomy.read.every(({ width, height }) => width === 4500 && height <= 512)).toBe(true);
  });

  it("are made once for those who wait, and no more when all have gone", async () => {
    const { reader, read, stopped } = largePlane(4200, 4500);
    const { chunk } = chunkMaker(byteCache(2 ** 28));
    const place = { level: 1, frame: 0, channel: 0, row: 0, column: 0 };
    const [first, second] = [new AbortController(), new AbortController()];
    const asked = [first, second].map(({ signal }) => chunk(reader, place, signal));
    first.abort();
    await expect(asked[0]).rejects.toThrow(/stopped/);
    expect((await asked[1])!).toHaveLength(512 ** 2);
    expect(read.length).toBe(2);
    expect(stopped()).toBe(0);
    const third = new AbortController();
    const gone = chunk(reader, { ...place, row: 2 }, third.signal);
    await Promise.resolve();
    third.abort();
    await expect(gone).rejects.toThrow(/stopped/);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(read.length).toBeLessThanOrEqual(3);
  });
});
