/**
 * One track at a time is chosen: everything that carries its number in `data-track` is marked, its path is
 * drawn over the picture, and the bar says what is known of it.
 */
import { touchesBox } from "./places.js";
import { drawTrack, familyOf, showPath, type TrackPage } from "./trackpage.js";
import { trackLine } from "./trackwords.js";

/** Chooses no track. */
export function closeTrack({ layer, bar }: TrackPage): void {
  for (const marked of document.querySelectorAll(".chosen")) marked.classList.remove("chosen");
  layer.replaceChildren();
  bar.replaceChildren();
  bar.hidden = true;
}

/** Chooses a track. @param move whether the picture is to be brought into sight */
export function chooseTrack(page: TrackPage, id: number, move: boolean): void {
  closeTrack(page);
  page.bar.hidden = false;
  const line = document.createElement("span");
  line.setAttribute("role", "status");
  page.bar.append(line);
  const index = page.indexOf.get(id);
  if (index === undefined)
    line.textContent = `Track ${id} is not among those of this page; tracks.csv has them all.`;
  else {
    const path = page.paths[index]!;
    const isInside = touchesBox(path, page.layer.viewBox.baseVal);
    line.textContent = trackLine(page.data, index) + (isInside ? "" : "; outside of this picture");
    drawTrack(page, id);
    const marked = markAll(id);
    page.field.value = String(id);
    if (move) {
      page.came = { scroll: scrollY, focus: document.activeElement };
      showPath(page, path);
    }
    addFamilyButtons(page, id);
    addButton(page, "picture", () => showPath(page, path));
    addPlotButtons(page, marked);
    if (move) addBackButton(page);
  }
  addButton(page, "close", () => closeTrack(page));
}

/** Marks what carries the number of a track. */
function markAll(id: number): Element[] {
  const marked = [...document.querySelectorAll(`[data-track="${id}"]`)];
  for (const element of marked) {
    element.classList.add("chosen");
    // A point that others cover would be marked in vain.
    if (element.tagName === "circle") element.parentNode!.append(element);
  }
  return marked;
}

function addButton({ bar }: TrackPage, text: string, act: () => void): void {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.addEventListener("click", act);
  bar.append(button);
}

function addFamilyButtons(page: TrackPage, id: number): void {
  const { mother, daughters } = familyOf(page, id);
  if (mother > 0) addButton(page, `mother ${mother}`, () => chooseTrack(page, mother, true));
  for (const daughter of daughters)
    addButton(page, `daughter ${daughter}`, () => chooseTrack(page, daughter, true));
}

/** A button for each plot and table that has the track, which leads there. */
function addPlotButtons(page: TrackPage, marked: readonly Element[]): void {
  const seen = new Set<Element>();
  for (const element of marked) {
    const plot = element.closest("[data-plot]");
    if (plot === null || seen.has(plot)) continue;
    seen.add(plot);
    addButton(page, plot.getAttribute("data-plot")!, () => {
      unfold(element);
      element.scrollIntoView({ block: "center" });
    });
  }
}

function unfold(element: Element): void {
  let fold = element.closest("details");
  while (fold !== null) {
    fold.open = true;
    fold = fold.parentElement!.closest("details");
  }
}

function addBackButton(page: TrackPage): void {
  addButton(page, "back", () => {
    const { scroll, focus } = page.came!;
    scrollTo(0, scroll);
    if (focus instanceof HTMLElement || focus instanceof SVGElement) focus.focus({ preventScroll: true });
  });
}
