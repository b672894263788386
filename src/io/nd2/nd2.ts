/**
 * Nikon ND2: the files of NIS-Elements from version 3 on, which are made of chunks. Opening reads the map of
 * chunks and the metadata; frames are read when asked for.
 */
import { CorruptFile, type KaryonError } from "../../core/errors.js";
import type { ByteSource } from "../bytes.js";
import { type Nd2Attributes, nd2Attributes } from "./nd2attributes.js";
import { findChunks, type Nd2Chunks, readChunk } from "./nd2chunks.js";
import { type Nd2Loop, nd2Loops } from "./nd2loops.js";
import { type Nd2Picture, nd2Picture } from "./nd2picture.js";
import { nd2Layout, type Nd2Series } from "./nd2series.js";
import { type Nd2Level, unwrapped } from "./nd2values.js";
import { readMetadata } from "./xmlvariant.js";

/** A file whose metadata are known. */
export interface Nd2File {
  readonly chunks: Nd2Chunks;
  readonly attributes: Nd2Attributes;
  readonly loops: readonly Nd2Loop[];
  readonly picture: Nd2Picture;
  /** At least one. */
  readonly series: readonly Nd2Series[];
  /** What was assumed, as sentences. */
  readonly notices: readonly string[];
  /** Why frames are missing that were taken. */
  readonly damage: KaryonError | undefined;
}

/** Names of chunks by what they hold: of recent files, then of older ones. */
const names = {
  attributes: ["ImageAttributesLV!", "ImageAttributes!"],
  experiment: ["ImageMetadataLV!", "ImageMetadata!"],
  picture: ["ImageMetadataSeqLV|0!", "ImageMetadataSeq|0!"],
  calibration: ["ImageCalibrationLV|0!", "ImageCalibration|0!"],
} as const;

/**
 * Opens a file; no pixels are read.
 *
 * @throws CorruptFile, UnsupportedFormat
 */
export async function openNd2(source: ByteSource, where: string): Promise<Nd2File> {
  const chunks = await findChunks(source, where, Object.values(names).flat());
  const level = await metadataOf(chunks, names.attributes);
  if (level === undefined)
    throw new CorruptFile(
      where,
      source.size,
      "it has no attributes of its images",
      "open it in NIS-Elements, which may repair it, and save it again",
    );
  const attributes = nd2Attributes(level, where);
  const experiment = await metadataOf(chunks, names.experiment);
  const loops = experiment === undefined ? [] : nd2Loops(experiment, where);
  const picture = nd2Picture(
    await metadataOf(chunks, names.picture),
    await metadataOf(chunks, names.calibration),
    attributes,
  );
  const frames = new Set(chunks.frames.keys());
  const count = attributes.frames ?? [...frames].reduce((most, frame) => Math.max(most, frame + 1), 0);
  const { series, notices } = nd2Layout({ frames, count, loops });
  if (series.length === 0) throw new CorruptFile(where, source.size, "it has no frames");
  return {
    chunks,
    attributes,
    loops,
    picture,
    series,
    notices: [...chunks.notices, ...attributes.notices, ...picture.notices, ...notices],
    damage: damageOf(chunks, count),
  };
}

async function metadataOf(chunks: Nd2Chunks, kinds: readonly string[]): Promise<Nd2Level | undefined> {
  for (const name of kinds) {
    const chunk = await readChunk(chunks, name);
    if (chunk !== undefined && chunk.bytes.length > 0)
      return unwrapped(readMetadata(chunk.bytes, chunks.where, chunk.offset));
  }
  return undefined;
}

function damageOf({ where, source, frames }: Nd2Chunks, count: number): KaryonError | undefined {
  if (frames.size >= count) return undefined;
  return new CorruptFile(
    where,
    source.size,
    `${count - frames.size} of its ${count} frames are missing`,
    "copy the file again, or open it in NIS-Elements, which may repair it",
  );
}
