import { describe, expect, it } from "vitest";
import { encodeNpy } from "./npy.js";

/** A header of 128 bytes. */
const header = (shape: string): string =>
  Buffer.from(
    `\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(127) +
      "\n",
    "latin1",
  ).toString("base64");

describe("encodeNpy", () => {
  // numpy.save of numpy 2.4.6, in base64.
  it.each([
    [
      [2, 3],
      [-1, -0.75, -0.5, -0.25, 0, 0.25],
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIC/AABAvwAAAL8AAIC+AAAAAAAAgD4=",
    ],
    [
      [2],
      [1.5, -2],
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/AAAAwA==",
    ],
    [
      [],
      [3],
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAEBA",
    ],
  ])("writes shape %j as numpy does, to the byte", (shape, values, expected) => {
    expect(Buffer.from(encodeNpy({ shape, data: Float32Array.from(values) })).toString("base64")).toBe(
      expected,
    );
  });

  it("writes a view's own values, at a multiple of 64 bytes", () => {
    const shape = [1, 1, 1, 2];
    const bytes = encodeNpy({ shape, data: new Float32Array([9, 1, 2, 9]).subarray(1, 3) });
    expect(Buffer.from(bytes.subarray(0, 128)).toString("base64")).toBe(header("(1, 1, 1, 2)"));
    expect([...new Float32Array(bytes.slice(128).buffer)]).toEqual([1, 2]);
  });
});
