/** What the tools do to whole objects: fetch the labels around, ask the gesture, send the change. */
import { fill } from "../../../src/correct/fillobject.js";
import { accept, copy, deleteObjects, draw, ignore } from "../../../src/correct/labelgestures.js";
import { isRefused, type Point } from "../../../src/correct/labelwindow.js";
import { merge } from "../../../src/correct/mergeobjects.js";
import { split } from "../../../src/correct/splitobject.js";
import { tell } from "../state/notices.js";
import { project } from "../state/openproject.js";
import { camera, frame, selection } from "../state/place.js";
import { numbers, rowsOfFrame, tableOf } from "../state/tables.js";
import { awaitedLabels } from "./awaitedplanes.js";
import { commit, commitOutcome, type EditedLabels, editedLabels, freeLabel } from "./editedlabels.js";
import { labelApart, mergeChoice, strokeLabel } from "./gesturechoice.js";
import { labelAt, loadWindow, windowAround, windowOfObjects } from "./labelaccess.js";
import { activate, activeLabel, isProtecting, tool } from "./toolstate.js";

/** Does something with the labels that are corrected, or says that there are none. */
async function withLabels(work: (labels: EditedLabels) => Promise<unknown>): Promise<void> {
  const labels = editedLabels();
  if (labels === undefined) tell("Show the annotation or the labels to correct them.");
  else await work(labels);
}

