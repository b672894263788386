/** The study whose conditions are compared. */
import { signal } from "@preact/signals";
import type { StudyAnswer } from "../../../src/server/messages.js";
import { getPacked } from "../api/request.js";
import { view } from "./place.js";

/** Undefined where none is open. */
export const study = signal<StudyAnswer | undefined>(undefined);

/** Reads a study folder and shows it. @throws RequestError */
export async function openStudy(path: string): Promise<void> {
  study.value = await getPacked<StudyAnswer>(`studies?path=${encodeURIComponent(path)}`);
  view.value = "explore";
}
