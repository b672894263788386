/** When a thread may be ended. */

/**
 * How long V8 may go on compiling, in threads of its own, what a thread ran, ms. One function takes
 * some tens of ms, and a few may wait in line; V8 does not tell when it is done.
 */
const compiling = 250;

/**
 * Waits until a thread that has had nothing to do since then may be ended.
 *
 * Node 20 aborts the whole process where a thread ends while V8 still compiles for it and is out of space just
 * then ("NodePlatform::ForIsolate", "Assertion failed: (data.first) != nullptr"): the thread leaves Node's list
 * before V8 stops compiling.
 *
 * @param since time of the thread's last answer, ms, by `performance.now()`
 */
export async function quietSince(since: number): Promise<void> {
  const left = since + compiling - performance.now();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
}
