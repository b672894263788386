/** Folders and files on the server's side. */
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useEffect } from "preact/hooks";
import type { FileEntry } from "../../../src/server/messages.js";
import { FileIcon } from "../parts/fileicon.js";
import { chosen, choose, listFolder, listing } from "../state/choice.js";
import { attempt } from "../state/notices.js";
import { about, openProject } from "../state/openproject.js";
import { openStudy } from "../state/study.js";

const kinds: Readonly<Record<FileEntry["kind"], string>> = {
  folder: "folder",
  images: "images",
  run: "Karyon run",
  study: "Karyon study",
  model: "network",
  labels: "labels",
  other: "",
};
/** What can be opened or entered. */
const isUseful = ({ kind }: FileEntry): boolean => kind !== "other" && kind !== "model";

function openEntry({ kind, path }: FileEntry): void {
  if (kind === "folder") attempt(() => listFolder(path));
  else if (kind === "run") attempt(() => openProject({ run: path }));
  else if (kind === "study") attempt(() => openStudy(path));
  else if (kind === "images" || kind === "labels") attempt(() => openProject({ inputs: [path] }));
}

/** Lists the roots first. A click looks into a file, a double click or Enter opens it. */
export function FileList(): JSX.Element {
  useEffect(() => {
    const roots = about.value?.roots;
    if (roots !== undefined && listing.value === undefined)
      attempt(() => listFolder(roots.length === 1 ? roots[0]! : ""));
  }, [about.value]);
  const now = listing.value;
  const entries = (now?.entries ?? []).toSorted((a, b) => Number(isUseful(b)) - Number(isUseful(a)));
  const images = entries.filter(({ kind }) => kind === "images");
  const up = (): void => attempt(() => listFolder(now?.parent ?? ""));
  return (
    <div class="file-part">
      <div class="row">
        <button type="button" disabled={now === undefined || now.path === ""} onClick={up}>
          ↑ Up
        </button>
        <span class="path fill" title={now?.path}>
          <bdi>{now === undefined ? "" : now.path === "" ? "Folders that may be opened" : now.path}</bdi>
        </span>
        {images.length > 1 ? (
          <button type="button" onClick={() => attempt(() => choose(images.map(({ path }) => path)))}>
            Choose all {images.length}
          </button>
        ) : undefined}
      </div>
      <ul
        class="plain file-list"
        role="listbox"
        aria-label="Files"
        aria-multiselectable="true"
        onKeyDown={walk}
      >
        {entries.map((entry) => (
          <FileLine key={entry.path} entry={entry} />
        ))}
        {now !== undefined && entries.length === 0 ? <li class="quiet">This folder is empty.</li> : undefined}
      </ul>
    </div>
  );
}

function FileLine({ entry }: { readonly entry: FileEntry }): JSX.Element {
  const { kind, name, path, size } = entry;
  const isChosen = chosen.value.has(path);
  const look = (isAdding: boolean): void => {
    if (kind !== "images" && kind !== "labels") return openEntry(entry);
    const others = [...chosen.value].filter((other) => other !== path);
    attempt(() => choose(isAdding ? (isChosen ? others : [...others, path]) : [path]));
  };
  return (
    <li class="row file-line" role="option" aria-selected={isChosen}>
      <button
        type="button"
        class={isUseful(entry) ? "file" : "file quiet"}
        disabled={!isUseful(entry)}
        onClick={({ ctrlKey, metaKey, shiftKey }) => look(ctrlKey || metaKey || shiftKey)}
        onDblClick={() => openEntry(entry)}
      >
        <FileIcon kind={kind} />
        <span class="fill name">{name}</span>
        <span class="quiet">{kinds[kind]}</span>
        <span class="quiet size">{size > 0 ? sizeText(size) : ""}</span>
      </button>
      {kind === "images" && size === 0 ? (
        <button
          type="button"
          class="inside"
          aria-label={`Look inside ${name}`}
          onClick={() => attempt(() => listFolder(path))}
        >
          inside ›
        </button>
      ) : undefined}
    </li>
  );
}

/** Bytes as people say them. */
export function sizeText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]!}`;
}

/** Arrow keys go through the lines, Backspace goes up. */
function walk(event: TargetedKeyboardEvent<HTMLElement>): void {
  const lines = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("button:enabled")];
  const at = lines.indexOf(document.activeElement as HTMLButtonElement);
  const place = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1 }[event.key];
  if (event.key === "Backspace" && listing.value?.path !== "")
    attempt(() => listFolder(listing.value?.parent ?? ""));
  else if (place !== undefined) lines[Math.max(0, Math.min(lines.length - 1, place))]?.focus();
  else return;
  event.preventDefault();
}
