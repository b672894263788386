/** Files that are looked at before they are opened. */
import { signal } from "@preact/signals";
import type { FileListing, InspectAnswer } from "../../../src/server/messages.js";
import { getJson, sendJson } from "../api/request.js";

/** The folder that is listed. */
export const listing = signal<FileListing | undefined>(undefined);

/** Paths that are chosen. */
export const chosen = signal<ReadonlySet<string>>(new Set());

/** What they hold; undefined until the server has looked. */
export const inspected = signal<InspectAnswer | undefined>(undefined);

/** Lists a folder; "" lists the roots. @throws RequestError */
export async function listFolder(path: string): Promise<void> {
  const query = path === "" ? "" : `?path=${encodeURIComponent(path)}`;
  listing.value = await getJson<FileListing>(`files${query}`);
  await choose([]);
}

let asked = 0;

/** Looks into files. @throws RequestError */
export async function choose(paths: readonly string[]): Promise<void> {
  const number = ++asked;
  chosen.value = new Set(paths);
  inspected.value = undefined;
  if (paths.length === 0) return;
  const found = await sendJson<InspectAnswer>("POST", "inspect", { paths });
  if (number === asked) inspected.value = found;
}