/** Where objects are, as far as the table knows; else the middle of the view. */
function placesOf({ layer, frame: of }: EditedLabels, wanted: ReadonlySet<number>): readonly Point[] {
  const table = tableOf(layer).peek();
  const places: Point[] = [];
  if (table !== undefined) {
    const [label, y, x] = ["label", "y", "x"].map((key) => numbers(table, key)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (const row of rowsOfFrame(table, of))
      if (wanted.has(label[row]!) && y.length > 0) places.push({ y: y[row]!, x: x[row]! });
  }
  const view = camera.peek();
  return places.length > 0 || view === undefined ? places : [{ y: view.y, x: view.x }];
}

/** Deletes objects, in all their pieces. @param at where one of them was clicked */
export const deleteLabels = (wanted: ReadonlySet<number>, at?: Point): Promise<void> =>
  withLabels(async (labels) => {
    if (wanted.size === 0) return tell("Select objects to delete them.");
    const window = await windowOfObjects(labels.plane, at ? [at] : placesOf(labels, wanted), wanted);
    const patches = window && deleteObjects(window, [...wanted]);
    if (!commit(labels, "delete", patches)) return;
    selection.value = new Set([...selection.value].filter((label) => !wanted.has(label)));
  });

/** Deletes the object at a place. */
export const deleteAt = (at: Point): Promise<void> =>
  withLabels(async ({ plane }) => {
    const label = await labelAt(plane, at);
    if (label > 0) await deleteLabels(new Set([label]), at);
  });

/** Splits what a line crosses; where one object is selected and crossed, that one. */
export const splitAlong = (line: readonly Point[]): Promise<void> =>
  withLabels(async (labels) => {
    const window = await windowOfObjects(labels.plane, line, undefined);
    if (window === undefined) return;
    const free = await freeLabel(labels);
    const parts = split(window, line, { newLabel: free });
    if (isRefused(parts)) return tell(parts.why);
    const whole = parts.flatMap(({ before, after }) => [...before.filter((label, i) => label !== after[i])]);
    // Both parts are to be told apart.
    const newLabel = labelApart(free, new Set(whole));
    commitOutcome(labels, "split", newLabel === free ? parts : split(window, line, { newLabel }));
  });

/** Adds the object at a place to the one that is selected; the first click selects. */
export const mergeAt = (at: Point): Promise<void> =>
  withLabels(async ({ plane }) => {
    const choice = mergeChoice(selection.value, await labelAt(plane, at));
    if (choice.type === "nothing") tell(choice.why);
    else if (choice.type === "first") selection.value = new Set([choice.label]);
    else await mergeLabels(choice.labels, at);
  });

/** Makes objects one; the first keeps its label. */
export const mergeLabels = (wanted: readonly number[], at?: Point): Promise<void> =>
  withLabels(async (labels) => {
    const set = new Set(wanted);
    const window = await windowOfObjects(labels.plane, at ? [at] : placesOf(labels, set), set);
    if (window === undefined || !commitOutcome(labels, "merge", merge(window, wanted))) return;
    selection.value = new Set(wanted.slice(0, 1));
  });

/** Fills the holes of an object, or the hole at a place. */
export const fillAt = (at: Point): Promise<void> =>
  withLabels(async (labels) => {
    const window = await windowOfObjects(labels.plane, [at], undefined);
    if (window !== undefined) commitOutcome(labels, "fill", fill(window, at));
  });

/** Label for something that is drawn: that of the object in which it begins goes on, unless it is to be new. */
async function drawnLabel(labels: EditedLabels, from: Point, isNew: boolean): Promise<number> {
  const active = isNew ? "new" : activeLabel.value;
  const label = strokeLabel(active, active === "automatic" ? await labelAt(labels.plane, from) : 0);
  return label === "new" ? freeLabel(labels) : label;
}

/** Makes an object of an outline. @param isNew with a label of its own, whatever is active */
export const drawInside = (outline: readonly Point[], isNew: boolean): Promise<void> =>
  withLabels(async (labels) => {
    const part = windowAround(labels.plane.size, outline, 2);
    if (part === undefined) return;
    const label = await drawnLabel(labels, outline[0]!, isNew);
    const window = await loadWindow(labels.plane, part);
    const paint = { label, protect: isProtecting.value };
    if (commit(labels, "draw", draw(window, outline, paint))) selection.value = new Set([label]);
    else tellProtected();
  });

/** Nothing was painted: says why. */
export function tellProtected(): void {
  if (isProtecting.value) tell("Other objects are protected here; Protect (B) lets the brush go over them.");
}

/** Makes a region unknown: training leaves it out. */
export const ignoreInside = (outline: readonly Point[]): Promise<void> =>
  withLabels(async (labels) => {
    if (labels.layer === "labels") return tell("Only the annotation has regions that are ignored.");
    const part = windowAround(labels.plane.size, outline, 2);
    if (part === undefined) return;
    const window = await loadWindow(labels.plane, part);
    commit(labels, "ignore", ignore(window, outline, { isIgnored: true, protect: isProtecting.value }));
  });

/** Paints from now on with the label at a place. */
export const pickAt = (at: Point): Promise<void> =>
  withLabels(async ({ plane }) => {
    const label = await labelAt(plane, at);
    activate(label > 0 ? label : "automatic");
    selection.value = new Set(label > 0 ? [label] : []);
    if (label > 0) tool.value = "paint";
  });

/** Takes the candidate at a place into the annotation. */
export const acceptAt = (at: Point): Promise<void> =>
  withLabels(async (labels) => {
    if (labels.layer === "labels") return tell("Candidates are accepted into the annotation.");
    const candidates = await awaitedLabels("candidates", labels.frame);
    const candidate = await labelAt(candidates, at);
    if (candidate <= 0) return tell("There is no candidate at this place.");
    const plane = await windowOfObjects(candidates, [at], new Set([candidate]));
    if (plane === undefined) return;
    const label = await freeLabel(labels);
    const window = await loadWindow(labels.plane, plane);
    const isDone = commit(labels, "accept", accept(window, { plane, label: candidate }, label));
    if (isDone) selection.value = new Set([label]);
    else tell("Other objects cover this candidate already.");
  });

/** Copies the selected objects to the next frame, and goes there. */
export const copyToNext = (): Promise<void> =>
  withLabels(async (labels) => {
    const next = labels.frame + 1;
    if (next >= (project.value?.frames ?? 0)) return tell("This is the last frame.");
    if (selection.value.size === 0) return tell("Select objects to copy them to the next frame.");
    const target = { ...labels, frame: next, plane: await awaitedLabels(labels.layer, next) };
    const copied: number[] = [];
    for (const label of selection.value) {
      const only = new Set([label]);
      const plane = await windowOfObjects(labels.plane, placesOf(labels, only), only);
      if (plane === undefined) continue;
      const free = await freeLabel(target);
      const window = await loadWindow(target.plane, plane);
      if (commit(target, "copy", copy(window, { plane, label }, free))) copied.push(free);
    }
    frame.value = next;
    selection.value = new Set(copied);
    if (copied.length === 0) tell("Other objects are at this place in the next frame.");
  });
