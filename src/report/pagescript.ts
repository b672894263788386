/** Made of `src/report/browser` by `node tools/pagescript.js`; change it there. */

/** The script of the pages. It does what the page has elements for. */
export const pageScript = `(() => {
"use strict";
function nearestPath(paths, y, x, reach) {
    let [best, minimum] = [-1, reach * reach];
    paths.forEach((path, index) => {
        for (let i = 0; i < path.length; i += 2) {
            const [y0, x0] = [path[i], path[i + 1]];
            const [dy, dx] = [(path[i + 2] ?? y0) - y0, (path[i + 3] ?? x0) - x0];
            const squared = dy * dy + dx * dx;
            const t = squared === 0 ? 0 : Math.min(1, Math.max(0, ((y - y0) * dy + (x - x0) * dx) / squared));
            const distance = (y - y0 - t * dy) ** 2 + (x - x0 - t * dx) ** 2;
            if (distance < minimum || (distance === minimum && best < 0))
                [best, minimum] = [index, distance];
        }
    });
    return best;
}
const touchesBox = (path, { x, y, width, height }) => path.some((value, i) => i % 2 === 0 &&
    value >= y - 0.5 &&
    value <= y + height &&
    path[i + 1] >= x - 0.5 &&
    path[i + 1] <= x + width);
function circleAround(path) {
    const [ys, xs] = [path.filter((_, i) => i % 2 === 0), path.filter((_, i) => i % 2 === 1)];
    const [top, bottom, left, right] = [Math.min(...ys), Math.max(...ys), Math.min(...xs), Math.max(...xs)];
    return {
        cx: (left + right + 1) / 2,
        cy: (top + bottom + 1) / 2,
        radius: Math.hypot(bottom - top, right - left) / 2,
    };
}
function svgPath(path) {
    let text = \`M\${path[1] + 0.5} \${path[0] + 0.5}\`;
    for (let i = 2; i < path.length; i += 2)
        text += \`L\${path[i + 1] + 0.5} \${path[i] + 0.5}\`;
    return path.length === 2 ? \`\${text}h0.01\` : text;
}
const perPixel = 4;
function unpackPaths(packed) {
    const bytes = atob(packed);
    let at = 0;
    const take = () => {
        let [value, factor] = [0, 1];
        for (;;) {
            const byte = bytes.charCodeAt(at++);
            value += (byte % 128) * factor;
            if (byte < 128)
                return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
            factor *= 128;
        }
    };
    const paths = [];
    while (at < bytes.length) {
        const path = [];
        let [y, x] = [0, 0];
        for (let points = take(); points > 0; points--) {
            y += take() / perPixel;
            x += take() / perPixel;
            path.push(y, x);
        }
        paths.push(path);
    }
    return paths;
}
function findTrackPage() {
    const block = document.getElementById("track-data");
    const layer = document.querySelector("svg.tracklayer");
    const stage = document.querySelector(".trackstage");
    const bar = document.querySelector(".trackbar");
    const field = document.querySelector(".trackfield");
    if (block === null || layer === null || stage === null || bar === null || field === null)
        return undefined;
    const data = JSON.parse(block.textContent);
    return {
        data,
        paths: unpackPaths(data.paths),
        indexOf: new Map(data.id.map((id, index) => [id, index])),
        layer,
        stage,
        bar,
        field,
        came: undefined,
    };
}
function familyOf({ data, indexOf }, id) {
    return {
        mother: data.parent[indexOf.get(id)],
        daughters: data.id.filter((_, index) => data.parent[index] === id),
    };
}
function drawTwice(page, tag, name, attributes) {
    for (const kind of ["rim", "core"]) {
        const shape = document.createElementNS(page.layer.namespaceURI, tag);
        for (const [key, value] of Object.entries(attributes))
            shape.setAttribute(key, String(value));
        shape.setAttribute("class", \`\${name} \${kind}\`);
        page.layer.append(shape);
    }
}
function drawTrack(page, id) {
    const { mother, daughters } = familyOf(page, id);
    for (const other of [mother, ...daughters]) {
        const index = page.indexOf.get(other);
        if (index !== undefined)
            drawTwice(page, "path", "family", { d: svgPath(page.paths[index]) });
    }
    const path = page.paths[page.indexOf.get(id)];
    drawTwice(page, "path", "own", { d: svgPath(path) });
    const { cx, cy, radius } = circleAround(path);
    drawTwice(page, "circle", "ring", { cx, cy, r: radius + page.layer.viewBox.baseVal.width / 60 });
}
function showPath({ stage, layer }, path) {
    stage.scrollIntoView({ block: "nearest" });
    const box = layer.viewBox.baseVal;
    const scale = stage.clientWidth / box.width;
    const [y, x] = [(path[0] - box.y) * scale, (path[1] - box.x) * scale];
    const view = stage.parentElement;
    view.scrollTo(x - view.clientWidth / 2, y - view.clientHeight / 2);
    const middle = view.getBoundingClientRect().top + y - view.scrollTop;
    if (middle < 60 || middle > innerHeight - 120)
        scrollBy(0, middle - innerHeight / 2);
}
function trackLine(data, index) {
    const [parent, speed] = [data.parent[index], data.speed[index]];
    return [
        \`Track \${data.id[index]}: \${parent === 0 ? "no mother" : \`mother \${parent}\`}\`,
        framesText(data, index),
        speed === "" ? "speed unknown" : \`mean speed \${speed} \${data.units.speed}\`,
        \`displacement \${data.displacement[index]} \${data.units.length}\`,
        data.fates[data.fate[index]],
    ].join("; ");
}
function framesText(data, index) {
    const [first, last, seen] = [data.first[index], data.last[index], data.seen[index]];
    if (first === last)
        return \`frame \${first}\`;
    return \`frames \${first} to \${last}\${seen < last - first + 1 ? \`, seen in \${seen}\` : ""}\`;
}
function stepTo(key, at, count) {
    if (count === 0)
        return undefined;
    if (key === "ArrowRight" || key === "ArrowDown")
        return Math.min(count - 1, at + 1);
    if (key === "ArrowLeft" || key === "ArrowUp")
        return Math.max(0, at - 1);
    return undefined;
}
function closeTrack({ layer, bar }) {
    for (const marked of document.querySelectorAll(".chosen"))
        marked.classList.remove("chosen");
    layer.replaceChildren();
    bar.replaceChildren();
    bar.hidden = true;
}
function chooseTrack(page, id, move) {
    closeTrack(page);
    page.bar.hidden = false;
    const line = document.createElement("span");
    line.setAttribute("role", "status");
    page.bar.append(line);
    const index = page.indexOf.get(id);
    if (index === undefined)
        line.textContent = \`Track \${id} is not among those of this page; tracks.csv has them all.\`;
    else {
        const path = page.paths[index];
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
        if (move)
            addBackButton(page);
    }
    addButton(page, "close", () => closeTrack(page));
}
function markAll(id) {
    const marked = [...document.querySelectorAll(\`[data-track="\${id}"]\`)];
    for (const element of marked) {
        element.classList.add("chosen");
        if (element.tagName === "circle")
            element.parentNode.append(element);
    }
    return marked;
}
function addButton({ bar }, text, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", act);
    bar.append(button);
}
function addFamilyButtons(page, id) {
    const { mother, daughters } = familyOf(page, id);
    if (mother > 0)
        addButton(page, \`mother \${mother}\`, () => chooseTrack(page, mother, true));
    for (const daughter of daughters)
        addButton(page, \`daughter \${daughter}\`, () => chooseTrack(page, daughter, true));
}
function addPlotButtons(page, marked) {
    const seen = new Set();
    for (const element of marked) {
        const plot = element.closest("[data-plot]");
        if (plot === null || seen.has(plot))
            continue;
        seen.add(plot);
        addButton(page, plot.getAttribute("data-plot"), () => {
            unfold(element);
            element.scrollIntoView({ block: "center" });
        });
    }
}
function unfold(element) {
    let fold = element.closest("details");
    while (fold !== null) {
        fold.open = true;
        fold = fold.parentElement.closest("details");
    }
}
function addBackButton(page) {
    addButton(page, "back", () => {
        const { scroll, focus } = page.came;
        scrollTo(0, scroll);
        if (focus instanceof HTMLElement || focus instanceof SVGElement)
            focus.focus({ preventScroll: true });
    });
}
const reach = 20;
function listenToStage(page) {
    const { stage, paths, data } = page;
    const box = page.layer.viewBox.baseVal;
    stage.addEventListener("click", (event) => {
        const frame = stage.getBoundingClientRect();
        const y = box.y + ((event.clientY - frame.top) / frame.height) * box.height - 0.5;
        const x = box.x + ((event.clientX - frame.left) / frame.width) * box.width - 0.5;
        const index = nearestPath(paths, y, x, (reach * box.width) / frame.width);
        if (index >= 0)
            chooseTrack(page, data.id[index], false);
        else
            closeTrack(page);
    });
}
function listenToForm(page) {
    const { stage, bar, field, paths, indexOf } = page;
    document.querySelector(".trackenlarge")?.addEventListener("click", () => {
        const isLarge = stage.classList.toggle("large");
        const index = indexOf.get(Number(field.value));
        if (index !== undefined && !bar.hidden && isLarge)
            showPath(page, paths[index]);
    });
    field.form?.addEventListener("submit", (event) => {
        event.preventDefault();
        if (field.value !== "")
            chooseTrack(page, Number(field.value), true);
    });
    addEventListener("keydown", (event) => {
        if (event.key === "Escape" && !bar.hidden)
            closeTrack(page);
    });
}
const trackOf = (element) => Number(element.getAttribute("data-track"));
function listenToPlot(page, plot) {
    const picks = [...plot.querySelectorAll("[data-track]")];
    const isTable = plot.tagName === "TABLE";
    const isCurrent = (pick) => isTable ? pick === document.activeElement : pick.classList.contains("chosen");
    plot.addEventListener("click", (event) => {
        const pick = event.target.closest("[data-track]");
        if (pick !== null)
            chooseTrack(page, trackOf(pick), true);
    });
    plot.addEventListener("keydown", (event) => {
        const at = picks.findIndex(isCurrent);
        const step = stepTo(event.key, at, picks.length);
        const isEntered = event.key === "Enter" || event.key === " ";
        const pick = isEntered ? picks[at] : picks[step ?? -1];
        if (pick === undefined)
            return;
        event.preventDefault();
        if (isTable)
            pick.focus();
        chooseTrack(page, trackOf(pick), isEntered);
    });
}
function listenToPictures() {
    for (const picture of document.querySelectorAll("figure > img"))
        picture.addEventListener("click", () => showInFront(picture));
}
function showInFront(picture) {
    const front = document.createElement("div");
    front.className = "zoom";
    front.append(picture.cloneNode());
    const close = () => {
        front.remove();
        removeEventListener("keydown", onKey);
    };
    const onKey = (event) => {
        if (event.key === "Escape")
            close();
    };
    front.addEventListener("click", close);
    addEventListener("keydown", onKey);
    document.body.append(front);
}
listenToPictures();
const page = findTrackPage();
if (page !== undefined) {
    listenToStage(page);
    listenToForm(page);
    for (const plot of document.querySelectorAll("[data-plot]"))
        listenToPlot(page, plot);
}
})();
`;
