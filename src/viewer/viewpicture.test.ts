import { expect, it } from "vitest";
import { channel, pixels, planeOf } from "../../test/browser/renderscene.js";
import { decodePng, encodePng } from "../io/png/png.js";
import { viewPicture } from "./viewpicture.js";

const size = { height: 200, width: 300 };
const plane = planeOf(
  size,
  pixels(Uint16Array, size, (_, x) => x),
);
const scene = { size, images: [channel(plane, { low: 0, high: 255 })], labels: [], lines: [] };
const camera = { y: 99.5, x: 149.5, zoom: 2 };

it("is the scene alone where nothing else is asked for, and a PNG", () => {
  const picture = viewPicture(scene, camera, { height: 400, width: 600 });
  expect(picture).toMatchObject({ height: 400, width: 600, samples: 3 });
  expect(Array.from(picture.data.subarray(3 * (600 + 100), 3 * (600 + 100) + 3))).toEqual([50, 50, 50]);
  expect(decodePng(encodePng(picture), "picture").plane.data).toEqual(picture.data);
});

it("has a scale bar as long as it says", () => {
  // 300 px of 0.5 µm: a fifth is 30 µm, so that the bar has 20 µm, 40 px, drawn 80 px.
  const picture = viewPicture(
    scene,
    camera,
    { height: 400, width: 600 },
    { pixelSize: 0.5, isLabelled: false },
  );
  const bare = viewPicture(scene, camera, { height: 400, width: 600 });
  const y = 400 - 9 - 2;
  const bar = Array.from({ length: 600 }, (_, x) => x).filter(
    (x) =>
      picture.data[3 * (y * 600 + x)] === 255 &&
      picture.data[3 * (y * 600 + x)] !== bare.data[3 * (y * 600 + x)],
  );
  const changed = Array.from({ length: 600 }, (_, x) => x).filter(
    (x) => picture.data[3 * (y * 600 + x)] !== bare.data[3 * (y * 600 + x)],
  );
  expect(bar.length).toBeLessThanOrEqual(80);
  expect(changed.length).toBeLessThanOrEqual(84);
  const labelled = viewPicture(scene, camera, { height: 400, width: 600 }, { pixelSize: 0.5 });
  expect(labelled.data).not.toEqual(picture.data);
});

it("has its legend below", () => {
  const legend = [[{ text: "nuclei", swatch: { kind: "outline" as const, colour: [0, 200, 255] as const } }]];
  const picture = viewPicture(scene, camera, { height: 400, width: 600 }, { legend });
  expect(picture.height).toBeGreaterThan(405);
  const bare = viewPicture(scene, camera, { height: 400, width: 600 });
  expect(picture.data.subarray(0, bare.data.length)).toEqual(bare.data);
  expect(new Set(picture.data.subarray(bare.data.length)).size).toBeGreaterThan(5);
});
