/** Signals that outlive the page. */
import { effect, signal, type Signal } from "@preact/signals";
import { store, stored } from "./stored.js";

/** A number that is kept, within limits. */
export function keptNumber(
  name: string,
  usual: number,
  [low, high]: readonly [number, number],
): Signal<number> {
  const kept = stored<unknown>(name);
  const value = signal(typeof kept === "number" && kept >= low && kept <= high ? kept : usual);
  effect(() => store(name, value.value));
  return value;
}

/** A switch that is kept. */
export function keptSwitch(name: string, usual: boolean): Signal<boolean> {
  const kept = stored<unknown>(name);
  const value = signal(typeof kept === "boolean" ? kept : usual);
  effect(() => store(name, value.value));
  return value;
}
