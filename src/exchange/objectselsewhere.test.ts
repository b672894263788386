/**
 * What roifile, shapely, pycocotools and tifffile read from our files: `fixtures/read_elsewhere/objects.py` says
 * how they were asked.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { type WrittenFile, writtenFiles } from "../../test/exported.js";
import { allPlanes } from "../../test/opened.js";
import { lattice } from "../../test/planes.js";
import { sourceOfImages } from "../core/imagesource.js";
import { fileValues, labelImage, type LabelImage, labelSourceOf } from "../core/labels.js";
import { emptyNuclei } from "../core/nuclei.js";
import { random } from "../core/random.js";
import type { ExportInput } from "./exporter.js";
import { exporters } from "./exporters.js";

const formats = ["roi", "qupath", "coco", "stardist", "cellpose", "png"];

/** Squares, some with a hole or a piece apart; a heap of scattered pixels; a label above 65535 in the third. */
function frames(): LabelImage[] {
  const squares = lattice(4, 10, 6);
  const data = squares.data.slice();
  data[5 * 40 + 5] = 0;
  data[0] = 2;
  data[39] = -1;
  const rng = random(5);
  const scattered = Int32Array.from({ length: 1600 }, () => rng.integer(4));
  return [labelImage(40, 40, data), labelImage(40, 40, scattered)];
}

function input(labels: readonly LabelImage[]): ExportInput {
  const names = labels.map((_, i) => `t${i}`);
  const nuclei = emptyNuclei(2);
  nuclei.frame.set([0, 1]);
  nuclei.label.set([3, 2]);
  const pixels = labels.map(({ data }) => Uint16Array.from(data, (value) => 100 * Math.max(0, value)));
  return {
    name: "movie",
    labels: labelSourceOf(labels, names),
    images: sourceOfImages(
      pixels.map((data) => ({ height: 40, width: 40, data })),
      { name: "movie", kind: "movie", frameNames: names },
    ),
    graph: { nuclei, frames: labels.length, edges: Uint32Array.of(0, 1) },
    pixelSize: 0.5,
  };
}

interface ReadObject {
  readonly name: string;
  readonly frame: number;
  readonly position?: number;
  readonly group?: number;
  readonly area: number;
  readonly x: number;
  readonly y: number;
}
interface ReadFile {
  readonly sha256?: string;
  readonly objects?: readonly ReadObject[];
  readonly type?: string;
  readonly shape?: readonly number[];
  readonly values?: string;
}
const { files: read } = JSON.parse(
  readFileSync(fileURLToPath(new URL("../../fixtures/read_elsewhere/objects.json", import.meta.url)), "utf8"),
) as { readonly files: Readonly<Record<string, ReadFile>> };

const sha = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const valuesOf = (image: LabelImage): string => {
  const values = fileValues(image).map((value) => Math.max(0, value));
  return sha(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
};

/** Area and centroid of each object, from the pixels. */
function measured(images: readonly LabelImage[]): ReadObject[] {
  return images.flatMap((image, frame) => {
    const sums = new Map<number, [number, number, number]>();
    image.data.forEach((label, i) => {
      if (label <= 0) return;
      const sum = sums.get(label) ?? [0, 0, 0];
      sums.set(label, [sum[0] + 1, sum[1] + (i % 40) + 0.5, sum[2] + Math.floor(i / 40) + 0.5]);
    });
    const labels = [...sums.keys()].sort((a, b) => a - b);
    return labels.map((label) => {
      const [area, x, y] = sums.get(label)!;
      return { name: String(label), frame: frame + 1, area, x: x / area, y: y / area };
    });
  });
}

let written: WrittenFile[] = [];
beforeAll(async () => {
  for (const name of formats) {
    const exporter = exporters.find((other) => other.name === name)!;
    written.push(
      ...(await writtenFiles(exporter.files(input(frames())))).map(({ path, bytes }) => ({
        path: `${name}/${path}`,
        bytes,
      })),
    );
  }
  const large = labelImage(
    40,
    40,
    frames()[0]!.data.map((label) => label * 70_000),
  );
  const cellpose = exporters.find(({ name }) => name === "cellpose")!;
  const labels = labelSourceOf([large], ["large"]);
  written.push(...(await writtenFiles(cellpose.files({ name: "large", labels }))));
  written = written.sort((a, b) => (a.path < b.path ? -1 : 1));
  const folder = process.env["KARYON_EXPORTED"];
  if (folder === undefined) return;
  for (const { path, bytes } of written) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
});

describe("files of objects, as other programs read them", () => {
  it("are all that are written", () => {
    expect(Object.keys(read).sort()).toEqual(written.map(({ path }) => path).sort());
  });

  it("still have the bytes that were read", () => {
    for (const { path, bytes } of written)
      if (read[path]!.sha256 !== undefined) expect([path, sha(bytes)]).toEqual([path, read[path]!.sha256]);
  });

  it.each(["roi/movie_RoiSet.zip", "qupath/movie.geojson", "coco/movie.json"])(
    "have the objects: %s",
    (path) => {
      const { objects } = read[path]!;
      const expected = measured(frames());
      expect(objects).toHaveLength(expected.length);
      expected.forEach((object, i) => {
        const other = objects![i]!;
        expect([other.frame, other.area]).toEqual([object.frame, object.area]);
        expect(other.name).toMatch(new RegExp(`^(\\d{4}-0*)?${object.name}$`));
        // They are read as 32-bit floats, or rounded to six digits.
        expect(Math.hypot(other.x - object.x, other.y - object.y)).toBeLessThan(1e-4);
      });
    },
  );

  it("have frame, position and track as ImageJ has them", () => {
    const { objects } = read["roi/movie_RoiSet.zip"]!;
    expect(objects!.every(({ frame, position }) => frame === position)).toBe(true);
    const grouped = objects!.filter(({ group }) => group! > 0).map(({ name, group }) => [name, group]);
    expect(grouped).toEqual([
      ["0001-0003", 1],
      ["0002-0002", 1],
    ]);
  });

  it("have the labels, of 16 bits where these are enough", async () => {
    const [first, second] = frames();
    for (const format of ["stardist/masks/t0.tif", "cellpose/t0_cp_masks.tif", "png/t0.png"])
      expect(read[format]).toEqual({ type: "uint16", shape: [40, 40], values: valuesOf(first!) });
    for (const format of ["stardist/masks/t1.tif", "cellpose/t1_cp_masks.tif", "png/t1.png"])
      expect(read[format]).toEqual({ type: "uint16", shape: [40, 40], values: valuesOf(second!) });
    expect(read["large_cp_masks.tif"]!.type).toBe("int32");
    for (const { path, bytes } of written) {
      const { values } = read[path]!;
      if (values === undefined) continue;
      const [image] = await allPlanes(path, bytes);
      expect([path, valuesOf(image!)]).toEqual([path, values]);
    }
  });
});
