/** Files and hierarchies behind a server, read in parts: HTTP, RFC 9110, section 14. */
import { Cancelled, InvalidInput, type KaryonError, messageOf } from "../core/errors.js";
import type { ByteSource, Stoppable, Store } from "./bytes.js";

/** How a server is asked. */
export interface HttpOptions extends Stoppable {
  /** Sends the requests: to add what the server asks for, such as a token. Default: `fetch` of the platform. */
  readonly fetch?: ((url: string, request: RequestInit) => Promise<Response>) | undefined;
}

/**
 * A file behind a server, as bytes of which only those that are needed are fetched.
 *
 * @param url of a server that tells the size of its files and gives parts of them (`Range`)
 * @throws InvalidInput when there is no such file, or the server gives no parts of it; Cancelled
 */
export async function httpSource(url: string, options: HttpOptions = {}): Promise<ByteSource> {
  const size = await sizeAt(url, options);
  if (size === undefined) throw unfetched(url, "nothing of that name");
  return {
    size,
    read: async (offset, length) => {
      if (length === 0) return new Uint8Array(0);
      const bytes = await partAt(url, { offset, length }, options);
      if (bytes?.length !== length) throw unfetched(url, "fewer bytes than were asked for");
      return bytes;
    },
  };
}

/**
 * A folder behind a server, such as an OME-Zarr. It cannot be listed.
 *
 * @param url of the folder; what is behind a "?" goes with each request
 * @throws InvalidInput from its functions, when the server answers neither with a value nor that there is
 *   none; Cancelled
 */
export function httpStore(url: string, options: HttpOptions = {}): Store {
  const at = (key: string): string => {
    const place = new URL(url);
    const parts = key.split("/").map(encodeURIComponent);
    place.pathname = `${place.pathname.replace(/\/$/, "")}/${parts.join("/")}`;
    return place.href;
  };
  return {
    get: async (key, { signal } = {}) => {
      const response = await answer(at(key), {}, stopping(options, signal));
      return response && bytesOf(response, at(key), stopping(options, signal));
    },
    getRange: (key, range, { signal } = {}) => partAt(at(key), range, stopping(options, signal)),
    size: (key, { signal } = {}) => sizeAt(at(key), stopping(options, signal)),
  };
}

const stopping = (options: HttpOptions, signal: AbortSignal | undefined): HttpOptions =>
  signal === undefined ? options : { ...options, signal };

async function sizeAt(url: string, options: HttpOptions): Promise<number | undefined> {
  // A size after compression for the transfer would not be that of the file.
  const response = await answer(url, { method: "HEAD", headers: { "Accept-Encoding": "identity" } }, options);
  if (response === undefined) return undefined;
  const size = Number(response.headers.get("Content-Length") ?? NaN);
  if (Number.isSafeInteger(size) && response.headers.get("Content-Encoding") === null) return size;
  throw unfetched(url, "an answer without the size of the file");
}

/** Bytes of a file, or as many as there are; undefined when there is no such file. */
async function partAt(
  url: string,
  { offset, length }: { readonly offset: number; readonly length: number },
  options: HttpOptions,
): Promise<Uint8Array | undefined> {
  const headers = { Range: `bytes=${offset}-${offset + length - 1}` };
  const response = await answer(url, { headers }, options);
  if (response === undefined) return undefined;
  if (response.status === 416) return new Uint8Array(0);
  if (response.status !== 206) {
    await response.body?.cancel();
    throw unfetched(url, "the whole file, where a part of it was asked for");
  }
  return bytesOf(response, url, options);
}

/** What a server answers; undefined when there is no such file. */
async function answer(
  url: string,
  request: RequestInit,
  { fetch: send = globalThis.fetch, signal }: HttpOptions,
): Promise<Response | undefined> {
  let response: Response;
  try {
    response = await send(url, { ...request, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    throw unanswered(url, signal, error);
  }
  if (response.ok || response.status === 416) return response;
  await response.body?.cancel();
  if (response.status === 404 || response.status === 410) return undefined;
  throw unfetched(url, `the answer ${response.status} ${response.statusText}`.trimEnd());
}

async function bytesOf(response: Response, url: string, { signal }: HttpOptions): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw unanswered(url, signal, error);
  }
}

const unanswered = (url: string, signal: AbortSignal | undefined, error: unknown): KaryonError =>
  signal?.aborted === true ? new Cancelled("Reading") : unfetched(url, messageOf(error));

const unfetched = (url: string, reason: string): InvalidInput =>
  new InvalidInput(
    url,
    "a file that a server gives in parts",
    reason,
    "check the address and the server, or download the file",
  );
