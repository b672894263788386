import type { Forest } from "../places/forest.js";
import type { Prices } from "./prices.js";

/** The links of consecutive frames. */
export interface Linking {
  readonly prices: Prices;
  /** By frame: 1 where it was linked to the next one. */
  readonly linked: Uint8Array;
  /** Changed in place. */
  readonly forest: Forest;
}
