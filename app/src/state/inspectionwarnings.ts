/** What looks wrong in several files, said once. */
import type { InspectAnswer } from "../../../src/server/messages.js";

/** Each warning once; of those that differ only in their numbers the first, with how many more there are. */
export function joinedWarnings(inspections: readonly Pick<InspectAnswer[number], "warnings">[]): string[] {
  const kinds = new Map<string, string[]>();
  for (const text of new Set(inspections.flatMap(({ warnings }) => warnings))) {
    const kind = text.replace(/\d+(\.\d+)?/g, "#");
    kinds.set(kind, [...(kinds.get(kind) ?? []), text]);
  }
  return [...kinds.values()].map(([first, ...others]) =>
    others.length === 0 ? first! : `${first!} (and the same with ${others.length} other figures)`,
  );
}
