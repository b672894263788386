/** What is corrected by hand in a project, while pages show it. */
import { countEdits, type EditLog, heldTrackEdits } from "../../correct/editlog.js";
import type { Edit, Layer, ReviewedFrame, TrackEdit } from "../../correct/edits.js";
import { applyTrackEdits } from "../../correct/trackgestures.js";
import type { Window } from "../../core/image.js";
import { outdatedNotice } from "../../pipeline/correct/correctannotation.js";
import type { Appended } from "../../pipeline/correct/correctionlog.js";
import { type CorrectionSession, openCorrectionSession } from "../../pipeline/correct/correctionsession.js";
import type { CorrectionCounts, LabelLayerName } from "../messages.js";
import type { LabelLayer, PartsOf, PartsState } from "../parts.js";
import type { Project } from "../project.js";
import { type BaseTracks, baseTracks } from "./basetracks.js";
import { isCorrectable, type StageLabels, stageLabels } from "./labellayers.js";

/** Corrections of a project. */
export interface ProjectCorrections {
  readonly session: () => Promise<CorrectionSession>;
  /** The labels of a layer as its stage left them. */
  readonly made: (name: LabelLayerName) => StageLabels | undefined;
  /** The labels of a layer as they are now. */
  readonly layer: (name: LabelLayerName) => Promise<LabelLayer | undefined>;
  /** The tracks as tracking left them. */
  readonly tracks: () => BaseTracks | undefined;
  /** Changes something, and tells all pages. */
  readonly change: (page: string, what: Change) => Promise<Appended | undefined>;
  readonly review: (frame: ReviewedFrame) => Promise<void>;
  readonly counts: () => Promise<CorrectionCounts>;
  readonly close: () => Promise<void>;
}

/** What is done. */
export type Change = { readonly edit: Edit } | "undo" | "redo";

const known = new WeakMap<Project, ProjectCorrections>();

/** The corrections of a project: the same for each call with the same project. */
export function correctionsOf(project: Project): ProjectCorrections {
  const corrections = known.get(project) ?? openCorrections(project);
  known.set(project, corrections);
  return corrections;
}

/** Adds labels and corrections to what is known of a project. */
export const withCorrections =
  (partsOf: PartsOf): PartsOf =>
  (project) => {
    const parts = partsOf(project);
    const corrections = correctionsOf(project);
    return {
      labelLayer: corrections.layer,
      state: async () => ({ ...(await parts.state()), ...(await stateOf(corrections)) }),
      close: async () => {
        await parts.close();
        await corrections.close();
      },
    };
  };

const layerNames: readonly LabelLayerName[] = ["candidates", "annotation", "labels", "tracks"];

async function stateOf(
  corrections: ProjectCorrections,
): Promise<Pick<PartsState, "labelLayers" | "corrections" | "reviewed">> {
  const versions: Partial<Record<LabelLayerName, number>> = {};
  for (const name of layerNames) {
    const layer = await corrections.layer(name);
    if (layer !== undefined) versions[name] = layer.version;
  }
  const { reviewed } = (await corrections.session()).log();
  const frames = (["annotation", "labels"] as const).flatMap((layer) =>
    [...reviewed[layer]].map((frame) => ({ layer, frame, isDone: true })),
  );
  return { labelLayers: versions, corrections: await corrections.counts(), reviewed: frames };
}

/** Rises when a stage is made again, which takes a millisecond at least, and with each entry of the log. */
const versionOf = ({ finished }: StageLabels, entry: number): number => finished * 1000 + entry;

interface OpenSession {
  readonly key: string;
  readonly session: Promise<CorrectionSession>;
}

/** While edits follow one another faster than this, nobody looks at what they have made stale, ms. */
const restlessness = 700;

/** Tells pages how the stages stand, after the last of some edits. */
function stagesTeller(project: Project): { readonly soon: () => void; readonly end: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => clearTimeout(timer);
  const soon = (): void => {
    end();
    // A state that cannot be told is asked for again by the page.
    timer = setTimeout(() => void project.tellState().catch(() => undefined), restlessness).unref();
  };
  return { soon, end };
}

