/** A studio with the rooms that `karyon studio` gives it, asked as its page asks. */
import { packEdit } from "../src/correct/packededit.js";
import type { Edit } from "../src/correct/edits.js";
import { unpackValue } from "../src/core/packing.js";
import { studioRooms } from "../src/server/studio/openstudio.js";
import type { StudioEvent } from "../src/server/messages.js";
import { startStudio, type StudioOptions } from "../src/server/studio/studioserver.js";

/** What is sent. */
export interface Sent {
  readonly method?: string;
  /** Bytes, or a value that is sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came back. */
export interface Got<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  /** JSON, what was packed, or bytes. */
  readonly body: T;
}

/** Asks a studio. */
export interface StudioClient {
  readonly address: string;
  /** @param path behind `/api/TOKEN/` */
  readonly ask: <T = unknown>(path: string, sent?: Sent) => Promise<Got<T>>;
  readonly edit: <T = unknown>(id: string, edit: Edit, page?: string) => Promise<Got<T>>;
  /** Follows the events of a project. */
  readonly follow: (id: string) => Promise<Following>;
}

/** Events as they come. */
export interface Following {
  readonly events: readonly StudioEvent[];
  /** Waits until one comes, or has come. */
  readonly until: (is: (event: StudioEvent) => boolean) => Promise<StudioEvent>;
  readonly end: () => void;
}

/** A client of a studio that runs somewhere. */
export function studioClient(address: string): StudioClient {
  const { origin, pathname } = new URL(address);
  const base = `${origin}/api${pathname}`;
  const ask = async <T>(path: string, { method = "GET", body, headers = {} }: Sent = {}): Promise<Got<T>> => {
    const isBytes = body instanceof Uint8Array;
    const type = isBytes ? "application/octet-stream" : "application/json";
    const answer = await fetch(`${base}${path}`, {
      method,
      headers: { ...(method === "GET" ? {} : { Origin: origin, "Content-Type": type }), ...headers },
      ...(body === undefined
        ? {}
        : { body: isBytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    });
    const got = new Uint8Array(await answer.arrayBuffer());
    const read = (): unknown => {
      const kind = answer.headers.get("Content-Type") ?? "";
      if (kind.startsWith("application/json")) return JSON.parse(new TextDecoder().decode(got));
      const isPacked =
        kind === "application/octet-stream" && answer.headers.get("Cache-Control") === "no-store";
      return isPacked ? unpackValue(got) : got;
    };
    return { status: answer.status, headers: answer.headers, body: read() as T };
  };
  return {
    address,
    ask,
    edit: (id, edit, page = "page") =>
      ask(`projects/${id}/edits`, { method: "POST", body: packEdit(edit), headers: { "Karyon-Page": page } }),
    follow: (id) => follow(`${base}projects/${id}/events`),
  };
}

async function follow(url: string): Promise<Following> {
  const stop = new AbortController();
  const answer = await fetch(url, { signal: stop.signal });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const events: StudioEvent[] = [];
  const waiting = new Set<() => void>();
  const read = async (): Promise<void> => {
    let text = "";
    for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + piece).split("\n\n");
      text = blocks.pop()!;
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data !== undefined) events.push(JSON.parse(data) as StudioEvent);
      }
      for (const look of [...waiting]) look();
    }
  };
  read().catch(() => undefined);
  return {
    events,
    until: (is) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = events.find(is);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    end: () => stop.abort(),
  };
}

/** Starts a studio as the command does. */
export async function openStudio(
  roots: readonly string[],
  options: Partial<StudioOptions> = {},
): Promise<StudioClient & { readonly close: () => Promise<void> }> {
  const server = await startStudio({ roots, port: 0, allowedOrigins: [], ...studioRooms, ...options });
  return { ...studioClient(server.address), close: server.close };
}
