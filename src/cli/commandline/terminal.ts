import { styleText } from "node:util";
import type { PipelineEvent } from "../../pipeline/stage/events.js";

/**
 * Draws the events of a pipeline. Results go to standard output by `result`, everything else to standard
 * error.
 */
export interface Terminal {
  onEvent(event: PipelineEvent): void;
  /** The answer of a command: text for people, or the value as one JSON line. */
  result(text: string, value: unknown): void;
  /** Why there is no answer: a sentence on standard error and, as JSON, a last event. */
  failure(kind: string, text: string): void;
}

/** Streams and clock of a terminal. */
export interface TerminalOptions {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly now: () => number;
}

/** Events, results and errors as JSON, one value a line, on standard output; errors on standard error, too. */
export const jsonTerminal = ({ out, err }: TerminalOptions): Terminal => {
  const line = (value: unknown): void => void out.write(`${JSON.stringify(value)}\n`);
  return {
    onEvent: line,
    result: (_, value) => line({ event: "result", result: value }),
    failure(kind, text) {
      line({ event: "error", kind, text });
      err.write(`${text}\n`);
    },
  };
};

/** A redrawn bar on a terminal; elsewhere a line every ten seconds, so that logs stay short. */
export function textTerminal({ out, err, now }: TerminalOptions): Terminal {
  const live = err.isTTY === true;
  const coloured = live && !process.env["NO_COLOR"];
  const paint = (colour: "yellow" | "red", text: string): string =>
    coloured ? styleText(colour, text, { validateStream: false }) : text;
  let started = 0;
  let shown = 0;
  let drawn = false;
  const clear = (): void => {
    if (drawn) err.write("\r\u001b[2K");
    drawn = false;
  };
  const onProgress = (event: Extract<PipelineEvent, { event: "progress" }>): void => {
    const time = now();
    // Nothing on what is over within a second; then ten times a second, or every ten seconds in a log.
    if (time - started < 1000 || time - shown < (live ? 100 : 10_000)) return;
    shown = time;
    const text = progressLine(event.stage, event.done, event.total, event.message, time - started);
    if (live) {
      clear();
      err.write(text.slice(0, (err.columns ?? 80) - 1));
      drawn = true;
    } else err.write(`${text}\n`);
  };
  return {
    onEvent(event) {
      if (event.event === "progress") return onProgress(event);
      // The progress has said it already.
      if (event.event === "epoch") return;
      clear();
      if (event.event === "stage") {
        started = now();
        shown = started;
        err.write(`${event.stage}: ${event.text}\n`);
      } else if (event.event === "done")
        err.write(`${event.stage}: ${event.text} (${duration(event.seconds * 1000)})\n`);
      else if (event.event === "skipped") err.write(`${event.stage}: ${event.text} (finished before)\n`);
      else err.write(`${paint("yellow", "note:")} ${event.text}\n`);
    },
    result(text) {
      clear();
      out.write(`${text}\n`);
    },
    failure(_, text) {
      clear();
      err.write(`${paint("red", text)}\n`);
    },
  };
}

/**
 * A bar with the percentage, the time left and a message.
 *
 * @param elapsed ms
 */
export function progressLine(
  stage: string,
  done: number,
  total: number,
  message: string | undefined,
  elapsed: number,
): string {
  const fraction = total > 0 ? Math.min(1, done / total) : 0;
  const filled = Math.round(fraction * 20);
  const left = fraction > 0.005 ? `, ${duration((elapsed / fraction) * (1 - fraction))} left` : "";
  return (
    `${stage} [${"#".repeat(filled)}${".".repeat(20 - filled)}] ${Math.round(fraction * 100)} ` +
    `%${left}${message ? `, ${message}` : ""}`
  );
}

/** "0.4 s", "12 s", "3 min 20 s", "2 h 5 min". */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}
