/** Sentences for the user, at the foot of the page. */
import { signal } from "@preact/signals";

/** A sentence, and whether it is about something that went wrong. */
export interface PageNotice {
  readonly number: number;
  readonly text: string;
  readonly isError: boolean;
}

/** The latest last. */
export const pageNotices = signal<readonly PageNotice[]>([]);

let last = 0;
const add = (text: string, isError: boolean): void => {
  // What is said again replaces what was said.
  const others = pageNotices.value.filter((notice) => notice.text !== text);
  pageNotices.value = [...others.slice(-4), { number: ++last, text, isError }];
};

/** What went well need not be dismissed, ms. */
const readingTime = 12_000;

/** Says something, for a while. */
export function tell(text: string): void {
  add(text, false);
  const said = last;
  setTimeout(() => forgetNotice(said), readingTime);
}

/** Says that something went wrong; what the user stopped is nothing of that kind. */
export function tellError(error: unknown): void {
  if (error instanceof DOMException && error.name === "AbortError") return;
  add(error instanceof Error ? error.message : String(error), true);
}

/** Takes a sentence away. */
export const forgetNotice = (number: number): void => {
  pageNotices.value = pageNotices.value.filter((notice) => notice.number !== number);
};

/** Does something and says what went wrong. For handlers of events. */
export const attempt = (work: () => Promise<unknown>): void => void work().catch(tellError);
