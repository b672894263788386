/** What is worth looking at first, from the tables of a run. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReviewedCandidates, ReviewedTracks } from "../../correct/doubts.js";
import { reviewQueue } from "../../correct/reviewqueue.js";
import type { TouchingEdits } from "../../correct/touched.js";
import { parseNuclei } from "../../io/nucleifile.js";
import { readTracking } from "../../pipeline/track/tracking.js";
import type { ReviewItem, StudioTable } from "../messages.js";
import { madeFromFiles, numbersIn, readColumns, wordsIn } from "./tablecolumns.js";

/** Most items that are told. */
const mostItems = 500;

/** What is looked through: folders of a run, and its table of candidates. */
export interface ReviewInput {
  /** Table `candidates` of the project. */
  readonly candidates: StudioTable;
  /** Folder of the labels that hold, and of the tracks. */
  readonly labels: string;
  readonly tracks: string;
  readonly edits: TouchingEdits;
}

/** Gives the queue of a project; tables are read again only when they have changed. */
export type Reviewer = (input: ReviewInput) => ReviewItem[];

/** A reviewer of one project. */
export function reviewer(): Reviewer {
  const nuclei = madeFromFiles<ReturnType<typeof parseNuclei> | undefined>();
  const tracking = madeFromFiles<ReviewedTracks | undefined>();
  return ({ candidates, labels, tracks, edits }) => {
    const objects = join(labels, "objects.csv");
    const found = nuclei("labels", [objects], () =>
      existsSync(objects) ? parseNuclei(readFileSync(objects, "utf8"), objects) : undefined,
    );
    const files = ["spots.csv", "divisions.csv", "repairs.csv", "tracking.json"].map((name) =>
      join(tracks, name),
    );
    const tracked = tracking("tracks", files, () => (files.every(existsSync) ? tracksIn(tracks) : undefined));
    const queue = reviewQueue(
      {
        ...(candidates.count > 0 ? { annotation: candidatesIn(candidates) } : {}),
        ...(found === undefined ? {} : { labels: { nuclei: found } }),
        ...(tracked === undefined ? {} : { tracks: tracked }),
      },
      edits,
    );
    return queue.slice(0, mostItems).map(({ layer, kind, frame, y, x, label, row, doubt, reason }) => ({
      layer,
      kind,
      frame,
      y,
      x,
      object: layer === "tracks" ? row : label,
      doubt,
      reason,
    }));
  };
}

function candidatesIn(table: StudioTable): ReviewedCandidates {
  const column = (key: string): Float64Array => numbersIn(table, key) ?? new Float64Array(table.count);
  return {
    count: table.count,
    frame: column("frame"),
    candidate: column("candidate"),
    label: column("label"),
    y: column("y"),
    x: column("x"),
    score: column("score"),
    kept: column("kept"),
    reason: wordsIn(table, "reason"),
  };
}

function tracksIn(folder: string): ReviewedTracks {
  const { graph, probabilities, summary } = readTracking(folder);
  const margins = numbersIn(readColumns(join(folder, "spots.csv")), "link_margin");
  const repairs = readColumns(join(folder, "repairs.csv"), (key) => key === "repair");
  const kinds = wordsIn(repairs, "repair");
  const [frame, y, x] = ["frame", "y", "x"].map((key) => numbersIn(repairs, key)!);
  return {
    graph,
    probabilities,
    margins,
    repairs: kinds.map((kind, row) => ({ kind, frame: frame![row]!, y: y![row]!, x: x![row]! })),
    height: summary.height,
    width: summary.width,
  };
}
