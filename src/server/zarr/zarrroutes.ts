/** A project as OME-Zarr 0.4 over HTTP: nothing of it lies on the disk, all of it is made when it is asked for. */
import { promisify } from "node:util";
import { deflate } from "node:zlib";
import type { Context } from "hono";
import { decodedPath, Refusal } from "../answers.js";
import type { LabelLayerName } from "../messages.js";
import type { LabelLayer, ProjectParts, RouteGroup } from "../parts.js";
import type { Project } from "../project.js";
import { byteAnswer } from "./byteanswer.js";
import { byteCache, type ByteCache } from "./bytecache.js";
import {
  chunkMaker,
  type ChunkMaker,
  type ChunkPlace,
  gridOf,
  layoutOf,
  type PlaneReader,
} from "./chunkpyramid.js";
import {
  arrayDocument,
  type Document,
  groupDocument,
  imageAttributes,
  labelAttributes,
  rootAttributes,
  seriesAttributes,
} from "./serveddocuments.js";
import { type ServedImage, servedImage, servedLabels, seriesCount } from "./servedplanes.js";

/** Bytes of images and of labels that are kept. */
const [imageBytes, labelBytes] = [512 * 2 ** 20, 256 * 2 ** 20];

const layerNames: readonly LabelLayerName[] = ["candidates", "annotation", "labels", "tracks"];

/** What chunks are made with, for all projects. */
interface Kitchen {
  readonly images: ChunkMaker;
  readonly labels: ChunkMaker;
  readonly labelCache: ByteCache;
  readonly imageOf: (project: Project, series: number) => Promise<ServedImage>;
}

/** `projects/ID/zarr/...`. */
export const zarrRoutes: RouteGroup = (api, studio) => {
  const [imageCache, labelCache] = [byteCache(imageBytes), byteCache(labelBytes)];
  const kitchen: Kitchen = {
    images: chunkMaker(imageCache),
    labels: chunkMaker(labelCache),
    labelCache,
    imageOf: openedImages(imageCache),
  };
  // Tools such as napari know a hierarchy by the end of its name.
  for (const name of ["zarr", "images.zarr"])
    api.get(`/projects/:id/${name}/*`, async (context) => {
      const id = context.req.param("id") ?? "";
      const project = studio.project(id);
      const path = decodedPath(context.req.path).slice(4);
      return answer({ context, project, parts: studio.parts(id), kitchen }, path);
    });
};

/** Images that were opened, until the project reads them in another way. */
function openedImages(cache: ByteCache): Kitchen["imageOf"] {
  const opened = new WeakMap<Project, { number: number; images: Map<number, Promise<ServedImage>> }>();
  return (project, series) => {
    const number = project.imagesNumber();
    let own = opened.get(project);
    if (own?.number !== number) {
      cache.forget(`${project.id}/`);
      own = { number, images: new Map() };
      opened.set(project, own);
    }
    const { images } = own;
    const image = images.get(series) ?? servedImage(project.source(), series, `${project.id}/${number}`);
    images.set(series, image);
    // What failed is tried again.
    image.catch(() => images.delete(series));
    return image;
  };
}

interface Asked {
  readonly context: Context;
  readonly project: Project;
  readonly parts: ProjectParts;
  readonly kitchen: Kitchen;
}

const nothing = (): Refusal => new Refusal(404, "Unknown", "The hierarchy has nothing of that name.");

async function answer(asked: Asked, path: readonly string[]): Promise<Response> {
  const { context, project } = asked;
  const count = seriesCount(project.source());
  const [first = "", ...rest] = path;
  if (rest.length === 0) return groupAnswer(context, first, () => rootAttributes);
  if (first === "OME" && rest.length === 1)
    return groupAnswer(context, rest[0]!, () => seriesAttributes(count));
  const series = numberOf(first, count);
  const image = await asked.kitchen.imageOf(project, series);
  return rest[0] === "labels"
    ? labelsAnswer(asked, image, rest.slice(1))
    : imageAnswer(asked, image, { series, rest });
}

/** A whole number below a bound. @throws Refusal 404 */
function numberOf(text: string | undefined, bound: number): number {
  const number = /^(0|[1-9]\d*)$/.test(text ?? "") ? Number(text) : Infinity;
  if (number < bound) return number;
  throw nothing();
}

async function groupAnswer(
  context: Context,
  name: string,
  attributes: () => Document | Promise<Document>,
): Promise<Response> {
  if (name === ".zgroup") return documentAnswer(context, groupDocument);
  if (name === ".zattrs") return documentAnswer(context, await attributes());
  throw nothing();
}

