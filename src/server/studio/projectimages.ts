/** The images of a project: open at once, fingerprinted and looked into while the page shows them already. */
import { messageOf } from "../../core/errors.js";
import type { Config } from "../../pipeline/config/options.js";
import type { FileSource } from "../../pipeline/source/filesource.js";
import { type Inspection, inspectFiles } from "../../pipeline/source/inspection.js";
import { fingerprinted, type OpenInputs } from "../../pipeline/source/opening.js";
import { hashFiles } from "../../pipeline/source/source.js";
import { type ImagesState, imagesState } from "./projectstate.js";

/** Images that are open. */
export interface ProjectImages {
  readonly source: FileSource;
  readonly state: ImagesState;
  /** Undefined until their fingerprints are known. */
  readonly known: () => OpenInputs | undefined;
  readonly fingerprinted: () => Promise<OpenInputs>;
}

/** Inspections of the inputs of a project, which its settings do not change. */
export interface Inspecting {
  /** Empty until they are there. */
  readonly found: () => readonly Inspection[];
}

/** What goes on in the background of a project. */
export interface Background {
  readonly signal: AbortSignal;
  /** Called when more is known than before. */
  readonly onKnown: () => void;
}

/** Begins to look into the inputs. */
export function beginInspecting(inputs: readonly string[], { signal, onKnown }: Background): Inspecting {
  let inspections: readonly Inspection[] = [];
  inspectFiles(inputs, { signal })
    .then((found) => {
      inspections = found;
      if (!signal.aborted) onKnown();
    })
    .catch((error: unknown) => {
      // What cannot be looked into says so when it is read.
      if (process.env["KARYON_DEBUG"]) process.stderr.write(`${messageOf(error)}\n`);
    });
  return { found: () => inspections };
}

/** Milliseconds that opening waits for fingerprints: those of small images are there with them. */
const quickly = 300;

/**
 * Begins to fingerprint images.
 *
 * @param earlier the images of the project before: files that were fingerprinted are not read again
 */
export async function beginImages(
  source: FileSource,
  config: Config,
  background: Background,
  earlier: ProjectImages | undefined,
): Promise<ProjectImages> {
  const state = await imagesState(source);
  let known: OpenInputs | undefined;
  const hashing = fingerprintsOf(source, config, background, earlier).then((opened) => {
    known = opened;
    if (!background.signal.aborted) background.onKnown();
    return opened;
  });
  // Who needs them gets the error.
  hashing.catch(() => undefined);
  await Promise.race([hashing.catch(() => undefined), wait(quickly)]);
  return { source, state, known: () => known, fingerprinted: () => hashing };
}

async function fingerprintsOf(
  source: FileSource,
  config: Config,
  { signal }: Background,
  earlier: ProjectImages | undefined,
): Promise<OpenInputs> {
  const isSame = JSON.stringify(earlier?.source.files) === JSON.stringify(source.files);
  if (earlier === undefined || !isSame) return fingerprinted(source, config, { signal });
  const { records } = await earlier.fingerprinted();
  const { exclude } = config.input;
  return {
    source,
    records,
    mask: exclude === undefined ? undefined : await hashFiles([exclude], { signal }),
  };
}

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
