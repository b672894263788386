/** The parts of a page that shows tracks, and what is drawn over its picture. */
import { circleAround, svgPath } from "./places.js";
import { type Path, type TrackData, unpackPaths } from "./packedtracks.js";

/** A page of a report with tracks. */
export interface TrackPage {
  readonly data: TrackData;
  /** Of each track. */
  readonly paths: readonly Path[];
  /** Id of a track to its index in `data`. */
  readonly indexOf: ReadonlyMap<number, number>;
  /** Above the picture, in px of the image. */
  readonly layer: SVGSVGElement;
  /** Around picture and layer. */
  readonly stage: HTMLElement;
  /** At the lower end of the window: what is said of the chosen track, and buttons. */
  readonly bar: HTMLElement;
  /** Takes the number of a track. */
  readonly field: HTMLInputElement;
  /** Where the reader came from when the picture was brought into sight. */
  came: { readonly scroll: number; readonly focus: Element | null } | undefined;
}

/** The parts, or undefined on a page without tracks. */
export function findTrackPage(): TrackPage | undefined {
  const block = document.getElementById("track-data");
  const layer = document.querySelector<SVGSVGElement>("svg.tracklayer");
  const stage = document.querySelector<HTMLElement>(".trackstage");
  const bar = document.querySelector<HTMLElement>(".trackbar");
  const field = document.querySelector<HTMLInputElement>(".trackfield");
  if (block === null || layer === null || stage === null || bar === null || field === null) return undefined;
  const data = JSON.parse(block.textContent) as TrackData;
  return {
    data,
    paths: unpackPaths(data.paths),
    indexOf: new Map(data.id.map((id, index) => [id, index])),
    layer,
    stage,
    bar,
    field,
    came: undefined,
  };
}

/** Ids of the mother, where there is one, and of the daughters that the page knows. */
export function familyOf({ data, indexOf }: TrackPage, id: number): { mother: number; daughters: number[] } {
  return {
    mother: data.parent[indexOf.get(id)!]!,
    daughters: data.id.filter((_, index) => data.parent[index] === id),
  };
}

/** Draws a shape twice, as a dark rim and a bright core, so that it is seen on any ground. */
function drawTwice(page: TrackPage, tag: "path" | "circle", name: string, attributes: object): void {
  for (const kind of ["rim", "core"]) {
    const shape = document.createElementNS(page.layer.namespaceURI, tag);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, String(value));
    shape.setAttribute("class", `${name} ${kind}`);
    page.layer.append(shape);
  }
}

/** Draws a track, those next to it in its lineage, and a ring around it. */
export function drawTrack(page: TrackPage, id: number): void {
  const { mother, daughters } = familyOf(page, id);
  for (const other of [mother, ...daughters]) {
    const index = page.indexOf.get(other);
    if (index !== undefined) drawTwice(page, "path", "family", { d: svgPath(page.paths[index]!) });
  }
  const path = page.paths[page.indexOf.get(id)!]!;
  drawTwice(page, "path", "own", { d: svgPath(path) });
  const { cx, cy, radius } = circleAround(path);
  drawTwice(page, "circle", "ring", { cx, cy, r: radius + page.layer.viewBox.baseVal.width / 60 });
}

/** Brings the beginning of a path into the middle of the window, where the picture allows. */
export function showPath({ stage, layer }: TrackPage, path: Path): void {
  stage.scrollIntoView({ block: "nearest" });
  const box = layer.viewBox.baseVal;
  const scale = stage.clientWidth / box.width;
  const [y, x] = [(path[0]! - box.y) * scale, (path[1]! - box.x) * scale];
  const view = stage.parentElement!;
  view.scrollTo(x - view.clientWidth / 2, y - view.clientHeight / 2);
  const middle = view.getBoundingClientRect().top + y - view.scrollTop;
  if (middle < 60 || middle > innerHeight - 120) scrollBy(0, middle - innerHeight / 2);
}
