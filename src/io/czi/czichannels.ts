/** The channels of a series: its dyes, each once for every illumination, rotation and phase there are. */
import { UnsupportedFormat } from "../../core/errors.js";
import type { ChannelMetadata, CziMetadata } from "./czimetadata.js";
import { none, type SubBlockTable } from "./subblocktable.js";

/** Directions of light, rotations and phases of a pattern: images of one dye that are read as channels. */
const variants = [
  { name: "I", word: "illumination" },
  { name: "R", word: "rotation" },
  { name: "H", word: "phase" },
] as const;

/** A channel by its places in the file. */
export interface ChannelPlace {
  /** Place along C. */
  readonly dye: number;
  /** Places along I, R and H, in words, such as "phase 1"; "" where there is one of each. */
  readonly variant: string;
  /** Number of its pixel type in the file. */
  readonly code: number;
  readonly key: string | number;
  /** The key of a row of the table, the same function for all channels of a series. */
  readonly keyOf: (row: number) => string | number;
}

/** The channels that rows of the table have, in their order. @throws UnsupportedFormat */
export function channelPlaces(table: SubBlockTable, rows: Uint32Array, where: string): ChannelPlace[] {
  const { C } = table.at;
  const varied = variants.filter(({ name }) => {
    const column = table.at[name];
    return rows.some((row) => column[row] !== column[rows[0]!]);
  });
  const keyOf = (row: number): string | number =>
    varied.length === 0 ? C[row]! : [C[row]!, ...varied.map(({ name }) => table.at[name][row]!)].join(" ");
  const first = new Map<string | number, number>();
  for (const row of rows) {
    const key = keyOf(row);
    const known = first.get(key);
    if (known === undefined) first.set(key, row);
    else if (table.pixelType[row] !== table.pixelType[known])
      throw new UnsupportedFormat(
        where,
        "a channel whose tiles have several pixel types",
        "in ZEN, export the image as OME-TIFF",
      );
  }
  const places = (row: number): number[] => [C[row]!, ...varied.map(({ name }) => table.at[name][row]!)];
  return [...first]
    .sort(([, a], [, b]) => compare(places(a), places(b)))
    .map(([key, row]) => ({
      dye: C[row]!,
      variant: varied
        .map(({ name, word }) => `${word} ${table.at[name][row] === none ? 0 : table.at[name][row]!}`)
        .join(", "),
      code: table.pixelType[row]!,
      key,
      keyOf,
    }));
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}

/** What the metadata say of each channel, its variant in the name. */
export function channelMetadata(
  places: readonly ChannelPlace[],
  { channels }: CziMetadata,
): ChannelMetadata[] {
  const dyes = [...new Set(places.map(({ dye }) => dye))];
  return places.map(({ dye, variant }) => {
    // A file with a part of the channels may number them as the whole did.
    const known = channels[dye === none ? 0 : dye] ?? channels[dyes.indexOf(dye)];
    const name = [known?.name ?? "", variant].filter((part) => part !== "").join(", ");
    return { name, bits: known?.bits };
  });
}

/** No pattern of light has so many phases. */
const airyscanDetectors = 32;

/** A sentence on channels that are no dyes; undefined when all are. */
export function variantsNotice(places: readonly ChannelPlace[]): string | undefined {
  const words = variants
    .map(({ word }) => word)
    .filter((word) => places.some(({ variant }) => variant.includes(word)));
  if (words.length === 0) return undefined;
  const detectors = new Set(places.map(({ variant }) => variant)).size;
  // The 32 detectors of an Airyscan are written as phases.
  const advice = detectors >= airyscanDetectors ? ": process an Airyscan image in ZEN first" : "";
  return `Each ${words.join(" and ")} of a dye is read as a channel of its own${advice}`;
}
