import type { StageContext } from "../core/progress.js";
import type { LabelImage } from "../core/labels.js";
import { simplePiece } from "../geometry/simplerings.js";
import { boundsOf } from "../io/objects/drawnobjects.js";
import { textOfRuns } from "../io/objects/columnruns.js";
import { type Exporter, type ExportInput, fileInPieces, neededPart } from "./exporter.js";
import { areaOf, type FrameObject, objectFrames, ringsOf } from "./frameobjects.js";

const title = "COCO";

/**
 * All objects as a data set of COCO in one file, `NAME.json`, a line each: a polygon for an object of one
 * piece, packed runs of pixels for others. Images and objects are numbered from 1, and nuclei are category 1.
 * `file_name` is the frame's name with `.tif`, or the image's own file where it is the only one.
 */
export const cocoExporter: Exporter = {
  name: "coco",
  title,
  needs: ["labels"],
  extension: "json",
  async *files(input, options = {}) {
    neededPart(input, "labels", title);
    yield fileInPieces(`${input.name}.json`, () => linesOf(input, options));
  },
};

async function* linesOf(input: ExportInput, options: StageContext): AsyncGenerator<Uint8Array> {
  const text = new TextEncoder();
  const labels = input.labels!;
  const own = labels.frames === 1 ? input.imageFile?.split(/[\\/]/).at(-1) : undefined;
  yield text.encode('{"images":[');
  for (let frame = 0; frame < labels.frames; frame++) {
    const { height, width } = await labels.size(frame);
    const image = { id: frame + 1, file_name: own ?? `${labels.frameNames[frame]!}.tif`, height, width };
    yield text.encode(`${frame === 0 ? "\n" : ",\n"}${JSON.stringify(image)}`);
  }
  yield text.encode('\n],\n"annotations":[');
  let count = 0;
  for await (const { frame, image, objects } of objectFrames(input, title, options)) {
    for (const object of objects) {
      const annotation = annotationOf(object, image, { id: ++count, frame });
      yield text.encode(`${count === 1 ? "\n" : ",\n"}${JSON.stringify(annotation)}`);
    }
  }
  yield text.encode('\n],\n"categories":[{"id":1,"name":"nucleus","supercategory":"cell"}]}\n');
}

function annotationOf(
  { outline, label, track }: FrameObject,
  image: LabelImage,
  { id, frame }: { readonly id: number; readonly frame: number },
): object {
  const rings = ringsOf({ ...outline, pieces: outline.pieces.map(simplePiece) });
  const { left, top, right, bottom } = boundsOf({ plane: 0, parts: [rings] });
  const box = { y: top, x: left, height: bottom - top, width: right - left };
  return {
    id,
    image_id: frame + 1,
    category_id: 1,
    segmentation:
      rings.length === 1
        ? [Array.from(rings[0]!)]
        : { size: [image.height, image.width], counts: textOfRuns(runsOf(image, outline.label, box)) },
    area: areaOf(outline).pixels,
    bbox: [box.x, box.y, box.width, box.height],
    iscrowd: 0,
    label,
    ...(track > 0 ? { track_id: track } : {}),
  };
}

/** Lengths of background and object in turn, column by column. */
function runsOf(
  { height, width, data }: LabelImage,
  label: number,
  box: { readonly y: number; readonly x: number; readonly height: number; readonly width: number },
): number[] {
  const lengths: number[] = [];
  // Where the present run begins, and whether it is of the object.
  let [from, isObject] = [0, false];
  const change = (at: number): void => {
    lengths.push(at - from);
    [from, isObject] = [at, !isObject];
  };
  const isWhole = box.height === height;
  for (let x = box.x; x < box.x + box.width; x++) {
    for (let y = box.y; y < box.y + box.height; y++)
      if ((data[y * width + x] === label) !== isObject) change(x * height + y);
    // Outside of the box there is background.
    if (isObject && !isWhole) change(x * height + box.y + box.height);
  }
  if (isObject) change((box.x + box.width) * height);
  if (from < height * width) lengths.push(height * width - from);
  return lengths;
}
