import type { StageContext } from "../../core/progress.js";
import type { StageResult } from "./events.js";

export interface Stage<T, N extends string = string> {
  readonly name: N;
  /** Announces the work. */
  readonly text: string;
  /** Makes the result in a folder, which exists. */
  readonly fill: (folder: string, context: StageContext) => Promise<StageResult<T>>;
}
