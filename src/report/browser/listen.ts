/** What the reader does with the page: clicks, keys, the number of a track. */
import { chooseTrack, closeTrack } from "./choose.js";
import { nearestPath } from "./places.js";
import { showPath, type TrackPage } from "./trackpage.js";
import { stepTo } from "./trackwords.js";

/** How far beside a track a click still means it, px of the screen. */
const reach = 20;

/** A click in the picture chooses the nearest track, or none. */
export function listenToStage(page: TrackPage): void {
  const { stage, paths, data } = page;
  const box = page.layer.viewBox.baseVal;
  stage.addEventListener("click", (event) => {
    const frame = stage.getBoundingClientRect();
    const y = box.y + ((event.clientY - frame.top) / frame.height) * box.height - 0.5;
    const x = box.x + ((event.clientX - frame.left) / frame.width) * box.width - 0.5;
    const index = nearestPath(paths, y, x, (reach * box.width) / frame.width);
    if (index >= 0) chooseTrack(page, data.id[index]!, false);
    else closeTrack(page);
  });
}

/** The form above the picture, and Escape, which chooses no track. */
export function listenToForm(page: TrackPage): void {
  const { stage, bar, field, paths, indexOf } = page;
  document.querySelector(".trackenlarge")?.addEventListener("click", () => {
    const isLarge = stage.classList.toggle("large");
    const index = indexOf.get(Number(field.value));
    if (index !== undefined && !bar.hidden && isLarge) showPath(page, paths[index]!);
  });
  field.form?.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value !== "") chooseTrack(page, Number(field.value), true);
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !bar.hidden) closeTrack(page);
  });
}

const trackOf = (element: Element): number => Number(element.getAttribute("data-track"));

/**
 * A plot or a table of tracks. A click or Enter brings the picture into sight; arrow keys go from one track to
 * the next and stay here.
 */
export function listenToPlot(page: TrackPage, plot: HTMLElement): void {
  const picks = [...plot.querySelectorAll<HTMLElement | SVGElement>("[data-track]")];
  const isTable = plot.tagName === "TABLE";
  const isCurrent = (pick: Element): boolean =>
    isTable ? pick === document.activeElement : pick.classList.contains("chosen");
  plot.addEventListener("click", (event) => {
    const pick = (event.target as Element).closest("[data-track]");
    if (pick !== null) chooseTrack(page, trackOf(pick), true);
  });
  plot.addEventListener("keydown", (event) => {
    const at = picks.findIndex(isCurrent);
    const step = stepTo(event.key, at, picks.length);
    const isEntered = event.key === "Enter" || event.key === " ";
    const pick = isEntered ? picks[at] : picks[step ?? -1];
    if (pick === undefined) return;
    event.preventDefault();
    if (isTable) pick.focus();
    chooseTrack(page, trackOf(pick), isEntered);
  });
}
