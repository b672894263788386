/**
 * The ONNX runtime of Node. Reached as `#runtime`; `runtime-browser.ts` is the same for the browser, and
 * package.json "imports" chooses.
 */
import "./notelemetry.js";
import * as ort from "onnxruntime-node";

export { ort };

/** Names of the devices that the runtime has code for on this platform, whether or not they work here. */
export const runtimeDevices = (): string[] => ort.listSupportedBackends().map(({ name }) => name);

/** What a session is told of the device and the threads it computes with. */
export const deviceOptions = (device: string, threads: number): ort.InferenceSession.SessionOptions => ({
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  ...(device === "cpu" ? {} : { executionProviders: [device] }),
});
