/** The work of a project: one job at a time, followed by all pages. */
import { isKaryonError, messageOf } from "../../core/errors.js";
import type { ModelSnapshot, PipelineEvent } from "../../pipeline/stage/events.js";
import { Refusal } from "../answers.js";
import type { Job, JobRequest } from "../messages.js";
import type { Project } from "../project.js";
import { epochOf } from "./epochs.js";
import { taskOf } from "./jobrequest.js";
import type { JobTask } from "./jobtask.js";
import { type JobThread, startJobThread, type StartThread } from "./jobthread.js";
import { timeLeft } from "./timeleft.js";

/** Does the jobs of one project. */
export interface JobRunner {
  /** The job that goes on, or the last one; null before the first. */
  readonly current: () => Job | null;
  /** @throws Refusal 409 while another goes on; InvalidInput for a request that cannot be met */
  readonly start: (request: JobRequest) => Promise<Job>;
  /** Ends the job at once: finished stages stay, and a training is kept as it is. @throws Refusal 409 */
  readonly stop: () => Job;
  /** The same, for a training only; the same request goes on with it. @throws Refusal 409 */
  readonly pause: () => Job;
  /** Ends a training with what there is, and goes on with the job. @throws Refusal 409 */
  readonly finish: () => Job;
  /** Resolved when nothing goes on. */
  readonly settled: () => Promise<void>;
  /** Stops what goes on, and waits until nothing is half written. */
  readonly close: () => Promise<void>;
}

/** Who looks into a training. */
export interface TrainingLook {
  readonly onStart: (request: JobRequest) => void;
  readonly onSnapshot: (snapshot: ModelSnapshot) => void;
  readonly onEnd: () => void;
}

/** Parts of a runner that tests replace. */
export interface RunnerOptions {
  readonly look?: TrainingLook | undefined;
  readonly startThread?: StartThread | undefined;
  /** ms. */
  readonly now?: (() => number) | undefined;
}

/** Time between two messages about a job, ms. */
const period = 100;
/** How long a job that is stopped may take to put things in order, ms. */
const patience = 30_000;

/** A job that goes on. */
interface Running {
  readonly thread: JobThread;
  readonly done: Promise<void>;
}

/** What a runner remembers. */
interface Seat {
  job: Job | null;
  running: Running | undefined;
  isStarting: boolean;
  readonly alter: (changed: Partial<Job>) => Job;
  readonly tellNow: () => void;
}

/** @param options see `RunnerOptions` */
export function jobRunner(project: Project, options: RunnerOptions = {}): JobRunner {
  const teller = jobTeller(project, () => seat.job);
  const seat: Seat = {
    job: null,
    running: undefined,
    isStarting: false,
    alter: (changed) => {
      seat.job = { ...seat.job!, ...changed };
      teller.soon();
      return seat.job;
    },
    tellNow: teller.now,
  };
  const demand = (isTraining = false): Running => {
    if (seat.running === undefined) throw busy("Nothing goes on that could be stopped.");
    if (isTraining && seat.job?.stage !== "train")
      throw busy("Only a training is paused or finished early, and none goes on; stop the work instead.");
    return seat.running;
  };
  const stop = (): Job => {
    demand().thread.stop();
    return seat.alter({ state: "stopping" });
  };
  return {
    current: () => seat.job,
    start: async (request) => {
      if (seat.running !== undefined || seat.isStarting)
        throw busy("Another job of this project goes on; wait until it ends, or stop it.");
      seat.isStarting = true;
      try {
        return begin(seat, await taskOf(project, request), request, { project, options });
      } finally {
        seat.isStarting = false;
      }
    },
    stop,
    pause: () => {
      demand(true);
      return stop();
    },
    finish: () => {
      demand(true).thread.finish();
      return seat.alter({ message: "ends after this epoch" });
    },
    settled: async () => seat.running?.done,
    close: () => ended(seat.running),
  };
}

