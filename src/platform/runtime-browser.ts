/**
 * The ONNX runtime of the browser, compiled to WebAssembly: what `runtime-node.ts` offers, without Node.
 * Where the page is not isolated (headers COOP and COEP), threads do not exist and one is used.
 */
import * as ort from "onnxruntime-web/wasm";

export { ort };

/** Names of the devices that the runtime has code for. */
export const runtimeDevices = (): string[] => ["cpu"];

/** What a session is told of the device and the threads it computes with. */
export function deviceOptions(device: string, threads: number): ort.InferenceSession.SessionOptions {
  // The number of threads is that of the first session: the runtime starts once in a page.
  ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? threads : 1;
  return { executionProviders: [device === "cpu" ? "wasm" : device] };
}
