/** What options make of the part of the frame that is looked at, at once. */
import { computed, effect, signal } from "@preact/signals";
import { minCertainty } from "../../../src/annotate/decide.js";
import { annotationColours } from "../../../src/draw/colours.js";
import type { Window } from "../../../src/core/image.js";
import type { Size } from "../../../src/core/size.js";
import type { PartialConfig } from "../../../src/server/messages.js";
import type { PreviewAnswer } from "../../../src/server/messages.js";
import type { Camera } from "../../../src/viewer/scene.js";
import { packed } from "../../../src/viewer/packedcolour.js";
import { askPacked } from "../api/request.js";
import { tellError } from "../state/notices.js";
import { project, projectPath } from "../state/openproject.js";
import { camera, frame } from "../state/place.js";
import { columnOf, numbers } from "../state/tables.js";
import { engines } from "../viewer/viewengine.js";
import type { ShownLabels } from "../viewer/viewscene.js";
import { windowPlane } from "../viewer/windowplane.js";

/** Options of the annotation. */
export type AnnotateOptions = NonNullable<PartialConfig["annotate"]>;

/** The options as they are set now; what is not set is chosen from the images. */
export const draft = signal<AnnotateOptions>({});

/** The newest answer, and the frame that it is about. */
export const preview = signal<{ readonly frame: number; readonly answer: PreviewAnswer } | undefined>(
  undefined,
);

/** Whether an answer is awaited. */
export const isPreviewing = signal(false);

/** Longest side of what is looked at ahead, px. */
export const longestSide = 768;

/** Longest side of what is looked at first, px: its answer takes a quarter of the time. */
const firstSide = 384;

/** The part that is visible, or the middle of it. */
export function previewWindow({ y, x, zoom }: Camera, view: Size, size: Size, most = longestSide): Window {
  const span = (middle: number, seen: number, whole: number): readonly [number, number] => {
    const first = Math.max(0, Math.floor(middle - seen / 2 + 0.5));
    const end = Math.min(whole, Math.ceil(middle + seen / 2 + 0.5));
    const length = Math.max(1, Math.min(most, end - first, whole));
    const from = Math.round((first + end - length) / 2);
    return [Math.max(0, Math.min(whole - length, from)), length];
  };
  const [top, height] = span(y, view.height / zoom, size.height);
  const [left, width] = span(x, view.width / zoom, size.width);
  return { y: top, x: left, height, width };
}

/** Changes options; undefined leaves one to the images. */
export function setDraft(change: Partial<Record<keyof AnnotateOptions, unknown>>): void {
  const next = { ...draft.value, ...change } as Record<string, unknown>;
  for (const key of Object.keys(next)) if (next[key] === undefined) delete next[key];
  draft.value = next;
}

/** Size of the frame, px. */
function frameSize(): Size | undefined {
  const sizes = project.value?.sizes;
  const [height, width] = sizes?.[frame.value] ?? sizes?.[0] ?? [0, 0];
  return height > 0 ? { height, width } : undefined;
}

let asked: AbortController | undefined;
/** Changes come in bursts while a slider or the image is dragged, ms. */
const settleMs = 70;

/** What the server holds the candidates of: other limits of the area are then a matter of milliseconds. */
let held = "";
function candidatesOf(window: Window): string {
  const { minArea: _least, maxArea: _most, ...options } = draft.peek();
  return JSON.stringify([projectPath.peek(), frame.peek(), window, options]);
}

/** Asks for the middle of a window first, and then for all of it, unless all of it is known well enough. */
async function askWidening(view: Camera, shown: Size, size: Size): Promise<void> {
  asked?.abort();
  const controller = new AbortController();
  asked = controller;
  const whole = previewWindow(view, shown, size);
  const middle = previewWindow(view, shown, size, firstSide);
  const isSmall = middle.height === whole.height && middle.width === whole.width;
  if (!isSmall && held !== candidatesOf(whole)) await ask(middle, controller);
  if (controller.signal.aborted) return;
  const asking = candidatesOf(whole);
  await ask(whole, controller);
  if (!controller.signal.aborted) held = asking;
}