/** Starts the thread of a job, and sees to its end. */
function begin(
  seat: Seat,
  task: JobTask,
  request: JobRequest,
  { project, options }: { readonly project: Project; readonly options: RunnerOptions },
): Job {
  const { look, startThread = startJobThread, now = () => performance.now() } = options;
  look?.onStart(request);
  const job: Job = { ...emptyJob, number: (seat.job?.number ?? 0) + 1, request };
  seat.job = job;
  const thread = startThread(task, {
    onEvent: follower(project, seat.alter, now),
    onSnapshot: (snapshot) => look?.onSnapshot(snapshot),
  });
  const done = thread.ended
    .then(
      () => seat.alter({ ...rested, state: "done" }),
      (error: unknown) => seat.alter({ ...rested, ...endOf(error) }),
    )
    .then(async () => {
      seat.running = undefined;
      look?.onEnd();
      seat.tellNow();
      await useTrained(project, seat.job!).catch(() => undefined);
      // A state that cannot be told is asked for again by the page.
      await project.tellState().catch(() => undefined);
    });
  seat.running = { thread, done };
  seat.tellNow();
  return job;
}

/** Who has a network trained means to use it: one that was chosen before is set aside. */
async function useTrained(project: Project, { request, state }: Job): Promise<void> {
  const { partial } = project.settings();
  if (state !== "done" || !("until" in request) || request.until !== "train") return;
  if (partial.run?.model !== undefined)
    await project.change({ ...partial, run: { ...partial.run, model: undefined } });
}

const busy = (sentence: string): Refusal => new Refusal(409, "Busy", sentence);

const rested = { stage: "", message: "", secondsLeft: null } as const;
const emptyJob = { ...rested, state: "running", done: 0, total: 0, error: "" } as const;

/** How a job ended that was not done. */
function endOf(error: unknown): Pick<Job, "state" | "error"> {
  if (isKaryonError(error, "Cancelled")) return { state: "paused", error: "" };
  const message = messageOf(error);
  if (isKaryonError(error)) return { state: "failed", error: message };
  const what = message.replace(/\.$/, "");
  const advice = "finished stages are kept, so start it again, and report it if it stays";
  return { state: "failed", error: `Karyon made a mistake of its own (${what}); ${advice}.` };
}

async function ended(running: Running | undefined): Promise<void> {
  if (running === undefined) return;
  running.thread.stop();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => resolve(running.thread.kill()), patience);
  });
  await Promise.race([running.done, late]);
  clearTimeout(timer);
  await running.done;
}

/** Tells pages of a job: what is new at once where that is seldom, else ten times a second. */
function jobTeller(project: Project, job: () => Job | null): { soon: () => void; now: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let told = -Infinity;
  const tell = (): void => {
    clearTimeout(timer);
    timer = undefined;
    told = performance.now();
    const present = job();
    if (present !== null) project.tell({ type: "job", job: present });
  };
  const soon = (): void => {
    const wait = told + period - performance.now();
    if (wait <= 0) tell();
    else timer ??= setTimeout(tell, wait).unref();
  };
  return { soon, now: tell };
}

/** Turns what the pipeline tells of one job into its state and into events of the project. */
function follower(
  project: Project,
  alter: (changed: Partial<Job>) => Job,
  now: () => number,
): (event: PipelineEvent) => void {
  let left = timeLeft();
  return (event) => {
    if (event.event === "progress") {
      const { stage, done, total, message = "" } = event;
      alter({ stage, done, total, message, secondsLeft: left.note(now(), done, total) });
      return;
    }
    if (event.event === "epoch") project.tell({ type: "epoch", record: epochOf(event.record) });
    else project.tell({ type: "pipeline", event });
    if (event.event === "stage") {
      left = timeLeft();
      alter({ stage: event.stage, done: 0, total: 0, message: event.text, secondsLeft: null });
    }
    // The page sees a result as soon as it is there.
    if (event.event === "done" || event.event === "skipped") void project.tellState().catch(() => undefined);
  };
}
