/**
 * What the page does when a track is clicked, in the picture, in a plot or in a table. These functions go
 * into the page as their own text (`clickScript`), so none may name anything outside of itself but what the
 * browser has.
 */
import type { TrackData } from "./trackdata.js";

/** Undoes `packPaths`: y and x in turn of each path, px. */
export function unpackPaths(packed: string): number[][] {
  const bytes = atob(packed);
  let at = 0;
  const take = (): number => {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = bytes.charCodeAt(at++);
      value += (byte % 128) * factor;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      factor *= 128;
    }
  };
  const paths: number[][] = [];
  while (at < bytes.length) {
    const path: number[] = [];
    let [y, x] = [0, 0];
    for (let points = take(); points > 0; points--) {
      y += take() / 4;
      x += take() / 4;
      path.push(y, x);
    }
    paths.push(path);
  }
  return paths;
}

/**
 * Index of the path nearest to (y, x), or -1 where none is within `reach`; of equally near ones the first.
 */
export function nearestPath(
  paths: readonly (readonly number[])[],
  y: number,
  x: number,
  reach: number,
): number {
  let [best, least] = [-1, reach * reach];
  paths.forEach((path, index) => {
    for (let i = 0; i < path.length; i += 2) {
      const [y0, x0] = [path[i]!, path[i + 1]!];
      const [dy, dx] = [(path[i + 2] ?? y0) - y0, (path[i + 3] ?? x0) - x0];
      const squared = dy * dy + dx * dx;
      const t = squared === 0 ? 0 : Math.min(1, Math.max(0, ((y - y0) * dy + (x - x0) * dx) / squared));
      const distance = (y - y0 - t * dy) ** 2 + (x - x0 - t * dx) ** 2;
      if (distance < least || (distance === least && best < 0)) [best, least] = [index, distance];
    }
  });
  return best;
}

/** What is said of a track, in a line. */
export function trackLine(data: TrackData, index: number): string {
  const [first, last, seen] = [data.first[index]!, data.last[index]!, data.seen[index]!];
  const mother = data.parent[index] === 0 ? "no mother" : `mother ${data.parent[index]!}`;
  const frames =
    first === last
      ? `frame ${first}`
      : `frames ${first} to ${last}${seen < last - first + 1 ? `, seen in ${seen}` : ""}`;
  const speed =
    data.speed[index] === "" ? "speed unknown" : `mean speed ${data.speed[index]!} ${data.units.speed}`;
  return (
    `Track ${data.id[index]!}: ${mother}; ${frames}; ${speed}; displacement ` +
    `${data.displacement[index]!} ${data.units.length}; ${data.fates[data.fate[index]!]!}`
  );
}

/**
 * Sets the page up. One track at a time is chosen; everything that carries its number in `data-track` is
 * marked, and its path drawn over the picture.
 */
