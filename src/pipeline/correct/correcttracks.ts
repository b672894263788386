/** The tracks as they were corrected by hand, as a stage: a whole folder of tracks. */
import { existsSync } from "node:fs";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { branchesOf, childrenOfRow, parentOfRow, type TrackGraph } from "../../core/tracks.js";
import { counted } from "../../core/wording.js";
import { applyTrackEdits, type EditedTracks } from "../../correct/trackgestures.js";
import { numberColumns } from "../../io/csv.js";
import { asStored } from "../../io/nucleifile.js";
import type { Division } from "../../track/track.js";
import type { MakeStage, Result, Stage } from "../stage/stage.js";
import { type RunStage, stageOutputs } from "../stage/stagenames.js";
import { writeFileAtomic } from "../store/files.js";
import { writeVersioned } from "../store/versioned.js";
import { masksIn, writeMasks } from "../track/storedmasks.js";
import { trackTables } from "../track/tracktables.js";
import {
  readTracking,
  trackFiles,
  trackingIn,
  type TrackingResult,
  type TrackingSummary,
} from "../track/tracking.js";
import { type Corrections, editsFingerprint } from "./corrections.js";

/** The tracks with what was corrected; the tracks themselves where nothing was. */
export async function withCorrectedTracks(
  make: MakeStage<RunStage>,
  tracks: Result<TrackingResult>,
  { corrections, out }: { readonly corrections: Corrections; readonly out: string },
): Promise<Result<TrackingResult>> {
  return corrections.trackEdits.length === 0 ? tracks : make(correctTracksStage(tracks, corrections, out));
}

function correctTracksStage(
  tracks: Result<TrackingResult>,
  { trackEdits }: Corrections,
  out: string,
): Stage<TrackingResult, "correctTracks", TrackingResult> {
  return {
    name: "correctTracks",
    text: "the tracks as they were corrected by hand",
    from: [tracks],
    options: { edits: editsFingerprint(trackEdits) },
    make: async (folder, work) => {
      const found = await tracks.value();
      const edited = applyTrackEdits(found, trackEdits);
      const from = join(out, stageOutputs.track);
      const value = await writeTracks(folder, { found, edited, margins: await marginsIn(from) }, work);
      if (existsSync(join(from, "repairs.csv")))
        await copyFile(join(from, "repairs.csv"), join(folder, "repairs.csv"));
      const { unapplied } = edited;
      return {
        value,
        text: `${counted(trackEdits.length - unapplied.length, "edit")} of ${trackEdits.length} applied`,
        notices: unapplied.map(
          ({ edit, why }) => `A correction of the tracks (${edit.gesture}) is left out: ${why}`,
        ),
      };
    },
    open: async (folder, made) =>
      made === undefined ? readTracking(folder, (await tracks.value()).masks) : trackingIn(folder, made),
  };
}

/** `link_margin` of each spot; NaN where there is none. */
async function marginsIn(folder: string): Promise<Float64Array> {
  const [spots] = trackFiles(folder);
  const [margins] = numberColumns(await readFile(spots, "utf8"), ["link_margin"], spots).columns;
  return margins ?? new Float64Array(0);
}

interface EditedMovie {
  readonly found: TrackingResult;
  readonly edited: EditedTracks;
  /** By row of the tracks before. */
  readonly margins: Float64Array;
}

async function writeTracks(
  folder: string,
  { found, edited, margins }: EditedMovie,
  work: Parameters<typeof writeMasks>[2],
): Promise<TrackingResult> {
  const { graph, probabilities, rowOf } = edited;
  const branches = branchesOf(graph);
  const divisions = divisionsAfter(edited);
  // In the masks that there are, nuclei have the labels of the tracks before.
  const label = Int32Array.from(rowOf, (row) => found.labelOfRow[row]!);
  const movie = { graph: { ...graph, nuclei: { ...graph.nuclei, label } }, branches, labels: found.masks };
  const { labelOfRow, warnings } = await writeMasks(folder, movie, work);
  const kept = { graph, branches, divisions, margins: marginsAfter(found.graph, edited, margins) };
  for (const [name, text] of Object.entries(trackTables(kept, labelOfRow, found.summary.pixelSize)))
    await writeFileAtomic(join(folder, name), text);
  const summary: TrackingSummary = {
    ...found.summary,
    branches: branches.length,
    divisions: divisions.length,
    warnings,
  };
  await writeVersioned(join(folder, "tracking.json"), "tracking", summary);
  return {
    summary,
    graph: { ...graph, nuclei: asStored(graph.nuclei) },
    branches,
    probabilities,
    ...(labelOfRow === undefined
      ? { masks: found.masks, labelOfRow: label }
      : { masks: masksIn(folder, summary.frames), labelOfRow }),
  };
}

/** The divisions of tracks after edits, by the mother's row; NaN where no probability is known. */
export function divisionsAfter({ graph, probabilities }: EditedTracks): Division[] {
  return childrenOfRow(graph).flatMap(([first, second, ...more], motherRow) => {
    if (first === undefined || second === undefined || more.length > 0) return [];
    return [{ motherRow, daughters: [first, second], probability: probabilities.get(motherRow) ?? NaN }];
  });
}

/** The margins of links that are still there, by row; NaN for others. */
export function marginsAfter(
  before: TrackGraph,
  { graph, rowOf }: EditedTracks,
  margins: Float64Array,
): Float64Array {
  const old = parentOfRow(before);
  const now = parentOfRow(graph);
  return Float64Array.from(rowOf, (row, i) => {
    const parent = now[i]!;
    return parent >= 0 && rowOf[parent] === old[row] ? (margins[row] ?? NaN) : NaN;
  });
}
