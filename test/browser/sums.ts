/** What is read of a file as numbers, for a page and for Node alike: the page gets no other module of the tests. */
import type { ImageSet, OpenedLabels, OpenedTracks, PlaneIndex } from "../../src/index.js";

/** The verbs that are compared. */
export interface Openers {
  readonly openImages: (file: GivenFile) => Promise<ImageSet>;
  readonly openLabels: (file: GivenFile) => Promise<OpenedLabels>;
  readonly openTracks: (file: GivenFile) => Promise<OpenedTracks>;
}

/** A file of a page. */
export interface GivenFile {
  readonly name: string;
  readonly bytes: Blob;
}

/** What a file is opened as. */
export type Kind = "images" | "labels" | "tracks";

/** Sums of all planes, or the numbers of a graph. */
export async function sumsOf(openers: Openers, kind: Kind, file: GivenFile): Promise<number[]> {
  if (kind === "images") return sumsOfImages(await openers.openImages(file));
  if (kind === "labels") return sumsOfLabels(await openers.openLabels(file));
  const { graph, pixelSize = 0 } = await openers.openTracks(file);
  const { frame, y, x, count } = graph.nuclei;
  return [count, pixelSize, ...frame, ...y, ...x, ...graph.edges];
}

async function sumsOfImages(set: ImageSet): Promise<number[]> {
  const sums = [set.series.length];
  for (let series = 0; series < set.series.length; series++) {
    const image = await set.open(series);
    const { frames, channels, slices, height, width, pixelSize = 0 } = image;
    sums.push(frames, channels, slices, height, width, pixelSize);
    for (let i = 0; i < frames * channels * slices; i++) {
      const index: PlaneIndex = {
        frame: Math.floor(i / (channels * slices)),
        channel: Math.floor(i / slices) % channels,
        slice: i % slices,
      };
      const { plane, sample } = await image.read(index);
      sums.push(sample, weighted(plane.data));
      if (image.readWindow === undefined) continue;
      const part = await image.readWindow(index, { y: 1, x: 2, height: height - 1, width: width - 2 });
      sums.push(weighted(part.plane.data));
    }
  }
  return sums;
}

async function sumsOfLabels(labels: OpenedLabels): Promise<number[]> {
  const sums = [labels.planes];
  for (let plane = 0; plane < labels.planes; plane++) {
    const { height, width, count, data } = await labels.read(plane);
    sums.push(height, width, count, weighted(data));
  }
  return sums;
}

/** A sum that tells where the values are. */
function weighted(data: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! * (1 + (i % 1009));
  return sum;
}
