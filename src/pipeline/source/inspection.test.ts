import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { greyPlane as grey, planeOf as plane, saveImage } from "../../../test/saving.js";
import { Cancelled } from "../../core/errors.js";
import type { StoredPlane } from "../../core/image.js";
import type { TiffWriteOptions } from "../../io/tiff/encode.js";
import { inspectFiles } from "./inspection.js";
import { formatInspection } from "./inspectiontext.js";

const fixtures = fileURLToPath(new URL("../../../fixtures/io", import.meta.url));
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "karyon-inspection-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const save = (name: string, planes: readonly StoredPlane[], options?: TiffWriteOptions): string =>
  saveImage(folder, name, planes, options);
const fixture = (name: string): string => join(fixtures, name);

describe("inspectFiles", () => {
  it("tells axes, type, calibration and values", async () => {
    const [inspection] = await inspectFiles([fixture("xytzc.ome.tif")]);
    expect(inspection).toMatchObject({
      format: "OME-TIFF",
      axes: "TCZYX",
      shape: [3, 2, 2, 37, 29],
      type: "uint16",
      bits: 16,
      compression: "deflate",
      pixelSize: 0.325,
      frameInterval: 600,
    });
    expect(inspection!.values.map(({ frame, channel }) => [frame, channel])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
      [2, 0],
      [2, 1],
    ]);
    expect(formatInspection(inspection!)).toMatch(
      /OME-TIFF, TCZYX 3 x 2 x 2 x 37 x 29, uint16, compression deflate\n {2}pixel size 0\.325 µm, frame interval 600 s\n/,
    );
  });

  it("warns of swapped axes, missing calibration, saturation, constant planes, NaN and sizes", async () => {
    save(
      "warn/a.tif",
      Array.from({ length: 5 }, (_, i) => plane(Uint8Array.of(i, 7, 9, 1), 2)),
      { imagej: { slices: 5 } },
    );
    save("warn/b.tif", [
      plane(
        Uint8Array.from({ length: 100 }, (_, i) => (i < 2 ? 255 : i)),
        10,
      ),
    ]);
    save("warn/c.tif", [plane(new Uint16Array(4).fill(3), 2)]);
    save("warn/d.tif", [plane(Float32Array.of(1, NaN, 2, 3), 2)]);
    writeFileSync(at("warn/e.tif"), "text");
    const texts = (await inspectFiles([at("warn")])).map((inspection) => formatInspection(inspection));
    expect(texts[0]).toMatch(/calls its 5 planes slices/);
    expect(texts[0]).toMatch(/pixel size is not given/);
    expect(texts[1]).toMatch(
      /2\.0 % of the values in the image are 255, the largest that 8 bits hold: they are saturated/,
    );
    expect(texts[1]).toMatch(/size differs from that of a\.tif \(2 x 2\)/);
    expect(texts[2]).toMatch(/All values in the image are 3/);
    expect(texts[3]).toMatch(/1 value in the image is NaN/);
    expect(texts[4]).toMatch(/cannot be read: this is neither a TIFF nor a PNG file/);
  });

  it("stops at Ctrl-C: no further file is opened, no further plane read", async () => {
    const path = save("stop.tif", [grey(1), grey(2)]);
    await expect(inspectFiles([path], { signal: AbortSignal.abort() })).rejects.toThrow(Cancelled);
    const controller = new AbortController();
    const seen: (string | undefined)[] = [];
    const onProgress = ({ message }: { readonly message?: string | undefined }): void => {
      seen.push(message);
      controller.abort();
    };
    const inspection = inspectFiles([path, fixture("i8.tif")], { signal: controller.signal, onProgress });
    await expect(inspection).rejects.toThrow(/Inspection was stopped/);
    expect(seen).toHaveLength(1);
  });
});
