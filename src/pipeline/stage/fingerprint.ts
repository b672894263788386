/** Fingerprints of what a result is made from. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { InputRecord } from "../store/provenance.js";

/** SHA-256 of plain data as JSON; keys whose value is undefined do not count. */
export const fingerprintOf = (basis: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify(basis) ?? "")
    .digest("hex");

/** Files as a basis: names and contents in order; where they lie does not matter. */
export const filesBasis = (files: readonly InputRecord[]): unknown =>
  files.map(({ file, sha256 }) => [basename(file), sha256]);