async function ask(window: Window, controller: AbortController): Promise<void> {
  isPreviewing.value = true;
  const request = { frame: frame.value, window, config: { annotate: draft.value } };
  try {
    const path = `${projectPath.value}/preview/annotation`;
    const answer = await askPacked<PreviewAnswer | null>(path, request, controller.signal);
    if (answer !== null && asked === controller) preview.value = { frame: request.frame, answer };
  } catch (error) {
    // Whoever asks again has given up the question before.
    if (!controller.signal.aborted) tellError(error);
  } finally {
    if (asked === controller) isPreviewing.value = false;
  }
}

/** Asks again whenever the options, the frame or the view change. @returns ends it */
export function keepPreviewing(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = effect(() => {
    void draft.value;
    const [view, size] = [camera.value, frameSize()];
    clearTimeout(timer);
    if (view === undefined || size === undefined) return;
    timer = setTimeout(() => {
      const shown = engines.at(-1)?.size() ?? { height: longestSide, width: longestSide };
      void askWidening(view, shown, size);
    }, settleMs);
  });
  return () => {
    end();
    clearTimeout(timer);
    asked?.abort();
    asked = undefined;
    preview.value = undefined;
    isPreviewing.value = false;
  };
}

/** What becomes of a candidate. */
export type Fate = "sure" | "unknown" | "rejected";

/** Fate of each candidate of a preview, from 1. A rejected one that training leaves out is unknown. */
export function fatesOf({ candidates, labels, objects }: PreviewAnswer): readonly Fate[] {
  const kept = numbers(objects, "kept");
  const fates: Fate[] = ["rejected", ...Array.from(kept, (is): Fate => (is === 1 ? "sure" : "rejected"))];
  candidates.forEach((candidate, i) => {
    if (candidate > 0 && labels[i] === -1 && fates[candidate] === "rejected") fates[candidate] = "unknown";
  });
  return fates;
}

/** Colours of the fates, red, green, blue. */
export const fateColours = {
  sure: annotationColours.kept,
  unknown: annotationColours.ignored,
  rejected: annotationColours.rejected,
} as const satisfies Record<Fate, readonly [number, number, number]>;

/** The preview as a layer of the view; nothing where it is of another frame. */
export const previewLayer = computed<readonly ShownLabels[]>(() => {
  const size = frameSize();
  const known = preview.value;
  if (known === undefined || size === undefined || known.frame !== frame.value) return [];
  const { window, candidates } = known.answer;
  const colours = Uint32Array.from(fatesOf(known.answer), (fate) => packed(fateColours[fate]));
  return [{ plane: windowPlane(size, window, candidates), colours }];
});

/** Why a candidate of the preview was kept or rejected. */
export function reasonOf(candidate: number): string {
  const objects = preview.value?.answer.objects;
  if (objects === undefined || candidate <= 0) return "";
  const row = numbers(objects, "candidate").indexOf(candidate);
  const reason = columnOf(objects, "reason")?.values[row];
  const score = numbers(objects, "score")[row];
  const area = numbers(objects, "area")[row];
  if (row < 0) return "";
  const fate = numbers(objects, "kept")[row] === 1 ? "Sure" : "Rejected";
  const words = typeof reason === "string" && reason !== "" ? `: ${reason}` : "";
  return `${fate}${words} (certainty ${score?.toFixed(2)}, area ${Math.round(area ?? 0)} px)`;
}

/** Twice the sensitivity takes objects with about a third of the odds. */
const oddsPower = 1.5;

/** Least certainty of a kept nucleus. */
export function certaintyAt(sensitivity: number): number {
  const odds = minCertainty / (1 - minCertainty) / sensitivity ** oddsPower;
  return odds / (1 + odds);
}

/** The sensitivity, 0.1 to 10, at which this certainty is just enough. */
export function sensitivityAt(certainty: number): number {
  const odds = certainty / (1 - certainty);
  const sensitivity = (minCertainty / (1 - minCertainty) / odds) ** (1 / oddsPower);
  return Math.max(0.1, Math.min(10, sensitivity));
}