export function clickPage(
  unpack: typeof unpackPaths,
  nearest: typeof nearestPath,
  say: typeof trackLine,
): void {
  const block = document.getElementById("track-data");
  const layer = document.querySelector<SVGSVGElement>("svg.tracklayer");
  const stage = document.querySelector<HTMLElement>(".trackstage");
  const bar = document.querySelector<HTMLElement>(".trackbar");
  const field = document.querySelector<HTMLInputElement>(".trackfield");
  if (block === null || layer === null || stage === null || bar === null || field === null) return;
  const data = JSON.parse(block.textContent) as TrackData;
  const paths = unpack(data.paths);
  const indexOf = new Map(data.id.map((id, index) => [id, index]));
  const daughters = (id: number): number[] => data.id.filter((_, index) => data.parent[index] === id);
  const box = layer.viewBox.baseVal;
  let came: { scroll: number; focus: Element | null } | undefined;

  const draw = (path: readonly number[], name: string): void => {
    // A place of the data is that of a pixel's centre, half a px from its corner.
    let text = `M${path[1]! + 0.5} ${path[0]! + 0.5}`;
    for (let i = 2; i < path.length; i += 2) text += `L${path[i + 1]! + 0.5} ${path[i]! + 0.5}`;
    // A track of one place is a dot.
    if (path.length === 2) text += "h0.01";
    for (const kind of ["rim", "core"]) {
      const line = document.createElementNS(layer.namespaceURI, "path");
      line.setAttribute("d", text);
      line.setAttribute("class", `${name} ${kind}`);
      layer.append(line);
    }
  };
  const ring = (path: readonly number[]): void => {
    const [ys, xs] = [path.filter((_, i) => i % 2 === 0), path.filter((_, i) => i % 2 === 1)];
    const [top, bottom, left, right] = [Math.min(...ys), Math.max(...ys), Math.min(...xs), Math.max(...xs)];
    for (const kind of ["rim", "core"]) {
      const circle = document.createElementNS(layer.namespaceURI, "circle");
      circle.setAttribute("cx", String((left + right + 1) / 2));
      circle.setAttribute("cy", String((top + bottom + 1) / 2));
      circle.setAttribute("r", String(Math.hypot(bottom - top, right - left) / 2 + box.width / 60));
      circle.setAttribute("class", `ring ${kind}`);
      layer.append(circle);
    }
  };
  const button = (text: string, act: () => void): void => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", act);
    bar.append(made);
  };
  const toPicture = (path: readonly number[]): void => {
    stage.scrollIntoView({ block: "nearest" });
    const scale = stage.clientWidth / box.width;
    const view = stage.parentElement!;
    view.scrollTo(
      (path[1]! - box.x) * scale - view.clientWidth / 2,
      (path[0]! - box.y) * scale - view.clientHeight / 2,
    );
    const middle = view.getBoundingClientRect().top + (path[0]! - box.y) * scale - view.scrollTop;
    if (middle < 60 || middle > innerHeight - 120) scrollBy(0, middle - innerHeight / 2);
  };
  const close = (): void => {
    for (const marked of document.querySelectorAll(".chosen")) marked.classList.remove("chosen");
    layer.replaceChildren();
    bar.replaceChildren();
    bar.hidden = true;
  };
  /** @param move whether the picture is to be brought into sight */
  const choose = (id: number, move: boolean): void => {
    const index = indexOf.get(id);
    close();
    bar.hidden = false;
    const line = document.createElement("span");
    line.setAttribute("role", "status");
    bar.append(line);
    if (index === undefined)
      line.textContent = `Track ${id} is not among those of this page; tracks.csv has them all.`;
    else {
      const path = paths[index]!;
      const inside = path.some(
        (value, i) =>
          i % 2 === 0 &&
          value >= box.y - 0.5 &&
          value <= box.y + box.height &&
          path[i + 1]! >= box.x - 0.5 &&
          path[i + 1]! <= box.x + box.width,
      );
      line.textContent = say(data, index) + (inside ? "" : "; outside of this picture");
      const family = [data.parent[index]!, ...daughters(id)].filter((other) => indexOf.has(other));
      for (const other of family) draw(paths[indexOf.get(other)!]!, "family");
      draw(path, "own");
      ring(path);
      const marked = [...document.querySelectorAll(`[data-track="${id}"]`)];
      for (const element of marked) {
        element.classList.add("chosen");
        // A point that others cover would be marked in vain.
        if (element.tagName === "circle") element.parentNode!.append(element);
      }
      field.value = String(id);
      if (move) {
        came = { scroll: scrollY, focus: document.activeElement };
        toPicture(path);
      }
      if (data.parent[index]! > 0)
        button(`mother ${data.parent[index]!}`, () => choose(data.parent[index]!, true));
      for (const daughter of daughters(id)) button(`daughter ${daughter}`, () => choose(daughter, true));
      button("picture", () => toPicture(path));
      const seen = new Set<Element>();
      for (const element of marked) {
        const plot = element.closest("[data-plot]");
        if (plot === null || seen.has(plot)) continue;
        seen.add(plot);
        button(plot.getAttribute("data-plot")!, () => {
          for (
            let fold = element.closest("details");
            fold !== null;
            fold = fold.parentElement!.closest("details")
          )
            fold.open = true;
          element.scrollIntoView({ block: "center" });
        });
      }
      if (came !== undefined && move)
        button("back", () => {
          scrollTo(0, came!.scroll);
          if (came!.focus instanceof HTMLElement || came!.focus instanceof SVGElement)
            came!.focus.focus({ preventScroll: true });
        });
    }
    button("close", close);
  };

  stage.addEventListener("click", (event) => {
    const frame = stage.getBoundingClientRect();
    const [y, x] = [
      box.y + ((event.clientY - frame.top) / frame.height) * box.height - 0.5,
      box.x + ((event.clientX - frame.left) / frame.width) * box.width - 0.5,
    ];
    // Within 20 px of the screen.
    const index = nearest(paths, y, x, (20 * box.width) / frame.width);
    if (index >= 0) choose(data.id[index]!, false);
    else close();
  });
  document.querySelector(".trackenlarge")?.addEventListener("click", () => {
    const large = stage.classList.toggle("large");
    const index = indexOf.get(Number(field.value));
    if (index !== undefined && !bar.hidden && large) toPicture(paths[index]!);
  });
  field.form?.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value !== "") choose(Number(field.value), true);
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !bar.hidden) close();
  });
  for (const plot of document.querySelectorAll<HTMLElement | SVGElement>("[data-plot]")) {
    const picks = [...plot.querySelectorAll<HTMLElement | SVGElement>("[data-track]")];
    plot.addEventListener("click", (event) => {
      const pick = (event.target as Element).closest("[data-track]");
      if (pick !== null) choose(Number(pick.getAttribute("data-track")), true);
    });
    plot.addEventListener("keydown", (event) => {
      const key = (event as KeyboardEvent).key;
      const at = picks.findIndex((pick) =>
        plot.tagName === "TABLE" ? pick === document.activeElement : pick.classList.contains("chosen"),
      );
      const next =
        picks[
          key === "ArrowRight" || key === "ArrowDown"
            ? Math.min(picks.length - 1, at + 1)
            : key === "ArrowLeft" || key === "ArrowUp"
              ? Math.max(0, at - 1)
              : -1
        ];
      const chosen = key === "Enter" || key === " " ? picks[at] : undefined;
      if (next === undefined && chosen === undefined) return;
      event.preventDefault();
      if (next !== undefined && plot.tagName === "TABLE") next.focus();
      choose(Number((next ?? chosen)!.getAttribute("data-track")), next === undefined);
    });
  }
}

/** The script of the page. */
export const clickScript =
  `(${clickPage.toString()})(${unpackPaths.toString()}, ${nearestPath.toString()}, ` +
  `${trackLine.toString()});`;
