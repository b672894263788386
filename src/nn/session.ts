/** Sessions of the runtime on any device. */
import { deviceOptions, ort, runtimeDevices } from "#runtime";
import { InvalidInput, messageOf } from "../core/errors.js";
import { devices, type Device } from "./devices.js";
import { Graph } from "./graph.js";

type Session = ort.InferenceSession;
type SessionOptions = NonNullable<Parameters<typeof ort.InferenceSession.create>[1]>;

/** Where a device may come from, for who asked for one that is missing. */
const advice: Readonly<Record<Exclude<Device, "cpu">, string>> = {
  cuda:
    "install the NVIDIA driver, CUDA 12 and cuDNN 9, and the runtime's files for them with `npm " +
    "rebuild onnxruntime-node --onnxruntime-node-install=cuda12`, or use general.device cpu",
  webgpu: "install the graphics driver (on Linux one for Vulkan), or use general.device cpu",
  coreml: "it is part of macOS; use general.device cpu elsewhere",
  dml: "it is part of Windows; use general.device cpu elsewhere",
};

/**
 * Opens a session on a device. What the device cannot compute is left to the processor by the runtime.
 *
 * @throws InvalidInput where the device is missing; the runtime's own error where it refuses the model
 */
export async function openSession(
  bytes: Uint8Array,
  device: Device,
  threads: number,
  options: SessionOptions = {},
): Promise<Session> {
  try {
    return await ort.InferenceSession.create(bytes, {
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
      ...deviceOptions(device, threads),
      ...options,
    });
  } catch (error) {
    // The runtime's message does not tell whether the device or the model is at fault.
    if (device !== "cpu") await requireDevice(device);
    throw error;
  }
}

/**
 * Looks whether the runtime can open the smallest of models on a device.
 *
 * @throws InvalidInput where it cannot
 */
async function requireDevice(device: Exclude<Device, "cpu">): Promise<void> {
  const shipped = runtimeDevices().filter((name) => (devices as readonly string[]).includes(name));
  if (!shipped.includes(device))
    throw missingDevice(device, `a runtime with ${shipped.join(", ")} on this platform`);
  const graph = new Graph();
  graph.output("y", graph.node("Relu", [graph.input("x", [1])], [1]));
  try {
    const session = await ort.InferenceSession.create(graph.encode(), {
      executionProviders: [device],
      logSeverityLevel: 4,
    });
    await session.release();
  } catch (error) {
    throw missingDevice(device, reasonOf(error));
  }
}

/** The error for a device that was asked for and cannot be used; `received` says why. */
export const missingDevice = (device: Exclude<Device, "cpu">, received: string): InvalidInput =>
  new InvalidInput(`device ${device}`, "a device that works on this machine", received, advice[device]);

/** The end of the runtime's message, without its source files and conditions. */
const reasonOf = (error: unknown): string =>
  `"${messageOf(error)
    .trim()
    .split(/was false\. |: /)
    .at(-1)!
    .trim()
    .replace(/\.$/, "")}"`;
