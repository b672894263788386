// Two frames of a hostile movie with the links that the tracker made between them: green where they are true,
// red where they are not; true links that it missed are blue. Nuclei of the earlier frame are dark, those of the
// later one outlined in white:
//
//   node docs/img/hostile.js OUT.png [SCENE] [SEED] [FRAME]
import { writeFileSync } from "node:fs";
import { drawCurves, drawLine } from "../../dist/draw/canvas.js";
import { contourLines } from "../../dist/draw/contours.js";
import { matchFrame } from "../../dist/evaluate/sequence.js";
import { encodePng } from "../../dist/io/png/png.js";
import { hostileMovie } from "../../dist/simulate/hostile/hostile.js";
import { hostileScenes } from "../../dist/simulate/hostile/hostileoptions.js";
import { track } from "../../dist/track/track.js";
import { measuredNuclei } from "../../bench/hostilenuclei.js";
import { plainCanvas } from "./panels.js";

const [out, scene = "interval-long", seed = "101", first = "4"] = process.argv.slice(2);
const frame = Number(first);
const scale = 2;
const colours = { right: [60, 220, 90], wrong: [240, 60, 50], missed: [70, 150, 255] };
const movie = hostileMovie(hostileScenes[scene], Number(seed));
const nuclei = measuredNuclei(movie);
const { height, width } = movie.labels[0];
const { graph } = track(nuclei, movie.labels.length, {}, {}, { height, width });

const rowOf = movie.labels.map(() => new Map());
for (let row = 0; row < nuclei.count; row++) rowOf[nuclei.frame[row]].set(nuclei.label[row], row);
const rowOfTruth = movie.labels.map((labels, t) => {
  const rows = new Map();
  for (const [truth, label] of matchFrame(movie.truth.labels[t], labels).partner) {
    const row = rowOf[t].get(label);
    rows.set(truth, row);
  }
  return rows;
});

/** True links from the frame to the next: of each nucleus of the later frame, the row it comes from. */
const parentOf = new Map();
for (const { label, begin, end, parent } of movie.truth.tracks) {
  const child = rowOfTruth[frame + 1].get(label);
  const before = begin <= frame && frame < end ? label : begin === frame + 1 ? parent : 0;
  const from = rowOfTruth[frame].get(before);
  if (child !== undefined && from !== undefined) parentOf.set(child, from);
}

const canvas = plainCanvas(height * scale, width * scale, 12);
const earlier = movie.labels[frame];
for (let y = 0; y < canvas.height; y++)
  for (let x = 0; x < canvas.width; x++)
    if (earlier.data[Math.floor(y / scale) * width + Math.floor(x / scale)] > 0)
      canvas.data.fill(70, 3 * (y * canvas.width + x), 3 * (y * canvas.width + x) + 3);
drawCurves(canvas, contourLines(movie.labels[frame + 1], scale, 0.5), [235, 235, 235], 1.2);
/** @returns {import("../../dist/draw/canvas.js").Place} */
const place = (row) => [(nuclei.y[row] + 0.5) * scale, (nuclei.x[row] + 0.5) * scale];
const line = (from, to, colour) => drawLine(canvas, place(from), place(to), { colour, thickness: 2 });
const made = new Map();
for (let e = 0; e < graph.edges.length; e += 2) {
  const [from, to] = [graph.edges[e], graph.edges[e + 1]];
  if (nuclei.frame[from] === frame && nuclei.frame[to] === frame + 1) made.set(to, from);
}
for (const [to, from] of parentOf) if (made.get(to) !== from) line(from, to, colours.missed);
for (const [to, from] of made) line(from, to, parentOf.get(to) === from ? colours.right : colours.wrong);
writeFileSync(out, encodePng(canvas));
const right = [...made].filter(([to, from]) => parentOf.get(to) === from).length;
console.log(`${scene}, seed ${seed}: ${right} of ${made.size} links right, ${parentOf.size} true`);
