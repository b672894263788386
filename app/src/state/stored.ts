/** What the browser keeps for the user from day to day. */

/** Name of everything of the studio in the browser's store. */
const prefix = "karyon.";

/** @returns what was put aside under this name; undefined where there is nothing, or nothing that can be read */
export function stored<T>(name: string): T | undefined {
  try {
    const text = localStorage.getItem(prefix + name);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

/** Puts something aside, where the browser lets us. */
export function store(name: string, value: unknown): void {
  try {
    localStorage.setItem(prefix + name, JSON.stringify(value));
  } catch {
    // Without a store the choice lasts as long as the page.
  }
}
