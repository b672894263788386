import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { labelImage } from "../../core/labels.js";
import { formatCsv } from "../../io/csv.js";
import { objectHeader } from "../../workers/frame.js";
import { writeLabels } from "../store/labelfiles.js";
import { explainPixel } from "./explain.js";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "karyon-explain-"));
});
afterEach(() => rmSync(root, { recursive: true }));

interface Row {
  readonly image: string;
  readonly candidate: number;
  readonly label?: number | undefined;
  readonly reason?: string;
  readonly area: number;
  readonly contrast?: number;
}

/**
 * A dataset of three images of 2 x 3 px: "a" and "c" of one acquisition, "b" of another; candidates 1 and 2
 * in columns 0 and 1.
 */
async function dataset(rows: readonly Row[], acquisitions: readonly number[] = [0, 1, 0]): Promise<string> {
  const names = ["a", "b", "c"];
  mkdirSync(join(root, "candidates"));
  for (const name of names)
    await writeLabels(
      join(root, "candidates", `${name}.tif`),
      labelImage(2, 3, Int32Array.of(1, 2, 0, 1, 2, 0)),
    );
  const images = names.map((name, i) => ({
    name,
    height: 2,
    width: 3,
    acquisition: acquisitions[i],
    diameter: 0,
    candidates: 2,
    kept: 0,
    settings: {},
  }));
  writeFileSync(
    join(root, "annotation.json"),
    JSON.stringify({
      preset: "auto",
      background: "ignore",
      kind: "images",
      images,
      acquisitions: [],
      warnings: [],
    }),
  );
  const cells: Record<string, (row: Row) => string> = {
    image: (row) => row.image,
    candidate: (row) => String(row.candidate),
    area_px2: (row) => String(row.area),
    edge_contrast: (row) => (row.contrast === undefined ? "" : String(row.contrast)),
    label: (row) => String(row.label ?? 0),
    kept: (row) => (row.label === undefined ? "0" : "1"),
    score: (row) => (row.label === undefined ? "0.25" : "0.961"),
    reason: (row) => row.reason ?? "",
  };
  writeFileSync(
    join(root, "objects.csv"),
    formatCsv(
      objectHeader,
      objectHeader.map((column) => rows.map((row) => cells[column]?.(row) ?? "")),
    ),
  );
  return root;
}

describe("explainPixel", () => {
  const rows: Row[] = [
    { image: "a", candidate: 1, label: 1, area: 1000, contrast: 0.6 },
    { image: "a", candidate: 2, area: 1100, contrast: 0.71234, reason: "area 1100 px (most 1000)" },
    { image: "b", candidate: 1, label: 1, area: 9000, contrast: 0.1 },
    { image: "b", candidate: 2, label: 2, area: 9000 },
    { image: "c", candidate: 1, label: 1, area: 1390 },
    { image: "c", candidate: 2, label: 2, area: 1400, contrast: 0.7 },
  ];

  it(
    "says what became of the object, then each feature in a sentence beside the median of the " +
      "kept of its acquisition",
    async () => {
      const seen = await explainPixel(await dataset(rows), 1, 1);
      // Kept in a and c: areas 1000, 1390, 1400; contrasts 0.6 and 0.7, and one without.
      expect(seen.text.split("\n")).toEqual([
        "a, pixel (1, 1): candidate 2 rejected: area 1100 px (most 1000).",
        "area_px2 1100 (median of the kept 1390).",
        "edge_contrast 0.712 (median of the kept 0.65).",
        "Medians are over the 3 kept objects of its acquisition (2 images).",
      ]);
      expect(seen).toMatchObject({
        image: "a",
        candidate: 2,
        kept: false,
        score: 0.25,
        features: [
          { name: "area_px2", value: 1100, usual: 1390 },
          { name: "edge_contrast", value: 0.71234 },
        ],
      });
    },
  );

  it("leaves out what was not measured, of the object or of the kept ones", async () => {
    const folder = await dataset(rows);
    const seen = await explainPixel(folder, 0, 1, "b");
    expect(seen.text.split("\n")).toEqual([
      "b, pixel (0, 1): candidate 2 kept as nucleus 2, certainty 0.96.",
      "area_px2 9000 (median of the kept 9000).",
      "Medians are over the 2 kept objects of its acquisition (1 image).",
    ]);
    expect((await explainPixel(folder, 0, 2, "c")).text).toBe(
      "c, pixel (0, 2): no object was found here; raise annotate.sensitivity to find dimmer ones.",
    );
  });

  it("gives no median where nothing was kept", async () => {
    const seen = await explainPixel(
      await dataset(rows.map((row) => ({ ...row, label: undefined, reason: "too odd" }))),
      0,
      0,
    );
    expect(seen.text.split("\n")).toEqual([
      "a, pixel (0, 0): candidate 1 rejected: too odd.",
      "area_px2 1000.",
      "edge_contrast 0.6.",
    ]);
    expect(seen.features.every(({ usual }) => usual === undefined)).toBe(true);
  });

  it("says which images there are, how large they are, and when the table does not fit", async () => {
    const folder = await dataset(rows.slice(1));
    await expect(explainPixel(folder, 0, 0, "d")).rejects.toThrow(
      /^frame: expected one of a, b, c, received d/,
    );
    await expect(explainPixel(folder, 2, 0)).rejects.toThrow(
      /^explain: expected a pixel within 2 x 3 \(y, x\), received 2,0/,
    );
    await expect(explainPixel(folder, 0, 0)).rejects.toThrow(
      /objects\.csv: expected a row for candidate 1 of a, received none/,
    );
  });
});
