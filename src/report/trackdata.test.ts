/** What the page knows of the tracks. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyse } from "../analyse/analyse.js";
import { emptyNuclei } from "../core/nuclei.js";
import { unpackPaths } from "./browser/packedtracks.js";
import { trackLine } from "./browser/trackwords.js";
import { dataBlock, packPaths, selectTracks, trackData } from "./trackdata.js";

/** Six tracks over four frames: the first divides after frame 1; the others last 4, 3, 2 and 1 frames. */
const places: [frame: number, label: number, y: number, x: number, mother: number][] = [
  [0, 1, 10, 10, -1],
  [0, 2, 50, 50, -1],
  [0, 3, 60.3, 5, -1],
  [0, 4, 80, 80, -1],
  [0, 5, 90, 20, -1],
  [1, 1, 12, 10, 0],
  [1, 2, 51, 50, 1],
  [1, 3, 61, 5, 2],
  [1, 4, 80, 81, 3],
  [2, 1, 10, 14, 5],
  [2, 2, 14, 14, 5],
  [2, 3, 52, 50, 6],
  [2, 4, 62, 5, 7],
  [3, 1, 9, 16, 9],
  [3, 2, 15, 16, 10],
  [3, 3, 53, 50, 11],
];
const nuclei = emptyNuclei(places.length);
const edges: number[] = [];
places.forEach(([frame, label, y, x, mother], i) => {
  nuclei.frame[i] = frame;
  nuclei.label[i] = label;
  nuclei.y[i] = y;
  nuclei.x[i] = x;
  nuclei.area[i] = 9;
  if (mother >= 0) edges.push(mother, i);
});
const statistics = analyse(
  { nuclei, frames: 4, edges: Uint32Array.from(edges) },
  { height: 100, width: 100 },
);

describe("packed paths", () => {
  it("come back to a quarter of a px", () => {
    const path = fc.array(
      fc.tuple(
        fc.double({ min: -500, max: 20_000, noNaN: true }),
        fc.double({ min: 0, max: 20_000, noNaN: true }),
      ),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(fc.array(path, { maxLength: 8 }), (paths) => {
        const flat = paths.map((points) => points.flat());
        const back = unpackPaths(packPaths(flat));
        expect(back.map((one) => one.length)).toEqual(flat.map((one) => one.length));
        back.forEach((one, i) =>
          one.forEach((value, k) => expect(Math.abs(value - flat[i]![k]!)).toBeLessThanOrEqual(0.125)),
        );
      }),
    );
  });

  it("take two bytes a point where steps are below 16 px", () => {
    const walk = Array.from({ length: 2000 }, (_, i) => 500 + 9 * Math.sin(i));
    expect(packPaths([walk]).length).toBeLessThan(1000 * 2 * 1.4 + 20);
  });
});

describe("selectTracks", () => {
  it("takes lineages that divide first, then the longest", () => {
    const { branches, of } = selectTracks(statistics);
    expect([branches.map((i) => statistics.branches.id[i]), of]).toEqual([[1, 6, 7, 2, 3, 4, 5], 7]);
    expect(selectTracks(statistics, 4).branches.map((i) => statistics.branches.id[i])).toEqual([1, 6, 7, 2]);
  });
});

describe("trackData", () => {
  const data = trackData(selectTracks(statistics), nuclei, statistics);

  it("holds the places of every track in their order, tracks of one place too", () => {
    const paths = unpackPaths(data.paths);
    expect(paths[data.id.indexOf(1)]).toEqual([10, 10, 12, 10]);
    expect(paths[data.id.indexOf(6)]).toEqual([10, 14, 9, 16]);
    expect(paths[data.id.indexOf(3)]).toEqual([60.25, 5, 61, 5, 62, 5]);
    expect(paths[data.id.indexOf(5)]).toEqual([90, 20]);
  });

  it("follows the part of the image that is shown", () => {
    const shifted = { ...nuclei, y: nuclei.y.map((y) => y - 8), x: nuclei.x.map((x) => x - 4) };
    expect(
      unpackPaths(trackData(selectTracks(statistics), shifted, statistics).paths)[data.id.indexOf(5)],
    ).toEqual([82, 16]);
  });

  it("is said in a line", () => {
    expect(trackLine(data, data.id.indexOf(6))).toBe(
      "Track 6: mother 1; frames 2 to 3; mean speed 2.24 px/frame; displacement 2.24 px; end of movie",
    );
    expect(trackLine(data, data.id.indexOf(1))).toBe(
      "Track 1: no mother; frames 0 to 1; mean speed 2 px/frame; displacement 2 px; divided",
    );
    expect(trackLine(data, data.id.indexOf(5))).toBe(
      "Track 5: no mother; frame 0; speed unknown; displacement 0 px; lost",
    );
    expect(trackLine({ ...data, seen: data.seen.map(() => 1) }, 0)).toContain("frames 0 to 1, seen in 1;");
  });

  it("cannot end the block that holds it", () => {
    const block = dataBlock({ ...data, fates: ["</script><b>"] }).text;
    expect(block.match(/<\/script>/g)).toHaveLength(1);
    expect((JSON.parse(/>(.*)</.exec(block)![1]!) as typeof data).fates).toEqual(["</script><b>"]);
  });
});
