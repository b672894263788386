/**
 * Devices that a network can run on, by the names that the runtime has for them. `cpu` is part of every
 * package of the runtime; `webgpu` of those for x64 Linux, Windows and macOS; `dml` of that for Windows and
 * `coreml` of that for macOS; `cuda` has to be installed apart. Tried: `cpu`, and `webgpu` with a software
 * adapter; the others are passed on to the runtime as they are.
 */
export const devices = ["cpu", "webgpu", "cuda", "coreml", "dml"] as const;
/** Where a network runs, by the name that the runtime has for it. */
export type Device = (typeof devices)[number];
