/** The thread in which the work of a project is done, so that the server answers in the meantime. */
import { parentPort, workerData } from "node:worker_threads";
import { run } from "../../pipeline/run/run.js";
import { plainError } from "../../workers/answer.js";
import type { JobCommand, JobMessage, JobTask } from "./jobtask.js";

const port = parentPort!;
const post = (message: JobMessage, arrays: readonly ArrayBuffer[] = []): void =>
  port.postMessage(message, arrays);
const [stop, finish] = [new AbortController(), new AbortController()];
port.on("message", (command: JobCommand) => (command === "stop" ? stop : finish).abort());

const { snapshotSeconds, ...task } = workerData as JobTask;
try {
  await run(
    { ...task, overwrite: true },
    {
      signal: stop.signal,
      onEvent: (event) => post({ type: "event", event }),
      training: {
        snapshotSeconds,
        finish: finish.signal,
        onSnapshot: (snapshot) => post({ type: "snapshot", snapshot }, [snapshot.onnx.buffer as ArrayBuffer]),
      },
    },
  );
  post({ type: "answer", error: undefined });
} catch (error) {
  post({ type: "answer", error: plainError(error) });
}
