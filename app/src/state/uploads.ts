/** Files that were dropped on the page, on their way to the server. */
import { signal } from "@preact/signals";
import type { ErrorAnswer } from "../../../src/server/messages.js";
import { apiUrl, pageName } from "../api/address.js";
import { RequestError } from "../api/request.js";
import { about } from "./openproject.js";

/** How far the files are, bytes. */
export interface UploadProgress {
  readonly name: string;
  readonly done: number;
  readonly total: number;
}

/** Undefined while nothing is sent. */
export const upload = signal<UploadProgress | undefined>(undefined);

let running: XMLHttpRequest | undefined;

/** Stops sending. */
export const stopUpload = (): void => running?.abort();

/**
 * Sends files one after the other.
 *
 * @param folder name of the folder that they were in; undefined for single files
 * @returns their paths on the server's side
 * @throws RequestError
 */
export async function uploadFiles(files: readonly File[], folder?: string): Promise<string[]> {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const largest = files.find(({ size }) => size > (about.value?.maxUpload ?? Infinity));
  if (largest !== undefined)
    throw new RequestError(
      413,
      `${largest.name} is too large to be dropped; choose it in the list of files.`,
    );
  const paths: string[] = [];
  let before = 0;
  try {
    for (const file of files) {
      const tell = (done: number): void => {
        upload.value = { name: file.name, done: before + done, total };
      };
      tell(0);
      paths.push(await send(file, folder, tell));
      before += file.size;
    }
  } finally {
    upload.value = undefined;
    running = undefined;
  }
  return paths;
}

/** Only the older way to send tells how much has left. */
function send(file: File, folder: string | undefined, tell: (done: number) => void): Promise<string> {
  const query = new URLSearchParams({ name: file.name, ...(folder === undefined ? {} : { folder }) });
  return new Promise((resolve, reject) => {
    const sent = new XMLHttpRequest();
    running = sent;
    sent.open("PUT", apiUrl(`uploads?${query.toString()}`));
    sent.setRequestHeader("Karyon-Page", pageName);
    sent.setRequestHeader("Content-Type", "application/octet-stream");
    sent.upload.onprogress = ({ loaded }) => tell(loaded);
    sent.onabort = () => reject(new DOMException("The upload was stopped.", "AbortError"));
    sent.onerror = () =>
      reject(new RequestError(0, `${file.name} could not be sent; the server does not answer.`));
    sent.onload = () => {
      if (sent.status < 300) resolve((JSON.parse(sent.responseText) as { path: string }).path);
      else reject(new RequestError(sent.status, sentenceIn(sent.responseText, file.name)));
    };
    sent.send(file);
  });
}

function sentenceIn(text: string, name: string): string {
  try {
    return (JSON.parse(text) as ErrorAnswer).error;
  } catch {
    return `${name} could not be kept by the server.`;
  }
}

/** What was dropped: files, and the name of the folder they were in. */
export interface Dropped {
  readonly files: readonly File[];
  readonly folder: string | undefined;
}

/** Files of a drop; folders are read, but not those inside of them, and hidden files are left out. */
export async function droppedFiles(items: DataTransferItemList): Promise<Dropped> {
  const all = Array.from(items).filter(({ kind }) => kind === "file");
  const entries = all.map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  // What came from no disk, such as a picture of another page, has no place there.
  const loose = all.filter((item) => item.webkitGetAsEntry() === null).map((item) => item.getAsFile());
  const files: File[] = loose.filter((file) => file !== null);
  let folder: string | undefined;
  for (const entry of entries) {
    if (entry.isDirectory) {
      folder ??= entry.name;
      for (const inner of await entriesIn(entry as FileSystemDirectoryEntry))
        if (inner.isFile) files.push(await fileOf(inner as FileSystemFileEntry));
    } else files.push(await fileOf(entry as FileSystemFileEntry));
  }
  const shown = files.filter(({ name }) => !name.startsWith("."));
  const byName = new Intl.Collator("en", { numeric: true });
  return { files: shown.sort((a, b) => byName.compare(a.name, b.name)), folder };
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

async function entriesIn(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  // A reader gives a hundred at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}
