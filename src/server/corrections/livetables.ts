/** Tables as they are after corrections by hand that no stage has taken in yet. */
import type { Nuclei } from "../../core/nuclei.js";
import { branchesOf } from "../../core/tracks.js";
import { heldLabelEdits, heldTrackEdits } from "../../correct/editlog.js";
import { applyTrackEdits } from "../../correct/trackgestures.js";
import { measure } from "../../imgproc/regions.js";
import { numberColumns } from "../../io/csv.js";
import { editsFingerprint, type LabelLayer } from "../../pipeline/correct/corrections.js";
import { divisionsAfter, marginsAfter } from "../../pipeline/correct/correcttracks.js";
import { trackTables } from "../../pipeline/track/tracktables.js";
import type { Project } from "../project.js";
import type { ProjectCorrections } from "./projectcorrections.js";

/** The tables of tracks as CSV, and what tells them from those of other edits. */
export interface EditedTracksText {
  readonly key: string;
  /** `spots.csv`, `tracks.csv` and `divisions.csv`. */
  readonly files: Readonly<Record<string, string>>;
}

/** Nuclei of frames whose labels were corrected. */
export interface EditedNuclei {
  /** By frame, measured anew. */
  readonly frames: ReadonlyMap<number, Nuclei>;
  /** Tells them from those of other edits. */
  readonly key: string;
}

/** Tables of a project after its corrections. */
export interface LiveTables {
  /** Undefined where no track was corrected. @param spots text of `spots.csv` as tracking left it */
  readonly tracks: (spots: () => string) => Promise<EditedTracksText | undefined>;
  /** The nuclei of frames whose labels were corrected, measured anew. */
  readonly nuclei: (layer: LabelLayer) => Promise<EditedNuclei>;
}

/** Tables that were asked for are answered first, ms. */
const warmingDelay = 300;

/** Tables after corrections; each is computed again only when something has changed. */
export function liveTables(project: Project, corrections: ProjectCorrections): LiveTables {
  let edited: EditedTracksText | undefined;
  let isWarm = false;
  const measured = new Map<string, { readonly version: string; readonly nuclei: Nuclei }>();
  return {
    tracks: async (spots) => {
      const trackEdits = heldTrackEdits((await corrections.session()).log());
      if (trackEdits.length === 0) {
        if (!isWarm) warmTracks(corrections);
        isWarm = true;
        return undefined;
      }
      const base = corrections.tracks();
      if (base === undefined) return undefined;
      const key = `${base.key} ${editsFingerprint(trackEdits)}`;
      if (edited?.key === key) return edited;
      const { tracks } = base;
      const after = applyTrackEdits(tracks, trackEdits);
      const [margins = new Float64Array(0)] = numberColumns(spots(), ["link_margin"], "spots.csv").columns;
      const movie = {
        graph: after.graph,
        branches: branchesOf(after.graph),
        divisions: divisionsAfter(after),
        margins: marginsAfter(tracks.graph, after, margins),
      };
      // The masks on the screen are those of the tracks before.
      const labels = Int32Array.from(after.rowOf, (row) => tracks.labelOfRow[row]!);
      edited = { key, files: trackTables(movie, labels, tracks.summary.pixelSize) };
      return edited;
    },
    nuclei: async (layer) => {
      const frames = new Map<number, Nuclei>();
      const versions: string[] = [];
      const [session, labels] = [await corrections.session(), await corrections.layer(layer)];
      const made = corrections.made(layer);
      if (labels === undefined || made === undefined) return { frames, key: "" };
      const images = project.imagesNumber();
      for (const { frame, file } of touchedFrames(session.corrections(), layer, made.basis)) {
        const version = `${images} ${made.basis} ${labels.frameVersion?.(frame) ?? labels.version} ${file}`;
        const key = `${layer} ${frame}`;
        const known = measured.get(key);
        const nuclei =
          known?.version === version
            ? known.nuclei
            : measure(await labels.source.read(frame), { frame, image: await project.source().read(frame) });
        measured.set(key, { version, nuclei });
        frames.set(frame, nuclei);
        versions.push(`${frame} ${version}`);
      }
      return { frames, key: versions.join("\n") };
    },
  };
}

/** Who looks at tracks may change them next: they are read by then. */
function warmTracks(corrections: ProjectCorrections): void {
  const read = (): void => {
    try {
      corrections.tracks();
    } catch {
      // Whoever changes tracks is told what is wrong with them.
    }
  };
  setTimeout(read, warmingDelay).unref();
}

/** A frame whose labels are not those of its stage. */
interface TouchedFrame {
  readonly frame: number;
  /** Fingerprint of the file that they come from; "" where edits make them. */
  readonly file: string;
}

/** Frames whose labels are not those of their stage, ascending. */
function touchedFrames(
  { log, kept }: ReturnType<Awaited<ReturnType<ProjectCorrections["session"]>>["corrections"]>,
  layer: LabelLayer,
  basis: string,
): TouchedFrame[] {
  const edited = log.bases[layer] === basis ? heldLabelEdits(log, layer).map(({ frame }) => frame) : [];
  const files = new Map(kept(layer, basis).map(({ frame, sha256 }) => [frame, sha256]));
  return [...new Set([...edited, ...files.keys()])]
    .sort((a, b) => a - b)
    .map((frame) => ({ frame, file: files.get(frame) ?? "" }));
}