const documentAnswer = (context: Context, document: Document): Response =>
  byteAnswer(context, {
    bytes: new TextEncoder().encode(JSON.stringify(document)),
    type: "application/json",
    cache: "no-cache",
  });

async function imageAnswer(
  asked: Asked,
  image: ServedImage,
  { series, rest }: { readonly series: number; readonly rest: readonly string[] },
): Promise<Response> {
  const { context, project, kitchen } = asked;
  const source = project.source();
  const { planes } = image;
  if (rest.length === 1) {
    const name = source.kind === "movie" ? source.name : source.frameNames[series]!;
    return groupAnswer(context, rest[0]!, () => imageAttributes(source, image, name));
  }
  const level = numberOf(rest[0], layoutOf(planes).sizes.length);
  if (rest.length === 2) return arrayAnswer(context, rest[1]!, arrayDocument(planes, level, image));
  const [frame, channel, ...place] = rest.slice(1);
  const at = chunkPlace(planes, level, place, [
    numberOf(frame, image.frames),
    numberOf(channel, image.channels),
  ]);
  const values = await kitchen.images.chunk(planes, at, context.req.raw.signal);
  return byteAnswer(context, {
    bytes: bytesOf(values),
    type: "application/octet-stream",
    cache: "private, max-age=31536000, immutable",
  });
}

function arrayAnswer(context: Context, name: string, document: Document): Response {
  if (name === ".zarray") return documentAnswer(context, document);
  if (name === ".zattrs") return documentAnswer(context, {});
  throw nothing();
}

/** @throws Refusal 404 for a chunk beyond the image */
function chunkPlace(
  planes: PlaneReader,
  level: number,
  place: readonly string[],
  [frame, channel]: readonly [frame: number, channel: number],
): ChunkPlace {
  if (place.length !== 2) throw nothing();
  const [rows, columns] = gridOf(layoutOf(planes), level);
  return { level, frame, channel, row: numberOf(place[0], rows), column: numberOf(place[1], columns) };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

async function labelsAnswer(asked: Asked, image: ServedImage, rest: readonly string[]): Promise<Response> {
  const { context, project, parts, kitchen } = asked;
  if (rest.length === 1) {
    const { labelLayers } = await parts.state();
    const names = layerNames.filter((name) => labelLayers[name] !== undefined);
    if (names.length === 0) throw nothing();
    return groupAnswer(context, rest[0]!, () => ({ labels: names }));
  }
  const name = layerNames.find((layer) => layer === rest[0]);
  const layer = name === undefined ? undefined : await parts.labelLayer(name);
  if (name === undefined || layer === undefined) throw nothing();
  const key = `${project.id}/${project.imagesNumber()}/${name}`;
  const planes = servedLabels(layer, { image, key, cache: kitchen.labelCache });
  if (rest.length === 2)
    return groupAnswer(context, rest[1]!, () => labelAttributes(project.source(), planes, name));
  const level = numberOf(rest[1], layoutOf(planes).sizes.length);
  if (rest.length === 3) return arrayAnswer(context, rest[2]!, arrayDocument(planes, level, image));
  const [frame, ...place] = rest.slice(2);
  const at = chunkPlace(planes, level, place, [numberOf(frame, image.frames), 0]);
  const bytes = await compressedChunk(kitchen, planes, at, context.req.raw.signal);
  return byteAnswer(context, {
    bytes,
    type: "application/octet-stream",
    cache: "no-cache",
    tag: String(tagOf(layer, image.first + at.frame)),
  });
}

const tagOf = ({ version, frameVersion }: LabelLayer, frame: number): number =>
  frameVersion?.(frame) ?? version;

const compress = promisify<Uint8Array, { level: number }, Uint8Array>(deflate);

/** Labels are long runs of few values: level 1 packs them to a twentieth in no time. */
async function compressedChunk(
  { labels, labelCache }: Kitchen,
  planes: PlaneReader,
  at: ChunkPlace,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const key = `${planes.key(at.frame, 0)}/packed/${at.level}/${at.row}/${at.column}`;
  const kept = labelCache.find<Uint8Array>(key);
  if (kept !== undefined) return kept;
  const packed = await compress(bytesOf(await labels.chunk(planes, at, signal)), { level: 1 });
  labelCache.keep(key, packed);
  return packed;
}
