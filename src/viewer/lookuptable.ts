/** What colour a grey value is shown in. */
import type { ImageLayer } from "./scene.js";

/** How a channel is shown. */
export type Shown = Pick<ImageLayer, "low" | "high" | "gamma" | "colour">;

/**
 * Factor from a grey value above `low` to its brightness. Where both ends are equal, all above them is bright.
 * `high` may lie below `low`: the picture is inverted.
 */
export const slopeOf = ({ low, high }: Pick<Shown, "low" | "high">): number =>
  high === low ? 1e30 : 1 / (high - low);

/** Entries of a table. */
const entries = 65536;

/**
 * Colours of the 65,536 values of 16 bits, the bits of `LabelLayer.colours` as signed numbers: brightness
 * `min(1, max(0, (value - low) / (high - low))) ** gamma` of the colour, each channel rounded.
 */
export function tableOfIntegers(shown: Shown): Int32Array {
  const { low } = shown;
  const slope = slopeOf(shown);
  return tableOf(shown, (value) => (value - low) * slope);
}

/** Colours of brightnesses before gamma, 0..1 in 65,536 steps: floats are looked up by their place there. */
export const tableOfFloats = (shown: Shown): Int32Array => tableOf(shown, (step) => step / (entries - 1));

function tableOf({ gamma, colour }: Shown, place: (entry: number) => number): Int32Array {
  const table = new Int32Array(entries);
  const [red, green, blue] = colour;
  for (let entry = 0; entry < entries; entry++) {
    const at = Math.min(1, Math.max(0, place(entry)));
    const share = gamma === 1 ? at : at ** gamma;
    // Adding a half and cutting off is quicker than Math.round, and the same above 0.
    table[entry] =
      0xff000000 |
      ((share * blue + 0.5) << 16) |
      (((share * green + 0.5) << 8) & 0xff00) |
      (share * red + 0.5);
  }
  return table;
}

/** Tables that are made once for each contrast, the last ones kept. */
export interface KeptTables {
  integers(shown: Shown): Int32Array;
  floats(shown: Shown): Int32Array;
}

/** Tables kept: more than the channels of a scene, so that none is made again each time. */
const most = 16;

/** Makes a store of tables. */
export function keptTables(): KeptTables {
  const tables = new Map<string, Int32Array>();
  const kept = (kind: string, shown: Shown, make: (shown: Shown) => Int32Array): Int32Array => {
    const key = `${kind} ${shown.low} ${shown.high} ${shown.gamma} ${shown.colour.join(" ")}`;
    const table = tables.get(key) ?? make(shown);
    tables.delete(key);
    tables.set(key, table);
    if (tables.size > most) tables.delete(tables.keys().next().value!);
    return table;
  };
  return {
    integers: (shown) => kept("integers", shown, tableOfIntegers),
    floats: (shown) => kept("floats", shown, tableOfFloats),
  };
}
