/**
 * A process of its own that tries devices: `node probe.js REQUEST`, a `ProbeRequest` as JSON. It prints a
 * `DeviceReport` of each, one line of JSON. Apart, because drivers write to the standard error, take their
 * time, and may take the process with them.
 */
import { gradientDifference } from "../../model/agreement.js";
import { convolutionSeconds } from "../../model/speed.js";
import type { Device } from "../../nn/devices.js";
import { nchwLayout } from "../../nn/layout.js";
import { plainError } from "../answer.js";
import type { DeviceReport, ProbeRequest } from "./protocol.js";

async function report(device: Device, threads: number | undefined): Promise<DeviceReport> {
  try {
    const difference = await gradientDifference(nchwLayout, device, 8);
    const timed = threads !== undefined && !Number.isNaN(difference);
    const speed = timed
      ? (await convolutionSeconds("cpu", threads)) / (await convolutionSeconds(device, threads))
      : null;
    return { device, difference: Number.isNaN(difference) ? null : difference, speed };
  } catch (error) {
    return { device, error: plainError(error) };
  }
}

const { devices, threads } = JSON.parse(process.argv[2]!) as ProbeRequest;
for (const device of devices) process.stdout.write(`${JSON.stringify(await report(device, threads))}\n`);
