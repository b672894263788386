/** The images of a project: open at once, fingerprinted and looked into while the page shows them already. */
import { messageOf } from "../../core/errors.js";
import type { Config } from "../../pipeline/config/options.js";
import type { FileSource } from "../../pipeline/source/filesource.js";
import { type Inspection, inspectFiles } from "../../pipeline/source/inspection.js";
import { fingerprinted, type OpenInputs } from "../../pipeline/source/opening.js";
import { type ImagesState, imagesState } from "./projectstate.js";

/** Images that are open. */
export interface ProjectImages {
  readonly source: FileSource;
  readonly state: ImagesState;
  /** Undefined until they are known. */
  readonly known: () => OpenInputs | undefined;
  readonly fingerprinted: () => Promise<OpenInputs>;
  readonly inspections: () => readonly Inspection[];
  /** Ends what goes on in the background. */
  readonly close: () => void;
}

/**
 * Begins to look into images.
 *
 * @param onKnown called when more is known of them than before
 */
export async function beginImages(
  source: FileSource,
  { inputs, config }: { readonly inputs: readonly string[]; readonly config: Config },
  onKnown: () => void,
): Promise<ProjectImages> {
  const stop = new AbortController();
  const context = { signal: stop.signal };
  const state = await imagesState(source);
  let known: OpenInputs | undefined;
  let inspections: readonly Inspection[] = [];
  const hashing = fingerprinted(source, config, context).then((opened) => {
    known = opened;
    if (!stop.signal.aborted) onKnown();
    return opened;
  });
  // Who needs them gets the error.
  hashing.catch(() => undefined);
  void inspectFiles(inputs, context)
    .then((found) => {
      inspections = found;
      if (!stop.signal.aborted) onKnown();
    })
    .catch((error: unknown) => {
      if (process.env["KARYON_DEBUG"]) process.stderr.write(`${messageOf(error)}\n`);
    });
  await Promise.race([hashing.catch(() => undefined), wait(quickly)]);
  return {
    source,
    state,
    known: () => known,
    fingerprinted: () => hashing,
    inspections: () => inspections,
    close: () => stop.abort(),
  };
}

/** Milliseconds that opening waits for fingerprints: those of small images are there with them. */
const quickly = 300;

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
