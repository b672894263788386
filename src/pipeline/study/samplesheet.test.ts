import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseSampleSheet, readSampleSheet } from "./samplesheet.js";

const parse = (text: string): ReturnType<typeof parseSampleSheet> =>
  parseSampleSheet(text, "exp/samples.csv");
const plain = "file,condition,replicate\na.tif,control,1\nb.tif,drug,1\n";

describe("parseSampleSheet", () => {
  it("reads a plain table, with paths as seen from its folder", () => {
    expect(parse(plain)).toEqual([
      {
        line: 2,
        name: "control_1",
        file: "a.tif",
        input: join("exp", "a.tif"),
        condition: "control",
        replicate: "1",
        pixelSize: undefined,
        frameInterval: undefined,
      },
      {
        line: 3,
        name: "drug_1",
        file: "b.tif",
        input: join("exp", "b.tif"),
        condition: "drug",
        replicate: "1",
        pixelSize: undefined,
        frameInterval: undefined,
      },
    ]);
  });

  it.each([
    ["semicolons", plain.replaceAll(",", ";")],
    ["tabs", plain.replaceAll(",", "\t")],
    ["a byte order mark and CRLF", `\uFEFF${plain.replaceAll("\n", "\r\n")}`],
    ["CR alone", plain.replaceAll("\n", "\r")],
    ["quotes and other case", `"File","CONDITION","Replicate"\n"a.tif","control","1"\n"b.tif",drug,1`],
    ["spaces around cells", "file , condition , replicate\n a.tif , control , 1\nb.tif,drug,1 \n"],
    [
      "empty columns and lines that spreadsheets leave",
      "file,condition,replicate,,\na.tif,control,1,,\n,,,,\nb.tif,drug,1,,\n,,,,\n",
    ],
  ])("reads %s alike", (_, text) => {
    const rows = parse(text);
    expect(rows.map(({ file, condition, replicate, name }) => [file, condition, replicate, name])).toEqual([
      ["a.tif", "control", "1", "control_1"],
      ["b.tif", "drug", "1", "drug_1"],
    ]);
  });

  it("reads calibration, with a decimal comma where commas do not separate", () => {
    const [first, second] = parse(
      "replicate;file;condition;pixel_size_um;Frame interval s\n1;a.tif;control;0,325;600\n2;b.tif;control;;\n",
    );
    expect([first!.pixelSize, first!.frameInterval, second!.pixelSize, second!.frameInterval]).toEqual([
      0.325,
      600,
      undefined,
      undefined,
    ]);
  });

  it("names samples by condition and replicate, and by the movie too where these are not alone", () => {
    expect(
      parse("file,condition,replicate\nx/1.tif,5 µM drug,1\ny/2.tif,5 µM drug,1\ny/3.tif,control,1\n").map(
        ({ name }) => name,
      ),
    ).toEqual(["5_µM_drug_1_1", "5_µM_drug_1_2", "control_1"]);
    expect(
      parse("file,condition\nx/01,a\ny/01,a\nz/02,a\n").map(({ name, replicate }) => [name, replicate]),
    ).toEqual([
      ["a_01", undefined],
      ["a_01_2", undefined],
      ["a_02", undefined],
    ]);
    expect(parse("file,condition,replicate\nx.tif,A b,1\ny.tif,A_B,1\n").map(({ name }) => name)).toEqual([
      "A_b_1_x",
      "A_B_1_y",
    ]);
  });

  it.each([
    ["nothing", "", /^exp\/samples\.csv: expected a table of samples .* received an empty file/],
    [
      "a header alone",
      "file,condition,replicate\n",
      /^exp\/samples\.csv: expected one line for each movie, received a header alone/,
    ],
    [
      "an unknown column",
      "file,condition,treatment\na,b,c\n",
      /^exp\/samples\.csv, line 1, column treatment: expected one of file, condition, replicate, pixel_size_um, frame_interval_s, /,
    ],
    ["a column twice", "file,condition,File\na,b,c\n", /line 1, column File: expected each column once/],
    [
      "no condition column",
      "\nfile,replicate\na,1\n",
      /line 2: expected a column condition, received the columns file, replicate/,
    ],
    ["no header", "a.tif,control,1\n", /line 1, column a\.tif: expected one of file, condition/],
    [
      "an empty condition",
      "file,condition,replicate\na.tif,control,1\nb.tif, ,2\n",
      /line 3, column condition: expected the name of a condition, received an empty cell/,
    ],
    ["an empty file", "file,condition\n,control\n", /line 2, column file: expected a movie/],
    [
      "an empty replicate",
      "file,condition,replicate\na.tif,control,\n",
      /line 2, column replicate: expected the name or number of a replicate, received an empty cell/,
    ],
    [
      "a movie twice",
      `${plain}./a.tif,drug,2\n`,
      /line 4, column file: expected each movie once, received \.\/a\.tif again, as in line 2/,
    ],
    [
      "a condition in two spellings",
      "file,condition\na,Control\nb,control\n",
      /line 3, column condition: expected Control, as in line 2, received control/,
    ],
    [
      "a pixel size that is none",
      "file,condition,pixel_size_um\na,b,0.3 um\n",
      /line 2, column pixel_size_um: expected a positive number of µm, received 0\.3 um/,
    ],
    [
      "a negative interval",
      "file,condition,frame_interval_s\na,b,-1\n",
      /line 2, column frame_interval_s: expected a positive number of s, received -1/,
    ],
    [
      "too many cells",
      "file,condition\na,b\nc,d,e\n",
      /line 3: expected 2 cells, as in the header, received 3/,
    ],
    ["an open quote", 'file,condition\n"a,b\n', /line 2: expected cells with paired quotes/],
  ])("refuses %s in one sentence", (_, text, message) => {
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow(/^[^\n]*\.$/);
  });
});

