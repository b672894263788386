/** Work on many items, several at once, with results in the order of the items. */

/**
 * Runs `task` for 0..count-1, at most `atOnce` at a time, and returns the results in order. The first error
 * stops the rest, and it is the error of the lowest index among those that failed, whatever the timing.
 */
export async function mapOrdered<T>(
  count: number,
  atOnce: number,
  task: (index: number) => Promise<T>,
): Promise<T[]> {
  const results = new Array<T>(count);
  let next = 0;
  const failures: { index: number; error: unknown }[] = [];
  const worker = async (): Promise<void> => {
    while (next < count && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await task(index);
      } catch (error) {
        failures.push({ index, error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
  failures.sort((a, b) => a.index - b.index);
  if (failures.length > 0) throw failures[0]!.error;
  return results;
}

/** Does one piece of work after the other, in the order in which they are asked for, also after an error. */
export function oneByOne(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}
