export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly events: readonly { readonly event: string; readonly stage?: string }[];
  readonly said: string;
}
export interface Calling {
  /** See `hook.js`. */
  readonly accident?: object;
  readonly input?: string;
}
export const hook: string;
export const stages: readonly string[];
export function simulateMovie(folder: string): Promise<Ended>;
export function runMovie(folder: string, name: string, options?: Calling): Promise<Ended>;
export function wholeRun(
  folder: string,
): Promise<Record<string, { readonly ms: number; readonly operations: number }>>;
export function temporaries(folder: string): string[];
export function problemsAfter(folder: string, name: string, input?: string): Promise<string[]>;
