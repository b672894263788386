/** What the keys do in the view. Ids that the presets know have their keys from there. */
import { signal } from "@preact/signals";
import {
  areLabelsShown,
  areOutlinesShown,
  areTracksShown,
  channels,
  fillOpacity,
  frameCount,
  isLassoOn,
  onlySelected,
  playing,
  showChannel,
  tailLength,
} from "../state/display.js";
import { command } from "../state/keys.js";
import { camera } from "../state/place.js";
import { autoContrastOf } from "./visiblehistogram.js";
import { showFrame, stepFrame } from "./frameclock.js";
import { engines, fitCamera } from "./viewengine.js";
import { panBy, zoomBy } from "./viewpointer.js";

/** The view that keys are meant for. */
const engine = (): (typeof engines)[number] | undefined => engines.at(-1);
const isViewed = (): boolean => engines.length > 0;
const isMovie = (): boolean => isViewed() && frameCount.peek() > 1;

/** Counts how often the contrast was asked for by its key: the panel opens. */
export const contrastAsked = signal(0);

/** One step of the keys. */
const zoomStep = 1.3;
/** Share of the view. */
const panStep = 0.12;

/** Shows the whole image. */
export function fitView(): void {
  const view = engine();
  const image = view?.shown()?.scene.size;
  if (view !== undefined && image !== undefined) fitCamera(image, view.size());
}

/** Shows the image px by px, its middle staying. */
export function showAtOne(): void {
  const now = camera.peek();
  if (now !== undefined) camera.value = { ...now, zoom: 1 };
}

/** Gives the channels that are drawn the contrast of what is visible. */
export function setAutoContrast(): void {
  const picture = engine()?.shown();
  for (const { index, plane } of picture?.channels ?? []) showChannel(index, autoContrastOf(plane));
}

function pan(down: number, right: number): void {
  const size = engine()?.size();
  if (size !== undefined) panBy(down * size.height * panStep, right * size.width * panStep);
}

type Entry = readonly [id: string, title: string, run: () => void, keys?: readonly string[]];

const zooming: readonly Entry[] = [
  ["view.zoomin", "Zoom in", () => zoomHere(zoomStep), ["+", "Ctrl+ArrowUp"]],
  ["view.zoomout", "Zoom out", () => zoomHere(1 / zoomStep), ["-", "Ctrl+ArrowDown"]],
  ["view.fit", "Show the whole image", fitView],
  ["view.one", "Show the image px by px", showAtOne, ["Ctrl+Home"]],
  ["view.panup", "Move the view up", () => pan(-1, 0), ["Shift+ArrowUp"]],
  ["view.pandown", "Move the view down", () => pan(1, 0), ["Shift+ArrowDown"]],
  ["view.panleft", "Move the view left", () => pan(0, -1), ["Shift+ArrowLeft"]],
  ["view.panright", "Move the view right", () => pan(0, 1), ["Shift+ArrowRight"]],
];

function zoomHere(factor: number): void {
  const view = engine();
  if (view !== undefined) zoomBy(view, factor);
}

const showing: readonly Entry[] = [
  ["view.labels", "Labels on or off", () => flip(areLabelsShown)],
  ["view.outlines", "Outlines on or off", () => flip(areOutlinesShown)],
  ["view.fill", "Fill on or off", () => (fillOpacity.value = fillOpacity.peek() > 0 ? 0 : 0.3)],
  ["view.onlyselected", "Show only what is selected", () => flip(onlySelected)],
  ["view.contrast", "Set the contrast", () => (contrastAsked.value += 1)],
  ["view.autocontrast", "Contrast by itself", setAutoContrast],
  ["view.lasso", "Select by a lasso", () => flip(isLassoOn), ["L"]],
  ["track.tails", "Tails of tracks on or off", () => flip(areTracksShown)],
  ["track.longer", "Longer tails", () => (tailLength.value = Math.min(1000, longer(tailLength.peek())))],
  ["track.shorter", "Shorter tails", () => (tailLength.value = shorter(tailLength.peek()))],
];
const longer = (frames: number): number => Math.max(frames + 1, Math.round(frames * 1.5));
const shorter = (frames: number): number => Math.max(0, Math.min(frames - 1, Math.round(frames / 1.5)));
const flip = (shown: { value: boolean; peek(): boolean }): void => {
  shown.value = !shown.peek();
};

const time: readonly Entry[] = [
  ["frame.next", "Next frame", () => stepFrame(1)],
  ["frame.previous", "Previous frame", () => stepFrame(-1)],
  ["frame.first", "First frame", () => showFrame(0), ["Ctrl+ArrowLeft"]],
  ["frame.last", "Last frame", () => showFrame(Infinity), ["Ctrl+ArrowRight"]],
  ["frame.play", "Play or stop the movie", () => flip(playing)],
];

let isRegistered = false;

/** Registers the commands, once. */
export function registerViewCommands(): void {
  if (isRegistered) return;
  isRegistered = true;
  const add = (group: string, entries: readonly Entry[], isActive: () => boolean): void => {
    for (const [id, title, run, keys] of entries)
      command({ id, title, group, run, isActive, keys: keys === undefined ? undefined : { karyon: keys } });
  };
  add("View", zooming, isViewed);
  add("View", showing, () => isViewed() && channels.peek().length > 0);
  add("Time", time, isMovie);
}
