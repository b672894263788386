/** Candidates of a frame that wait, packed, until all frames of their acquisition are judged. */
import { deflate, inflate } from "#platform";
import { packValue, unpackValue } from "../core/packing.js";
import type { Proposal } from "./propose.js";

/** A proposal without its features, which stay in memory: they are small, and judged together. */
export type PackableProposal = Omit<Proposal, "objects">;

type Packed = Omit<PackableProposal, "labels" | "bright" | "missing"> & {
  readonly count: number;
  readonly size: readonly [height: number, width: number];
  readonly labels: Uint8Array;
  readonly brightSize: readonly [height: number, width: number, scale: number];
  readonly bright: Uint8Array;
  readonly missing?: Uint8Array | undefined;
};

/** zlib level: labels are long runs of equal values, which the fastest level packs as well as any. */
const level = 1;

/** A frame's proposal takes 17 MB in memory and a fiftieth of that packed. */
export function packCandidates(proposal: PackableProposal): Uint8Array {
  const { labels, bright, missing, diameter, settings, warnings } = proposal;
  const bytes = new Uint8Array(labels.data.buffer, labels.data.byteOffset, labels.data.byteLength);
  const packed: Packed = {
    diameter,
    settings,
    warnings,
    count: labels.count,
    size: [labels.height, labels.width],
    labels: deflate(bytes, level),
    brightSize: [bright.height, bright.width, bright.scale],
    bright: deflate(bright.data, level),
    missing: missing && deflate(missing, level),
  };
  return packValue(packed);
}

/** @throws CorruptFile when the bytes are not those of `packCandidates` */
export function unpackCandidates(bytes: Uint8Array): PackableProposal {
  const {
    count,
    size: [height, width],
    labels,
    brightSize,
    bright,
    missing,
    ...rest
  } = unpackValue(bytes) as Packed;
  const data = new Int32Array(height * width);
  new Uint8Array(data.buffer).set(inflate(labels));
  return {
    ...rest,
    labels: { height, width, count, data },
    bright: { height: brightSize[0], width: brightSize[1], scale: brightSize[2], data: unpackedMask(bright) },
    missing: missing && unpackedMask(missing),
  };
}

/** Bytes of the plain type, whatever the machine's decompression gives: masks are copied by their own type. */
function unpackedMask(packed: Uint8Array): Uint8Array {
  const { buffer, byteOffset, length } = inflate(packed);
  return new Uint8Array(buffer, byteOffset, length);
}
