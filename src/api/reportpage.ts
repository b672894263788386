import { type StageContext, throwIfCancelled } from "../core/progress.js";
import type { ReportInput } from "../report/input.js";
import { buildReport } from "../report/report.js";

/**
 * One HTML page of whatever is given: pictures, plots, tables and methods, with nothing loaded from anywhere.
 *
 * @returns the text of the page
 * @throws Cancelled
 */
export async function report(input: ReportInput, { signal, onProgress }: StageContext = {}): Promise<string> {
  throwIfCancelled({ signal }, "The report");
  const page = buildReport(input);
  onProgress?.({ done: 1, total: 1 });
  return page;
}
