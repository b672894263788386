/** Starting the stages up to one. */
import type { JSX } from "preact";
import type { Job, JobRequest } from "../../../src/server/messages.js";
import type { RunStage } from "../../../src/server/messages.js";
import { sendJson } from "../api/request.js";
import { attempt } from "../state/notices.js";
import { job, project, projectPath } from "../state/openproject.js";

/** Starts the stages up to one. @throws RequestError */
export async function startJob(request: JobRequest): Promise<void> {
  job.value = await sendJson<Job>("POST", `${projectPath.value}/jobs`, request);
}

const isAtWork = (now: Job | null): boolean => now?.state === "running" || now?.state === "stopping";

/** A button that starts the stages up to one, and what came out of it. */
export function RunButton(props: {
  readonly title: string;
  readonly until: RunStage;
  /** Done before the stages start. */
  readonly before?: () => Promise<unknown>;
  readonly isPrimary?: boolean;
}): JSX.Element {
  const { title, until, before, isPrimary } = props;
  const stage = project.value?.stages[until];
  const start = async (): Promise<void> => {
    await before?.();
    await startJob({ until });
  };
  return (
    <div class="run">
      <button
        type="button"
        class={isPrimary === true ? "primary" : ""}
        disabled={isAtWork(job.value)}
        onClick={() => attempt(start)}
      >
        {title}
      </button>{" "}
      {stage === undefined || stage.freshness === "missing" ? undefined : (
        <span class={stage.freshness === "stale" ? "stale" : "quiet"} title={stage.text}>
          {stage.freshness === "stale" ? "older than the last change" : stage.text}
        </span>
      )}
    </div>
  );
}
