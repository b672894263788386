/** An accident, as `hook.js` takes it. */
export interface Accident {
  readonly kind: "kill" | "full" | "count" | "exit" | "memory";
  readonly stage?: string;
  readonly at?: number;
}
/** How a call of the program ended. */
export interface RunOutcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly said: string;
}
export function simulateMovie(folder: string): Promise<RunOutcome>;
export function runMovie(
  folder: string,
  name: string,
  options?: { readonly accident?: Accident },
): Promise<RunOutcome>;
export function wholeRun(folder: string): Promise<unknown>;
export function temporaries(folder: string): string[];
export function problemsAfter(folder: string, name: string): Promise<string[]>;
