/** The other end of `workerService`: what a thread that stays does with its requests. */
import { parentPort } from "node:worker_threads";
import { answerError } from "./answer.js";
import type { ServiceAnswer, ServiceRequest, ServiceTasks } from "./service.js";

/** Answers requests in this thread. The arrays of an answer are handed over, so that no task may keep them. */
export function serve(tasks: ServiceTasks): void {
  const port = parentPort!;
  const running = new Map<number, AbortController>();
  port.on("message", (request: ServiceRequest) => {
    if ("cancel" in request) return running.get(request.id)?.abort();
    const { id, name, input } = request;
    const controller = new AbortController();
    running.set(id, controller);
    const answer = async (): Promise<void> => {
      try {
        const value = await tasks[name]!(input as never, controller.signal);
        post({ id, answer: { value } }, buffersIn(value));
      } catch (error) {
        post({ id, answer: answerError(error) }, []);
      } finally {
        running.delete(id);
      }
    };
    void answer();
  });
  const post = (message: ServiceAnswer, buffers: readonly ArrayBuffer[]): void =>
    port.postMessage(message, buffers);
}

/** The memory of all arrays in plain data, each once. */
export function buffersIn(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const look = (part: unknown): void => {
    if (ArrayBuffer.isView(part)) {
      if (part.buffer instanceof ArrayBuffer) found.add(part.buffer);
    } else if (typeof part === "object" && part !== null)
      for (const inner of Object.values(part)) look(inner);
  };
  look(value);
  return [...found];
}

/** What was used last, at most so many; what falls out is let go. */
export interface Recent<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
}

/** @param drop called with what falls out */
export function recent<V>(most: number, drop: (value: V) => void = () => undefined): Recent<V> {
  const held = new Map<string, V>();
  return {
    get(key) {
      const value = held.get(key);
      if (value === undefined) return undefined;
      held.delete(key);
      held.set(key, value);
      return value;
    },
    set(key, value) {
      held.delete(key);
      held.set(key, value);
      for (const [oldest, old] of held) {
        if (held.size <= most) return;
        held.delete(oldest);
        drop(old);
      }
    },
  };
}
