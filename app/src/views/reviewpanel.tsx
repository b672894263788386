/** The queue of doubtful objects, and the list of the last edits. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { frameOf, placeOf, textOf } from "../state/edithistory.js";
import { editHistory, isServerAway, markReviewed, unsaved } from "../state/edits.js";
import { attempt } from "../state/notices.js";
import { project } from "../state/openproject.js";
import { frame } from "../state/place.js";
import {
  isFrameReviewed,
  keepReview,
  leaveItem,
  left,
  look,
  nameOfItem,
  reviewed,
  reviewedLayer,
  reviewQueue,
  step,
} from "../tools/reviewing.js";
import { reveal } from "../tools/revealing.js";
import { ToolButton } from "../tools/toolbar.js";

/** Items that are listed: nobody scrolls further. */
const most = 100;

/** The queue with its reasons. */
export function ReviewPanel(): JSX.Element {
  useEffect(keepReview, [project.value?.id]);
  const queue = reviewQueue.value.filter((item) => !left.value.has(nameOfItem(item)));
  const now = reviewed.value && nameOfItem(reviewed.value);
  return (
    <>
      <div class="row">
        <ToolButton id="review.previous" title="Previous" onClick={() => step(-1)} />
        <ToolButton id="review.next" title="Next" onClick={() => step(1)} />
        <ToolButton
          id="review.leave"
          title="It is right"
          hint="Leaves it as it is, and goes on"
          isDisabled={reviewed.value === undefined}
          onClick={leaveItem}
        />
      </div>
      <p class="quiet">
        {queue.length === 0 ? "Nothing doubtful." : `${queue.length} to look at, the most doubtful first`}
      </p>
      <ol class="review-list">
        {queue.slice(0, most).map((item) => (
          <li key={nameOfItem(item)}>
            <button
              type="button"
              aria-current={nameOfItem(item) === now ? "true" : undefined}
              onClick={() => look(item)}
            >
              <span>{item.reason}</span>
              <span class="quiet">
                {project.value?.kind === "movie"
                  ? `frame ${item.frame + 1}`
                  : (project.value?.frameNames[item.frame] ?? "")}
                , doubt {Math.round(100 * item.doubt)} %
              </span>
              <span class="doubt-bar">
                <i style={{ width: `${100 * item.doubt}%` }} />
              </span>
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}

/** Marks the frame as looked through, or takes the mark away. */
export function toggleReviewed(): void {
  const layer = reviewedLayer.peek();
  if (layer === "tracks") return;
  attempt(() => markReviewed({ layer, frame: frame.peek(), isDone: !isFrameReviewed.peek() }));
}

/** A mark for the frame: it holds what is right now. */
export function FrameMark(): JSX.Element {
  const layer = reviewedLayer.value;
  const done = (project.value?.reviewed ?? []).filter((mark) => mark.layer === layer && mark.isDone).length;
  return (
    <div class="row">
      <ToolButton
        id="review.frame"
        title={isFrameReviewed.value ? "Looked through" : "Mark as looked through"}
        hint="All objects of this frame are right"
        isPressed={isFrameReviewed.value}
        onClick={toggleReviewed}
      />
      <span class="quiet">
        {done} of {project.value?.frames} frames
      </span>
    </div>
  );
}

/** The last edits, the newest first; a click goes there. */
export function HistoryPanel(): JSX.Element {
  const corrections = project.value?.corrections;
  const counts = corrections?.edits;
  return (
    <>
      <p class="quiet" role="status">
        {counts === undefined
          ? ""
          : `${counts.annotation} in the annotation, ${counts.labels} in the labels, ${counts.tracks} in the tracks`}
        {unsaved.value > 0 ? `; ${unsaved.value} not saved yet` : "; all saved"}
        {isServerAway.value ? " (the server is away)" : ""}
      </p>
      <ol class="history-list">
        {editHistory.value.toReversed().map((item, i, all) => (
          <li key={all.length - i} data-undone={item.isUndone ? "yes" : "no"}>
            <button type="button" class="link" onClick={() => reveal(placeOf(item.edit))}>
              {textOf(item.edit)}
            </button>
            <span class="quiet">frame {frameOf(item.edit) + 1}</span>
          </li>
        ))}
      </ol>
      {(corrections?.unapplied ?? []).map((sentence) => (
        <p key={sentence} class="stale">
          {sentence}
        </p>
      ))}
    </>
  );
}