/** Images that are read in another way are others: their corrections are read anew. */
function sessionKeeper(
  project: Project,
  made: (name: LabelLayerName) => StageLabels | undefined,
): { readonly opened: () => OpenSession; readonly close: () => Promise<void> } {
  let open: OpenSession | undefined;
  const opened = (): OpenSession => {
    const key = `${project.settings().out} ${project.imagesNumber()}`;
    if (open?.key !== key) {
      void open?.session.then((session) => session.close());
      open = { key, session: openSession(project, made) };
    }
    return open;
  };
  return { opened, close: async () => (await open?.session)?.close() };
}

function openCorrections(project: Project): ProjectCorrections {
  const stages = stagesTeller(project);
  const made = stageLabels(project);
  const tracks = baseTracks(project);
  const { opened, close } = sessionKeeper(project, made);
  const session = async (): Promise<CorrectionSession> => {
    const found = await opened().session;
    // The command line, or another server, may have written.
    await found.refresh();
    return found;
  };
  const counts = async (): Promise<CorrectionCounts> => countsOf(await session(), { made, tracks });
  return {
    session,
    made,
    tracks,
    counts,
    layer: async (name) => {
      const found = made(name);
      if (found === undefined) return undefined;
      if (!isCorrectable(name)) return { source: found.labels, version: versionOf(found, 0) };
      const now = await session();
      const source = (await now.labels(name)) ?? found.labels;
      const { last, changed } = now.log();
      const entries = new Map(changed[name]);
      return {
        source,
        version: versionOf(found, last),
        frameVersion: (frame) => versionOf(found, entries.get(frame) ?? 0),
      };
    },
    change: async (page, what) => {
      const now = await session();
      const appended =
        what === "undo" ? await now.undo() : what === "redo" ? await now.redo() : await now.edit(what.edit);
      if (appended === undefined) return undefined;
      tellEdit(project, page, appended, await counts());
      stages.soon();
      return appended;
    },
    review: async (frame) => {
      await (await session()).review(frame);
      await project.tellState();
    },
    close: async () => {
      stages.end();
      await close();
    },
  };
}

const openSession = (
  project: Project,
  made: (name: LabelLayerName) => StageLabels | undefined,
): Promise<CorrectionSession> =>
  openCorrectionSession({
    out: project.settings().out,
    source: project.source(),
    base: async (layer) => made(layer),
  });

function tellEdit(
  project: Project,
  page: string,
  { entry, step }: Appended,
  corrections: CorrectionCounts,
): void {
  if (step === undefined) return;
  const { edit } = step;
  const windows: Window[] =
    edit.layer === "tracks" ? [] : edit.patches.map(({ y, x, height, width }) => ({ y, x, height, width }));
  const frame = edit.layer === "tracks" ? (edit.spots[0]?.frame ?? 0) : edit.frame;
  project.tell({ type: "edit", number: entry.number, layer: edit.layer, frame, windows, page, corrections });
}

function countsOf(
  session: CorrectionSession,
  { made, tracks }: Pick<ProjectCorrections, "made" | "tracks">,
): CorrectionCounts {
  const log = session.log();
  const { layers } = countEdits(log);
  const edits = Object.fromEntries(
    (Object.keys(layers) as Layer[]).map((layer) => [layer, layers[layer].edits]),
  ) as Record<Layer, number>;
  const isOutdated = (layer: Layer): boolean =>
    layer !== "tracks" && log.bases[layer] !== made(layer)?.basis && edits[layer] > 0;
  const top = (list: EditLog["held"]): boolean => list.length > 0 && !isOutdated(list.at(-1)!.edit.layer);
  return {
    revision: log.last,
    edits,
    canUndo: top(log.held),
    canRedo: top(log.undone),
    unapplied: [
      ...(["annotation", "labels"] as const).flatMap((layer) =>
        outdatedNotice(isOutdated(layer) ? edits[layer] : 0, layer),
      ),
      ...unappliedTracks(heldTrackEdits(log), tracks),
    ],
  };
}

/** Why edits of tracks no longer apply, a sentence each. */
function unappliedTracks(trackEdits: readonly TrackEdit[], tracks: ProjectCorrections["tracks"]): string[] {
  const base = trackEdits.length === 0 ? undefined : tracks();
  if (base === undefined) return [];
  return applyTrackEdits(base.tracks, trackEdits).unapplied.map(({ why }) => why);
}
