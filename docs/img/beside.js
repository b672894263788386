// A simulated frame beside a real one at 1:1, for the eye: node docs/img/beside.js OUT.png (needs the MDCK
// frames of KARYON_SHARED, which are not part of the project)
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSource } from "../../dist/pipeline/source/source.js";
import { simulatePresets } from "../../dist/simulate/scene.js";
import { simulate } from "../../dist/simulate/simulate.js";
import { encodePng } from "../../dist/io/png/png.js";

const [out = "beside.png"] = process.argv.slice(2);
const edge = 600;
const real = await (
  await openSource(
    [join(process.env.KARYON_SHARED ?? "../shared", "data", "mdck_movie", "run_041_050", "frame045.png")],
    {},
  )
).read(0, { channel: 0, z: "max" });
const made = simulate({ ...simulatePresets.mdck, height: 1024, width: 1024, frames: 2, seed: 101 }).image(1);
const crop = ({ width, data }, y, x) =>
  Array.from({ length: edge }, (_, row) =>
    data.subarray((y + row) * width + x, (y + row) * width + x + edge),
  );
const [left, right] = [crop(real, 700, 700), crop(made, 200, 200)];
const plane = {
  height: edge,
  width: 2 * edge + 8,
  samples: 1,
  data: new Uint8Array(edge * (2 * edge + 8)).fill(255),
};
for (let y = 0; y < edge; y++) {
  plane.data.set(left[y], y * plane.width);
  plane.data.set(right[y], y * plane.width + edge + 8);
}
writeFileSync(out, encodePng(plane));
