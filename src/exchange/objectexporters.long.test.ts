import { describe, expect, it } from "vitest";
import { writtenFiles } from "../../test/exported.js";
import { allPlanes } from "../../test/opened.js";
import { differing, lattice } from "../../test/planes.js";
import { labelSourceOf } from "../core/labels.js";
import { cocoExporter } from "./cocoexporter.js";
import { quPathExporter } from "./qupathexporter.js";
import { roiExporter } from "./roiexporter.js";

describe("an image of 70,225 objects", () => {
  it.each([roiExporter, quPathExporter, cocoExporter].map((exporter) => [exporter.name, exporter] as const))(
    "is given and read: %s",
    { timeout: 600_000 },
    async (_, exporter) => {
      const labels = lattice(265, 6, 4);
      const input = { name: "large", labels: labelSourceOf([labels]) };
      const [file] = await writtenFiles(exporter.files(input));
      const [read] = await allPlanes(file!.path, file!.bytes, { size: labels });
      expect(read!.count).toBe(265 ** 2);
      expect(differing(read!.data, labels.data)).toBe(0);
    },
  );
});
