/** Projects that were open in this browser. */
import { effect, signal } from "@preact/signals";
import { project } from "./openproject.js";
import { store, stored } from "./stored.js";

/** A project by what opens it again. */
export interface RecentProject {
  readonly name: string;
  readonly out: string;
  readonly inputs: readonly string[];
}

const most = 8;

/** The latest first. */
export const recent = signal<readonly RecentProject[]>(stored<readonly RecentProject[]>("recent") ?? []);

effect(() => {
  const now = project.value;
  if (now === undefined) return;
  const { name, out, inputs } = now;
  const known = recent.peek();
  if (known[0]?.out === out) return;
  recent.value = [{ name, out, inputs }, ...known.filter((other) => other.out !== out)].slice(0, most);
  store("recent", recent.value);
});
