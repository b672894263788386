/** A part of a frame that is predicted again and again while a network is trained. */
import type { ModelSource } from "../../api/openmodel.js";
import { isKaryonError } from "../../core/errors.js";
import type { ModelSnapshot } from "../../pipeline/stage/events.js";
import type { JobRequest, WatchAnswer } from "../messages.js";
import type { Project } from "../project.js";
import type { TrainingLook } from "./jobrunner.js";
import { type Previews, viewOf, type WatchedView } from "./previews.js";

/** Watches the trainings of one project. */
export interface Watching extends TrainingLook {
  /** What the newest network made of the watched part; undefined before the first. */
  readonly newest: () => WatchAnswer | undefined;
  /** Watches another part, or nothing; the newest network predicts it at once. */
  readonly watch: (view: WatchedView | undefined) => void;
  /** Resolved when no prediction goes on. */
  readonly settled: () => Promise<void>;
}

/** @param predict what a network makes of a part of a frame */
export function watching(project: Project, predict: Previews["predict"]): Watching {
  let view: WatchedView | undefined;
  let snapshot: ModelSnapshot | undefined;
  let answer: WatchAnswer | undefined;
  let going: Promise<void> | undefined;
  /** What was predicted last. */
  let done: { readonly snapshot: ModelSnapshot; readonly view: WatchedView } | undefined;

  const next = async (): Promise<void> => {
    while (view !== undefined && snapshot !== undefined) {
      if (done?.snapshot === snapshot && done.view === view) return;
      const asked = { snapshot, view };
      done = asked;
      const model: ModelSource = asked.snapshot;
      try {
        const labels = await predict(model, asked.view, "watch");
        // Another part was chosen, or the training has begun again.
        if (view !== asked.view) continue;
        const { step } = asked.snapshot;
        answer = { step, ...asked.view, labels };
        project.tell({ type: "watch", step, frame: asked.view.frame });
      } catch (error) {
        // A training does not end for a picture of it.
        if (!isKaryonError(error, "Cancelled")) tellProblem(project, error);
      }
    }
  };
  const go = (): void => {
    going ??= next().finally(() => (going = undefined));
  };
  return {
    onStart: (request: JobRequest) => {
      [snapshot, answer, done] = [undefined, undefined, undefined];
      if ("until" in request && request.watch !== undefined) view = viewOf(request.watch);
    },
    onSnapshot: (taken) => {
      snapshot = taken;
      go();
    },
    // The answer stays to be looked at; the network is in the run folder now.
    onEnd: () => (snapshot = undefined),
    newest: () => answer,
    watch: (chosen) => {
      view = chosen;
      go();
    },
    settled: async () => going,
  };
}

function tellProblem(project: Project, error: unknown): void {
  const sentence = error instanceof Error ? error.message : String(error);
  project.tell({ type: "notice", text: `The network in training could not be looked at: ${sentence}` });
}
