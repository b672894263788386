/** What a project tells its pages, as server-sent events. */
import { Refusal } from "../answers.js";
import type { StudioEvent } from "../messages.js";
import type { Project } from "../project.js";

/** Pages that listen to a project. */
export interface Listeners {
  readonly tell: (event: StudioEvent) => void;
  readonly listen: (listener: (event: StudioEvent) => void) => () => void;
}

/** Nobody, at first. */
export function makeListeners(): Listeners {
  const all = new Set<(event: StudioEvent) => void>();
  return {
    tell: (event) => {
      for (const listener of [...all]) listener(event);
    },
    listen: (listener) => {
      all.add(listener);
      return () => void all.delete(listener);
    },
  };
}

/** Milliseconds after which a quiet stream says that it is still there. */
const heartbeat = 15_000;

/** Pages that listen to one project at once: nobody has more, and each costs work at every change. */
const mostListening = 64;

const listening = new WeakMap<Project, number>();

/** Of a stream of events. */
export const eventHeaders = { "Content-Type": "text/event-stream", "Cache-Control": "no-store" } as const;

/** Events that wait for a page; one that is further behind asks again and gets the whole state. */
const mostWaiting = 1000;

/**
 * The events of a project from now on, the whole state first. Ends when the page goes away or the server stops.
 *
 * @param signal of the request, and of the server
 * @throws Refusal 503 when too many listen already
 */
export function eventsAnswer(project: Project, signal: AbortSignal): Response {
  const others = listening.get(project) ?? 0;
  if (others >= mostListening)
    throw new Refusal(503, "Busy", "Too many pages follow this project; close some of them.");
  listening.set(project, others + 1);
  let end = (): void => undefined;
  let isGone = false;
  const stop = (): void => end();
  const stream = new ReadableStream<Uint8Array>(
    {
      async start(controller) {
        let number = 0;
        const send = (text: string): void => {
          controller.enqueue(new TextEncoder().encode(text));
          if ((controller.desiredSize ?? 0) < -mostWaiting) end();
        };
        const tell = (event: StudioEvent): void =>
          send(`id: ${++number}\ndata: ${JSON.stringify(event)}\n\n`);
        const unlisten = project.listen(tell);
        const timer = setInterval(() => send(": still here\n\n"), heartbeat);
        end = () => {
          end = () => undefined;
          unlisten();
          listening.set(project, (listening.get(project) ?? 1) - 1);
          clearInterval(timer);
          signal.removeEventListener("abort", stop);
          // The page may have closed it.
          if (controller.desiredSize !== null && !isGone) controller.close();
        };
        signal.addEventListener("abort", stop, { once: true });
        if (signal.aborted) return end();
        tell({ type: "state", state: await project.state() });
      },
      cancel: () => {
        isGone = true;
        end();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(stream, { headers: eventHeaders });
}
