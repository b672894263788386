/** What is worth looking at, one after another, the most doubtful first. */
import { computed, effect, signal } from "@preact/signals";
import type { Layer } from "../../../src/correct/edits.js";
import type { ReviewItem } from "../../../src/server/messages.js";
import { getJson } from "../api/request.js";
import { afterPicture, labelLayer } from "../state/display.js";
import { command } from "../state/keys.js";
import { tell, tellError } from "../state/notices.js";
import { onStudioEvent, project, projectPath } from "../state/openproject.js";
import { frame, goTo, selectedTracks, selection, view } from "../state/place.js";
import { links, rowAt, showRow } from "./trackactions.js";

/** All that is doubtful, of all layers. */
export const reviewItems = signal<readonly ReviewItem[]>([]);

/** The layer whose doubts are looked through. */
export const reviewedLayer = computed<Layer>(() => {
  const layer = labelLayer.value;
  if (view.value === "track" || layer === "tracks") return "tracks";
  return layer === "labels" ? "labels" : "annotation";
});

/** Items of that layer. */
export const reviewQueue = computed(() =>
  reviewItems.value.filter(({ layer }) => layer === reviewedLayer.value),
);

/** Items that the user has left as they are. */
export const left = signal<ReadonlySet<string>>(new Set());

/** The item that is looked at; undefined before the first. */
export const reviewed = signal<ReviewItem | undefined>(undefined);

/** The same for the same doubt, after the queue was asked for again. */
export const nameOfItem = ({ layer, kind, frame: of, y, x }: ReviewItem): string =>
  [layer, kind, of, Math.round(y), Math.round(x)].join(" ");

/** Asks for the queue. */
export async function loadReview(): Promise<void> {
  if (project.peek() === undefined) return;
  await afterPicture();
  try {
    reviewItems.value = await getJson<readonly ReviewItem[]>(`${projectPath.peek()}/review`);
  } catch (error) {
    tellError(error);
  }
}

/**
 * The item after another one, those left out that need no look any more.
 *
 * @returns undefined at the end of the queue
 */
export function itemAfter(
  queue: readonly ReviewItem[],
  now: ReviewItem | undefined,
  by: 1 | -1,
  done: ReadonlySet<string>,
): ReviewItem | undefined {
  const name = now && nameOfItem(now);
  const at = queue.findIndex((item) => nameOfItem(item) === name);
  // What was corrected is in the queue no more: it goes on from the next one in doubt.
  const gone = now === undefined ? 0 : queue.findIndex(({ doubt }) => doubt <= now.doubt);
  const first =
    at >= 0 ? at + by : by === 1 ? (gone < 0 ? queue.length : gone) : (gone < 0 ? queue.length : gone) - 1;
  for (let i = first; i >= 0 && i < queue.length; i += by)
    if (!done.has(nameOfItem(queue[i]!))) return queue[i];
  return undefined;
}

/** Goes to an item: its frame, its place, its object. */
export function look(item: ReviewItem): void {
  reviewed.value = item;
  if (item.layer === "annotation") {
    // A rejected candidate is seen among the candidates, and accepted from there.
    const layer = item.kind === "rejected" ? "candidates" : "annotation";
    if (project.value?.labelLayers[layer] !== undefined && item.kind !== "rejected") labelLayer.value = layer;
  } else labelLayer.value = item.layer;
  goTo(item, 3);
  if (item.layer === "tracks") return selectTrackAt(item);
  const isObject = item.kind !== "rejected" && item.object > 0;
  selection.value = new Set(isObject ? [item.object] : []);
}

/** The track of a doubtful nucleus; no track where a repair is all that is there. */
function selectTrackAt(item: ReviewItem): void {
  const now = links.peek();
  const row = now === undefined ? -1 : rowAt(now, item);
  if (row >= 0) showRow(now!, row);
  else selectedTracks.value = new Set();
}

/** Goes to the next item, or to the one before. */
export function step(by: 1 | -1): void {
  const next = itemAfter(reviewQueue.value, reviewed.value, by, left.value);
  if (next !== undefined) look(next);
  else tell(by === 1 ? "Nothing more to look at in this queue." : "This is the first one.");
}

/** The item is right as it is. */
export function leaveItem(): void {
  const now = reviewed.value;
  if (now === undefined) return step(1);
  left.value = new Set([...left.value, nameOfItem(now)]);
  step(1);
}

/** Frames that the user has looked through. */
export const isFrameReviewed = computed(() => {
  const layer = reviewedLayer.value;
  return (project.value?.reviewed ?? []).some(
    (mark) => mark.layer === layer && mark.frame === frame.value && mark.isDone,
  );
});

/** Keeps the queue as the server has it, and its keys, while a view shows it. @returns ends it */
export function keepReview(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void loadReview(), 600);
  };
  let seen = "";
  const ends = [
    onStudioEvent((event) => {
      if (event.type === "edit") soon();
    }),
    effect(() => {
      const now = project.value;
      const made = `${now?.id} ${JSON.stringify(now?.stages)} ${JSON.stringify(now?.reviewed)}`;
      if (made !== seen) soon();
      seen = made;
    }),
    command({ id: "review.next", title: "Next doubtful object", group: "Review", run: () => step(1) }),
    command({ id: "review.previous", title: "Doubtful object before", group: "Review", run: () => step(-1) }),
    command({
      id: "review.leave",
      title: "It is right as it is",
      group: "Review",
      keys: { karyon: ["Shift+Enter"] },
      run: leaveItem,
    }),
  ];
  return () => {
    clearTimeout(timer);
    ends.forEach((end) => end());
  };
}