describe("readSampleSheet", () => {
  let root = "";
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "karyon-sheet-"));
    mkdirSync(join(root, "movie"));
    for (const name of ["movie/t0.tif", "movie/t1.tif", "b.tif"])
      writeFileSync(join(root, name), "pixels are not looked at here");
  });
  afterAll(() => rmSync(root, { recursive: true }));
  const read = (content: string | Uint8Array): ReturnType<typeof readSampleSheet> => {
    writeFileSync(join(root, "samples.csv"), content);
    return readSampleSheet(join(root, "samples.csv"));
  };

  it("takes files, folders and patterns", async () => {
    expect(
      (await read("file,condition\nmovie,a\nb.tif,b\nmovie/t*.tif,c\n")).map(({ input }) => input),
    ).toEqual(["movie", "b.tif", "movie/t*.tif"].map((name) => join(root, name)));
  });

  it("reads what Excel writes as Unicode text, and the code page of Windows", async () => {
    expect((await read(Buffer.from("\uFEFFfile\tcondition\nb.tif\tgrün\n", "utf16le")))[0]!.condition).toBe(
      "grün",
    );
    expect((await read(Buffer.from("file;condition\nb.tif;5 µM grün\n", "latin1")))[0]!.condition).toBe(
      "5 µM grün",
    );
    const quoted = Buffer.from("file;condition\nb.tif;\x93grün\x94 \x80\n", "latin1");
    expect((await read(quoted))[0]!.condition).toBe("“grün” €");
  });

  it("names the line of a movie that is not there", async () => {
    await expect(read("file,condition\nb.tif,a\nc.tif,b\n")).rejects.toThrow(
      /samples\.csv, line 3, column file: expected a movie: a file, a folder of frames, or a pattern, received c\.tif \(nothing of that name\); paths are relative to the folder of samples\.csv\.$/,
    );
    await expect(read("file,condition\nno*.tif,a\n")).rejects.toThrow(
      /line 2, column file: .*received no\*\.tif \(/,
    );
    await expect(readSampleSheet(join(root, "none.csv"))).rejects.toThrow(
      /none\.csv: expected a table of samples .*received nothing of that name/,
    );
  });
});
