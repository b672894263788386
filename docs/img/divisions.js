// Every division of a tracked movie in four frames (the mother twice, the daughters twice), to be checked by
// eye; and every repaired mask in three frames:   node docs/img/divisions.js IMAGES TRACKS OUT.png
// [divisions|repairs] [FIRST] [COUNT] TRACKS is what karyon track wrote. Outlines of the masks;
// mother white, daughters green and orange, others grey. Divisions with y and x in px, the frame, and the
// probability, the doubtful first.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawText } from "../../dist/draw/text.js";
import { contrastOf, drawGrey, drawLabels } from "../../dist/draw/view.js";
import { openSource } from "../../dist/pipeline/source/source.js";
import { readLabels } from "../../dist/pipeline/store/labelfiles.js";
import { parseCsv } from "../../dist/io/csv.js";
import { encodePng } from "../../dist/io/png/png.js";
import { plainCanvas } from "./panels.js";

const [images, tracks, out, what = "divisions", first = "0", count = "24"] = process.argv.slice(2);
const side = 76;
const scale = 2;
const edge = side * scale;
const source = await openSource([images], {});
const masks = readdirSync(tracks)
  .filter((name) => name.startsWith("mask"))
  .sort();
const { header, rows } = parseCsv(readFileSync(join(tracks, `${what}.csv`), "utf8"));
const value = (row, name) => row[header.indexOf(name)];
const spots = parseCsv(readFileSync(join(tracks, "spots.csv"), "utf8"));
const [frameAt, trackAt, maskAt] = ["frame", "track", "mask_label"].map((name) => spots.header.indexOf(name));
/** Track by label in the mask, of each frame. */
const trackOf = masks.map(() => new Map());
for (const spot of spots.rows)
  trackOf[Number(spot[frameAt])].set(Number(spot[maskAt]), Number(spot[trackAt]));
const shown = rows.slice(Number(first), Number(first) + Number(count));
const steps = what === "divisions" ? [-1, 0, 1, 2] : [-1, 0, 1];
const [columns, line] = [2, 14];
const width = columns * (steps.length * edge + 8);
const height = Math.ceil(shown.length / columns) * (edge + line);
const canvas = plainCanvas(height, width);
for (const [k, row] of shown.entries()) {
  const [frame, y, x] = ["frame", "y_px", "x_px"].map((name) => Number(value(row, name)));
  const [top, left] = [Math.floor(k / columns) * (edge + line), (k % columns) * (steps.length * edge + 8)];
  const colours = new Map(
    what === "divisions"
      ? [
          [Number(value(row, "mother_track")), [255, 255, 255]],
          [Number(value(row, "daughter_track_1")), [60, 230, 90]],
          [Number(value(row, "daughter_track_2")), [255, 150, 40]],
        ]
      : [],
  );
  for (const [i, step] of steps.entries()) {
    const t = frame + step;
    if (t < 0 || t >= source.frames) continue;
    const image = await source.read(t);
    const view = {
      y: Math.max(0, Math.min(image.height - side, Math.round(y) - side / 2)),
      x: Math.max(0, Math.min(image.width - side, Math.round(x) - side / 2)),
      height: side,
      width: side,
      scale,
    };
    const grey = drawGrey(image, view, contrastOf(image));
    const labels = drawLabels(await readLabels(join(tracks, masks[t])), view).data;
    for (let v = 0; v < edge; v++) {
      for (let u = 0; u < edge; u++) {
        const at = v * edge + u;
        const label = labels[at];
        const outline =
          label > 0 &&
          ((v > 0 && labels[at - edge] !== label) ||
            (v < edge - 1 && labels[at + edge] !== label) ||
            (u > 0 && labels[at - 1] !== label) ||
            (u < edge - 1 && labels[at + 1] !== label));
        canvas.data.set(
          outline
            ? (colours.get(trackOf[t].get(label)) ?? [110, 160, 230])
            : Array(3).fill(Math.round(255 * Math.min(1, grey[at]))),
          3 * ((top + v) * width + left + i * edge + u),
        );
      }
    }
    drawText(canvas, top + 3, left + i * edge + 3, String(t), { colour: [255, 255, 0] });
  }
  drawText(
    canvas,
    top + edge + 3,
    left,
    what === "divisions"
      ? `${Number(first) + k + 1}: frame ${frame}, y ${y.toFixed(0)}, x ${x.toFixed(0)}, probability ` +
          `${Number(value(row, "probability")).toFixed(2)}`
      : `${Number(first) + k + 1}: frame ${frame}, y ${y.toFixed(0)}, x ${x.toFixed(0)}, ${value(row, "repair")}`,
    { colour: [30, 30, 30] },
  );
}
writeFileSync(out, encodePng(canvas));
