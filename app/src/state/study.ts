/** The study whose conditions are compared. */
import { effect, signal } from "@preact/signals";
import type { StudyAnswer } from "../../../src/server/messages.js";
import { getPacked } from "../api/request.js";
import { project } from "./openproject.js";
import { view } from "./place.js";

/** Undefined where none is open. */
export const study = signal<StudyAnswer | undefined>(undefined);

/** Reads a study folder and shows it. @throws RequestError */
export async function openStudy(path: string): Promise<void> {
  study.value = await getPacked<StudyAnswer>(`studies?path=${encodeURIComponent(path)}`);
  view.value = "explore";
}

/** The study that was left for one of its samples. */
export const leftStudy = signal<StudyAnswer | undefined>(undefined);

/** A project that is opened takes the place of the study. */
let opened = project.peek()?.id;
effect(() => {
  const id = project.value?.id;
  if (id === opened) return;
  opened = id;
  if (study.peek() !== undefined) leftStudy.value = study.peek();
  study.value = undefined;
});
