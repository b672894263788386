/** Small pictures of what lies in a folder. Beside each stands the word for it. */
import type { JSX } from "preact";
import type { FileEntry } from "../../../src/server/messages.js";

type Kind = FileEntry["kind"];

/** Paths in a square of 16 by 16. */
const outlines: Readonly<Record<Kind, string>> = {
  folder: "M1.5 4.5v8h13v-7h-7l-1.5-2h-4.5z",
  images: "M1.5 2.5h13v11h-13zM1.5 11l4-4 3.5 3.5 2-2 3.5 3.5M10.5 5.5h1",
  run: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M6.5 5v6l4.5-3z",
  study: "M1.5 1.5h5.5v5.5h-5.5zM9 1.5h5.5v5.5h-5.5zM1.5 9h5.5v5.5h-5.5zM9 9h5.5v5.5h-5.5z",
  model: "M2 4h2M2 8h2M2 12h2M4 4l4 2.5M4 8h4M4 12l4-2.5M8 5.5h3v5h-3zM11 8h3",
  labels: "M5.5 2a3.5 3 0 1 0 0 6a3.5 3 0 1 0 0-6M10.5 8.5a3.5 2.8 0 1 0 0 5.6a3.5 2.8 0 1 0 0-5.6",
  other: "M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3",
};

/** What a file or folder is, as a picture. */
export const FileIcon = ({ kind }: { readonly kind: Kind }): JSX.Element => (
  <svg class="file-icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" data-kind={kind}>
    <path d={outlines[kind]} />
  </svg>
);
