/** What the view says in words: zoom, place, grey value, object, frame and time; and the scale bar. */
import { type ReadonlySignal, useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { roundLength } from "../../../src/draw/scalebar.js";
import { frameCount, labelLayer, playing, shownFrame } from "../state/display.js";
import { project } from "../state/openproject.js";
import { camera, frame, hovered, selection } from "../state/place.js";
import { objectNames } from "./layertable.js";
import { fitView } from "./viewcommands.js";
import type { ViewEngine } from "./viewengine.js";
import { pointerPlace } from "./viewpointer.js";

/** Longest scale bar, CSS px. */
const longestBar = 160;

/** A bar of a round length in µm, in px of the image where that is not known. */
export function ScaleBar(): JSX.Element | null {
  const zoom = camera.value?.zoom;
  if (zoom === undefined) return null;
  const pixelSize = project.value?.pixelSize ?? null;
  const perPixel = pixelSize ?? 1;
  const length = roundLength((longestBar / zoom) * perPixel);
  const unit = pixelSize === null ? "px" : "µm";
  return (
    <div class="scalebar" role="img" aria-label={`Scale bar: ${length} ${unit}`}>
      <span>
        {length} {unit}
      </span>
      <i style={{ width: `${(length / perPixel) * zoom}px` }} />
    </div>
  );
}

/** Time of a frame, or its name where images are independent. */
export function frameText(at: number): string {
  const open = project.value;
  if (open === undefined) return "";
  if (open.kind === "images") return open.frameNames[at] ?? "";
  const seconds = open.frameInterval === null ? undefined : at * open.frameInterval;
  return seconds === undefined ? "" : timeText(seconds);
}

/** 75 s as 1:15 min, from an hour on as 1:01 h. */
export function timeText(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  if (seconds < 60) return `${Number(seconds.toPrecision(3))} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)} min`;
  return `${Math.floor(seconds / 3600)}:${two((seconds % 3600) / 60)} h`;
}

/** Grey values below the pointer, one a channel that is drawn; "" where none is in memory. */
function greyText(engine: ViewEngine | undefined, y: number, x: number): string {
  const picture = engine?.shown();
  if (picture === undefined) return "";
  const values = picture.channels.map(({ plane }) => {
    const { tile, levels } = plane;
    for (let level = 0; level < levels.length; level++) {
      const [row, column] = [y >> level, x >> level];
      const data = plane.get(level, Math.floor(row / tile), Math.floor(column / tile));
      const value = data?.[(row % tile) * tile + (column % tile)];
      // A coarser level has means: near, but not what the file holds.
      if (value !== undefined) return `${level > 0 ? "≈ " : ""}${Number(value.toPrecision(6))}`;
    }
    return "…";
  });
  return values.join(", ");
}

function placeText(engine: ViewEngine | undefined): string {
  const place = pointerPlace.value;
  const size = engine?.shown()?.scene.size;
  if (place === undefined || size === undefined) return "";
  const [y, x] = [Math.round(place.y), Math.round(place.x)];
  if (y < 0 || x < 0 || y >= size.height || x >= size.width) return "";
  const { pixelSize } = project.value ?? { pixelSize: null };
  const um = pixelSize === null ? "" : ` (${(y * pixelSize).toFixed(1)}, ${(x * pixelSize).toFixed(1)} µm)`;
  return `y ${y}, x ${x} px${um}, grey ${greyText(engine, y, x)}`;
}

const percent = (zoom: number): string => `${Number((zoom * 100).toPrecision(zoom < 1 ? 2 : 3))} %`;

/** The line below the image. */
export function ViewStatus({
  engine,
}: {
  readonly engine: ReadonlySignal<ViewEngine | undefined>;
}): JSX.Element {
  const object = useComputed(() =>
    hovered.value > 0 ? `${objectNames[labelLayer.value]} ${hovered.value}` : "",
  );
  const isWaiting = shownFrame.value !== frame.value && !playing.value;
  const time = frameText(frame.value);
  const frames = frameCount.value;
  return (
    <div class="viewstatus">
      <button type="button" title="Show the whole image" onClick={fitView}>
        {camera.value === undefined ? "" : percent(camera.value.zoom)}
      </button>
      <span class="place">{placeText(engine.value)}</span>
      <span>{object.value}</span>
      <span class="end" id="viewstatus" aria-live={playing.value ? "off" : "polite"}>
        {selection.value.size > 0 && `${selection.value.size} selected · `}
        {frames > 1 && `frame ${frame.value + 1} of ${frames}`}
        {time !== "" && ` · ${time}`}
        {isWaiting && " · loading"}
      </span>
    </div>
  );
}
