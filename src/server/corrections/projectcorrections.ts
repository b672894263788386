/** What is corrected by hand in a project, while pages show it. */
import { countEdits, framesOf } from "../../correct/editlog.js";
import type { Edit, Layer, ReviewedFrame } from "../../correct/edits.js";
import { applyTrackEdits } from "../../correct/trackgestures.js";
import type { Window } from "../../core/image.js";
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

/** Numbers of a stage's second; entries of the log rise within it. */
const versionsPerSecond = 1e5;

/** Rises when a stage is made again, and with each entry of the log. */
const versionOf = ({ finished }: StageLabels, entry: number): number =>
  Math.floor(finished / 1000) * versionsPerSecond + entry;

/** From the last edit until pages are told how the stages stand, ms. */
const settlingTime = 500;

interface OpenSession {
  readonly key: string;
  readonly session: Promise<CorrectionSession>;
  /** By layer and frame: the last entry of the log that changed it. */
  readonly touched: Map<string, number>;
}

function openCorrections(project: Project): ProjectCorrections {
  const made = stageLabels(project);
  const tracks = baseTracks(project);
  let open: OpenSession | undefined;
  /** Images that are read in another way are others: their corrections are read anew. */
  const opened = (): OpenSession => {
    const key = `${project.settings().out} ${project.imagesNumber()}`;
    if (open?.key !== key) {
      void open?.session.then((session) => session.close());
      open = { key, session: openSession(project, made), touched: new Map() };
    }
    return open;
  };
  const session = async (): Promise<CorrectionSession> => {
    const now = opened();
    const found = await now.session;
    // The command line, or another server, may have written.
    if (await found.refresh()) now.touched.clear();
    return found;
  };
  const note = ({ entry, step }: Appended): void => {
    if (step === undefined) return;
    for (const frame of framesOf(step.edit))
      opened().touched.set(`${step.edit.layer} ${frame}`, entry.number);
  };
  const counts = async (): Promise<CorrectionCounts> => countsOf(await session(), tracks);
  const state = stateTeller(project);
  return {
    session,
    made,
    tracks,
    counts,
    layer: async (name) => {
      const found = made(name);
      if (found === undefined) return undefined;
      if (!isCorrectable(name)) return { source: found.labels, version: versionOf(found, 0) };
      return labelsNow(name, found, await session(), opened().touched);
    },
    change: async (page, what) => {
      const now = await session();
      const appended =
        what === "undo" ? await now.undo() : what === "redo" ? await now.redo() : await now.edit(what.edit);
      if (appended === undefined) return undefined;
      note(appended);
      tellEdit(project, page, appended, await counts());
      state.tellSoon();
      return appended;
    },
    review: async (frame) => {
      await (await session()).review(frame);
      await project.tellState();
    },
    close: async () => {
      state.end();
      await (await open?.session)?.close();
    },
  };
}

/** Labels of a stage as they are after corrections. */
async function labelsNow(
  name: Parameters<CorrectionSession["labels"]>[0],
  found: StageLabels,
  session: CorrectionSession,
  touched: OpenSession["touched"],
): Promise<LabelLayer> {
  return {
    source: (await session.labels(name)) ?? found.labels,
    version: versionOf(found, session.log().last),
    frameVersion: (frame) => versionOf(found, touched.get(`${name} ${frame}`) ?? 0),
  };
}

/** Tells pages that what was made before is stale now. Edits come in bursts: it waits for their end. */
function stateTeller(project: Project): { readonly tellSoon: () => void; readonly end: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    tellSoon: () => {
      clearTimeout(timer);
      timer = setTimeout(() => void project.tellState().catch(() => undefined), settlingTime);
    },
    end: () => clearTimeout(timer),
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

function countsOf(session: CorrectionSession, tracks: () => BaseTracks | undefined): CorrectionCounts {
  const log = session.log();
  const { layers } = countEdits(log);
  const edits = Object.fromEntries(
    (Object.keys(layers) as Layer[]).map((layer) => [layer, layers[layer].edits]),
  ) as Record<Layer, number>;
  const { trackEdits } = session.corrections();
  const base = trackEdits.length === 0 ? undefined : tracks();
  return {
    revision: log.last,
    edits,
    canUndo: log.held.length > 0,
    canRedo: log.undone.length > 0,
    unapplied:
      base === undefined ? [] : applyTrackEdits(base.tracks, trackEdits).unapplied.map(({ why }) => why),
  };
}
