import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CorruptFile } from "../core/errors.js";
import { fieldsOf, MessageWriter } from "./protobuf.js";

describe("MessageWriter", () => {
  it("writes the bytes of the format's own examples", () => {
    // Field 1 = 150 is 08 96 01, field 2 = "testing" is 12 07 and the letters (protobuf.dev, "Encoding").
    const message = new MessageWriter();
    message.integer(1, 150);
    message.string(2, "testing");
    expect([...message.finish()]).toEqual([
      0x08,
      0x96,
      0x01,
      0x12,
      0x07,
      ...new TextEncoder().encode("testing"),
    ]);
  });

  it("writes a negative integer in ten bytes", () => {
    const message = new MessageWriter();
    message.integer(1, -2);
    expect([...message.finish()]).toEqual([0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
  });

  it("writes nested messages and floats that are read back", () => {
    const inner = new MessageWriter();
    inner.float(5, 0.5);
    const outer = new MessageWriter();
    outer.message(3, inner);
    const [field] = [...fieldsOf(outer.finish(), "test")];
    expect(field!.field).toBe(3);
    const [value] = [...fieldsOf(field!.bytes, "test", field!.offset)];
    expect(value!.field).toBe(5);
    expect(new Float32Array(value!.bytes.slice().buffer)[0]).toBe(0.5);
    expect(value!.offset).toBe(3);
  });
});

describe("fieldsOf", () => {
  it("reads what was written", () => {
    const entry = fc.tuple(
      fc.integer({ min: 1, max: 2000 }),
      fc.oneof(fc.maxSafeNat(), fc.uint8Array({ maxLength: 300 })),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
        const message = new MessageWriter();
        for (const [field, value] of entries) {
          if (typeof value === "number") message.integer(field, value);
          else message.bytes(field, value);
        }
        const read = [...fieldsOf(message.finish(), "test")].map(({ field, integer, bytes }, i) => [
          field,
          typeof entries[i]![1] === "number" ? integer : new Uint8Array(bytes),
        ]);
        expect(read).toEqual(entries);
      }),
    );
  });

  it("says where a file that was cut off ends", () => {
    const cut = Uint8Array.of(0x12, 0x07, 0x74);
    expect(() => [...fieldsOf(cut, "cut.onnx", 100)]).toThrow(
      /cut\.onnx: a field of 7 bytes reaches beyond the end \(at byte 102\)/,
    );
  });

  it("fails on any bytes with CorruptFile or not at all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          for (const { bytes: value } of fieldsOf(bytes, "noise"))
            expect(value.length).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptFile);
        }
      }),
    );
  });
});
