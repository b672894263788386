/** Which device the networks of a command run on. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { InvalidInput } from "../../core/errors.js";
import type { Device } from "../../nn/devices.js";
import { missingDevice } from "../../nn/session.js";
import { errorFrom } from "../../workers/answer.js";
import { workerFile } from "../../workers/workerfile.js";
import type { DeviceReport, ProbeRequest } from "../../workers/train/protocol.js";
import type { Config } from "./options.js";
import { threadsOf } from "./threads.js";

/** Where the networks of a command run. */
export interface ChosenDevice {
  readonly device: Device;
  /** Says what is used, where it is not simply the processor. */
  readonly notices: readonly string[];
}

/**
 * What `auto` tries, in this order. CoreML and DirectML only by name: they cut a network into pieces and may
 * calculate with half the digits, and neither has been tried.
 */
const automatic: readonly Device[] = ["cuda", "webgpu"];

/**
 * Worth it from this many times the processor's speed: a little faster is not worth results that depend on
 * the driver.
 */
const worthwhile = 2;

/**
 * A step's gradient may differ from the processor's by this part of its largest number. Numbers of half the
 * digits and NVIDIA's TF32 stay below it; what goes beyond is wrong.
 */
const tolerance = 1e-2;

/**
 * `auto` waits this long, ms, for a device: a software one (Vulkan without a graphics card) may take minutes.
 */
const patience = 10_000;

/** One that was asked for by name may compile for this long, ms. */
const timeoutByName = 120_000;

/**
 * What was found, by what was asked. Kept for the life of the process: devices and drivers are facts of the
 * machine, trying them takes up to ten seconds, and a run asks before each of its networks.
 */
const chosen = new Map<string, Promise<ChosenDevice>>();

/**
 * The device that is set, or for `auto` the first that works, agrees with the processor and is at least twice
 * as fast, else the processor.
 *
 * Devices are tried once in a process, and in a process of their own: a driver that crashes, hangs or
 * complains costs a fallback and no training. Without a graphics card that takes a third of a second of one
 * core.
 *
 * @throws InvalidInput where the device that was asked for is missing, or computes something else
 */
export function chooseDevice(config: Pick<Config, "general">): Promise<ChosenDevice> {
  const requested = config.general.device;
  const threads = threadsOf(config);
  // Devices are compared with the processor, whose speed depends on the threads.
  const key = requested === "auto" ? `auto ${threads}` : requested;
  const known = chosen.get(key);
  if (known) return known;
  const asked = requested === "auto" ? findDevice(threads) : checkDevice(requested);
  chosen.set(key, asked);
  return asked;
}

async function findDevice(threads: number): Promise<ChosenDevice> {
  for (const report of (await probe({ devices: automatic, threads }, patience)).reports) {
    if (
      !("difference" in report) ||
      report.difference === null ||
      report.speed === null ||
      !(report.difference < tolerance && report.speed >= worthwhile)
    )
      continue;
    const text =
      `The network runs on ${report.device}, ${report.speed.toFixed(0)} times as fast as the ` +
      "processor at a convolution; results on other devices are equal up to rounding (" +
      "general.device cpu to use the processor).";
    return { device: report.device, notices: [text] };
  }
  return { device: "cpu", notices: [] };
}

async function checkDevice(device: Device): Promise<ChosenDevice> {
  if (device === "cpu") return { device, notices: [] };
  const {
    reports: [report],
    end,
  } = await probe({ devices: [device] }, timeoutByName);
  if (report === undefined) throw missingDevice(device, `none: trying it ${end}`);
  if ("error" in report) throw errorFrom(report.error);
  if (report.difference === null || !(report.difference < tolerance)) {
    const received =
      report.difference === null
        ? "no gradient at all"
        : `a gradient that is off by ${(100 * report.difference).toPrecision(2)} %`;
    throw new InvalidInput(
      `device ${device}`,
      "the processor's gradient up to rounding",
      received,
      "update its driver, or use general.device cpu",
    );
  }
  return {
    device,
    notices: [`The network runs on ${device}; results on other devices are equal up to rounding.`],
  };
}

/** Asks the process that tries devices. Of devices after the one that ended it there are no reports. */
function probe(
  request: ProbeRequest,
  milliseconds: number,
): Promise<{ readonly reports: readonly DeviceReport[]; readonly end: string }> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [fileURLToPath(workerFile("train/probe.js")), JSON.stringify(request)],
      {
        stdio: ["ignore", "pipe", "ignore"],
        timeout: milliseconds,
        killSignal: "SIGKILL",
      },
    );
    let output = "";
    const finish = (end: string): void =>
      resolve({
        reports: output
          .split("\n")
          .slice(0, -1)
          .map((line) => JSON.parse(line) as DeviceReport),
        end,
      });
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.on("error", (error) => finish(`failed (${error.message})`));
    child.on("close", (code, signal) =>
      finish(
        child.killed ? `took longer than ${milliseconds / 1000} s` : `ended with ${signal ?? `code ${code}`}`,
      ),
    );
  });
}
