/** What a hostile page, file or folder could try on the studio, and gets nothing by. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { confinementTo } from "../src/server/confinement.js";
import type { ErrorAnswer, FileListing, FolderFile, ProjectState } from "../src/server/messages.js";
import { takeUpload } from "../src/server/studio/uploads.js";
import { simulateInto } from "./simulatedmovie.js";
import { openStudio } from "./studioclient.js";

let folder: string;
let root: string;
let out: string;
let id: string;
let studio: Awaited<ReturnType<typeof openStudio>>;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "karyon-safety-")));
  root = join(folder, "root");
  mkdirSync(root);
  mkdirSync(join(folder, "secret"));
  writeFileSync(join(folder, "secret", "key.txt"), "a secret");
  simulateInto(join(folder, "secret", "movie"));
  simulateInto(join(root, "movie"));
  studio = await openStudio([root]);
  const opened = await studio.ask<ProjectState>("projects", {
    method: "POST",
    body: { inputs: [join(root, "movie")] },
  });
  ({ id, out } = opened.body);
  mkdirSync(join(out, "exports"), { recursive: true });
  mkdirSync(join(out, "statistics"));
  writeFileSync(join(out, "run.json"), JSON.stringify({ command: "run", stages: {}, inputs: [] }));
  symlinkSync(join(folder, "secret"), join(out, "exports", "link"));
  symlinkSync(join(folder, "secret", "key.txt"), join(out, "report.html"));
  symlinkSync(join(folder, "secret", "key.txt"), join(out, "statistics", "tracks.csv"));
});
afterAll(async () => {
  await studio.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Raw {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request as it is written: `fetch` cleans paths. @param path behind `/api/TOKEN/` */
const raw = (path: string, method = "GET", headers: Record<string, string> = {}, body = ""): Promise<Raw> =>
  new Promise((resolve, reject) => {
    const { hostname, port, pathname, origin } = new URL(studio.address);
    const own = { Origin: origin, "Content-Type": "application/json" };
    const sent = httpRequest(
      { hostname, port, path: `/api${pathname}${path}`, method, headers: { ...own, ...headers } },
      (answer) => {
        const pieces: Buffer[] = [];
        answer.on("data", (piece: Buffer) => pieces.push(piece));
        answer.on("end", () =>
          resolve({
            status: answer.statusCode!,
            headers: answer.headers,
            text: Buffer.concat(pieces).toString("utf8"),
          }),
        );
        answer.on("error", reject);
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });

/** Ways to write what lies elsewhere, and what no address is. */
const elsewhere = [
  "../secret/key.txt",
  "..%2f..%2fsecret%2fkey.txt",
  "%2e%2e/%2e%2e/secret/key.txt",
  "%2e%2e%2f%2e%2e%2fsecret%2fkey.txt",
  "%252e%252e%252fsecret%252fkey.txt",
  "..%5c..%5csecret%5ckey.txt",
  "%2fetc%2fpasswd",
  "/etc/passwd",
  "//etc/passwd",
  "C:%5cWindows%5cwin.ini",
  "key.txt%00.csv",
  "%00",
  "a%0d%0aSet-Cookie:x",
  "%zz",
  "%",
  "%c0%ae%c0%ae/secret",
  ".",
  "%2e",
  "link/key.txt",
  "link",
];

describe("addresses", () => {
  it.each(elsewhere)("%s leads to nothing outside, wherever a path is taken", async (path) => {
    for (const place of [`files/${path}`, `files/exports/${path}`, `exports/${path}`, `zarr/${path}`]) {
      const { status, text } = await raw(`projects/${id}/${place}`);
      expect([400, 403, 404], `${place}: ${status}`).toContain(status);
      expect(text).not.toMatch(/a secret|root:x:|\bat .*\.[jt]s:/);
    }
    for (const place of ["files", "studies", "studies/files"]) {
      const { status, text } = await raw(`${place}?path=${path}`);
      if (status === 200) expect((JSON.parse(text) as FileListing).path.startsWith(root)).toBe(true);
      else expect([400, 403, 404], `${place}: ${status}`).toContain(status);
      expect(text).not.toMatch(/a secret|root:x:|\bat .*\.[jt]s:/);
    }
  });

  it("that are no addresses are no mistakes of the studio", async () => {
    for (const path of ["%zz", "%E0%A4%A", "x/%zz/y"])
      for (const place of ["zarr", "files", "exports", "tables", "models"])
        expect((await raw(`projects/${id}/${place}/${path}`)).status, `${place}/${path}`).not.toBe(500);
  });

  it("links in a run folder are not followed out of it", async () => {
    expect((await raw(`projects/${id}/report`)).status).toBe(404);
    expect((await raw(`projects/${id}/files/statistics/tracks.csv`)).status).toBe(404);
    const { body } = await studio.ask<{ files: FolderFile[] }>(`projects/${id}/exports`);
    expect(body.files).toEqual([]);
    expect((await studio.ask<FolderFile[]>(`projects/${id}/figures`)).body).toEqual([]);
  });

  it("patterns and links in folders are not looked into either", async () => {
    const inside = join(root, "linked");
    mkdirSync(inside);
    symlinkSync(join(folder, "secret", "movie"), join(inside, "folder"));
    symlinkSync(join(folder, "secret", "movie", "t000.tif"), join(inside, "t000.tif"));
    for (const path of [join(inside, "f*", "*.tif"), join(inside, "*.tif"), inside]) {
      const answer = await studio.ask<ErrorAnswer>("inspect", { method: "POST", body: { paths: [path] } });
      expect([400, 403], path).toContain(answer.status);
    }
    const own = { method: "POST", body: { paths: [join(root, "movie", "*.tif")] } };
    expect((await studio.ask("inspect", own)).status).toBe(200);
  });

  it.runIf(process.platform === "linux")("a pipe is no file, and nobody waits for it", async () => {
    execFileSync("mkfifo", [join(out, "exports", "pipe.csv")]);
    expect((await raw(`projects/${id}/exports/pipe.csv`)).status).toBe(404);
    rmSync(join(out, "exports", "pipe.csv"));
  });
});

describe("files that are given out", () => {
  it("have names that stay in their header", async () => {
    const name = `it's (1) "x"; a*b=ü;filename=evil.csv`;
    writeFileSync(join(out, "exports", name), "x");
    const { status, headers } = await raw(`projects/${id}/exports/${encodeURIComponent(name)}`);
    expect(status).toBe(200);
    expect(headers["content-disposition"]).toMatch(/^attachment; filename\*=UTF-8''[\w%.~-]+$/);
    rmSync(join(out, "exports", name));
  });

  it("run no script in the name of the page", async () => {
    for (const name of ["page.html", "drawing.svg", "PAGE.HTML"]) {
      writeFileSync(join(out, name), "<script>1</script>");
      const { headers } = await raw(`projects/${id}/files/${name}`);
      expect(headers["content-security-policy"], name).toMatch(/sandbox allow-scripts$/);
      expect(headers["content-security-policy"]).not.toMatch(/allow-same-origin|connect-src/);
      rmSync(join(out, name));
    }
    writeFileSync(join(out, "script.js"), "1");
    const { headers } = await raw(`projects/${id}/files/script.js`);
    expect(headers).toMatchObject({
      "content-type": "application/octet-stream",
      "x-content-type-options": "nosniff",
    });
  });

  it("all have a policy, and so have refusals of every kind", async () => {
    writeFileSync(join(out, "exports", "a.csv"), "1");
    writeFileSync(join(out, "exports", "empty.csv"), "");
    const answers = [
      await raw("about"),
      await raw("nothing"),
      await raw("files?path=/etc"),
      await raw("projects", "POST", { "Content-Type": "text/plain" }),
      await raw("projects", "POST", { Origin: "https://evil.example" }),
      await raw("projects", "POST", {}, "{"),
      await raw(`projects/${id}/exports/a.csv`),
      await raw(`projects/${id}/exports/empty.csv`),
      await raw(`projects/${id}/exports/a.csv`, "HEAD"),
      await raw(`projects/${id}/images.zarr/0/.zattrs`),
      await raw(`projects/${id}/zarr/0/0/0/0/0/0`),
      await raw(`projects/${id}/zarr/0/0/0/0/0/0`, "GET", { Range: "bytes=99999999-" }),
      await raw(`projects/${id}/tables/labels`),
      await raw(`projects/${id}/karyon.yaml`),
      await raw(`projects/${id}/events`, "HEAD"),
    ];
    for (const { status, headers } of answers)
      expect(
        [headers["content-security-policy"], headers["x-content-type-options"], headers["referrer-policy"]],
        String(status),
      ).toEqual([expect.stringMatching(/^default-src 'none'/), "nosniff", "no-referrer"]);
    expect(answers.map(({ status }) => status)).toEqual([
      200, 404, 403, 415, 403, 400, 200, 200, 200, 200, 200, 416, 200, 200, 200,
    ]);
  });

  it.runIf(existsSync("/proc/self/fd"))("are not kept open by who only asks for their heads", async () => {
    const open = (): number => readdirSync("/proc/self/fd").length;
    writeFileSync(join(out, "exports", "large.bin"), new Uint8Array(2 ** 20));
    const before = open();
    for (let i = 0; i < 30; i++) await raw(`projects/${id}/exports/large.bin`, "HEAD");
    expect(open()).toBeLessThan(before + 15);
  });
});

describe("settings", () => {
  it("with names of the language's own change nothing but are refused", async () => {
    for (const config of [
      '{"__proto__":{"polluted":1}}',
      '{"constructor":{"prototype":1}}',
      '{"train":[1]}',
    ]) {
      const { status } = await raw(`projects/${id}`, "PATCH", {}, `{"config":${config}}`);
      expect([status, config]).toEqual([400, config]);
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    }
    const inputs = JSON.stringify([join(root, "movie")]);
    const opening = `{"inputs":${inputs},"out":"other","config":{"__proto__":{"polluted":1}}}`;
    await raw("projects", "POST", {}, opening);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("bodies", () => {
  const packed = (head: unknown, arrays: Uint8Array): Uint8Array => {
    const text = new TextEncoder().encode(JSON.stringify(head));
    const start = Math.ceil((4 + text.length) / 8) * 8;
    const bytes = new Uint8Array(start + arrays.length);
    new DataView(bytes.buffer).setUint32(0, text.length, true);
    bytes.set(text, 4);
    bytes.set(arrays, start);
    return bytes;
  };
  const send = (body: Uint8Array): Promise<{ status: number; body: ErrorAnswer }> =>
    studio.ask<ErrorAnswer>(`projects/${id}/edits`, { method: "POST", body });

  it("that declare more than they hold take no memory", async () => {
    const mark = (length: number, offset = 0): object => ({ $: ["Int32Array", offset, length] });
    const patch = (values: object): object => ({
      y: 0,
      x: 0,
      height: 1,
      width: 1,
      before: values,
      after: values,
    });
    const edit = (values: object, count = 1): object => ({
      layer: "labels",
      gesture: "paint",
      frame: 0,
      patches: Array.from({ length: count }, () => patch(values)),
    });
    const before = process.memoryUsage().arrayBuffers;
    for (const values of [
      mark(2 ** 31),
      mark(-1),
      mark(1e300),
      mark(1, -8),
      mark(NaN),
      { $: ["Map", 0, 1] },
      { $: 1 },
    ])
      expect((await send(packed(edit(values), new Uint8Array(8)))).status).toBe(400);
    // A thousand arrays that are the same megabyte would be a gigabyte.
    const shared = await send(packed(edit(mark(2 ** 18), 1000), new Uint8Array(2 ** 20)));
    expect(shared.status).toBe(400);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 2 ** 20);
    const deep = new TextEncoder().encode("[".repeat(200_000) + "]".repeat(200_000));
    const nested = new Uint8Array(4 + deep.length);
    new DataView(nested.buffer).setUint32(0, deep.length, true);
    nested.set(deep, 4);
    expect((await send(nested)).status).toBe(400);
  });

  it("of every route are bounded", async () => {
    const large = "x".repeat(2 ** 20);
    const paths = [
      "inspect",
      "projects",
      `projects/${id}/reviewed`,
      `projects/${id}/jobs`,
      `projects/${id}/preview/annotation`,
      `projects/${id}/preview/segmentation`,
      `projects/${id}/watch`,
      `projects/${id}/models`,
      `projects/${id}/models/choose`,
    ];
    for (const path of paths) {
      const { status } = await studio.ask(path, { method: "POST", body: { large } });
      expect([path, status]).toEqual([path, 413]);
    }
    expect((await studio.ask(`projects/${id}`, { method: "PATCH", body: { large } })).status).toBe(413);
    expect((await send(new Uint8Array(2 ** 26 + 1))).status).toBe(413);
  });

  it("tell a sentence, and neither places in the code nor the token", async () => {
    const token = new URL(studio.address).pathname.split("/")[1]!;
    const answers = [
      await raw(`projects/${id}/jobs`, "POST", {}, '{"until":5}'),
      await raw(`projects/${id}/jobs`, "POST", {}, '{"until":"toString"}'),
      await raw(`projects/${id}/preview/annotation`, "POST", {}, '{"frame":0}'),
      await raw(`projects/${id}/preview/annotation`, "POST", {}, '{"frame":0,"window":7,"config":7}'),
      await raw(`projects/${id}/preview/segmentation`, "POST", {}, '{"model":{"a":1}}'),
      await raw(`projects/${id}/watch`, "POST", {}, '{"frame":{},"window":[]}'),
      await raw(`projects/${id}/models`, "POST", {}, '{"keep":"../x"}'),
      await raw(`projects/${id}/models/choose`, "POST", {}, '{"name":"__proto__"}'),
      await raw(`projects/${id}/tables/__proto__`),
      await raw(`projects/${id}/reviewed`, "POST", {}, '{"layer":"__proto__","frame":1,"isDone":true}'),
      await raw(`projects`, "POST", {}, '{"run":7}'),
      await raw(`projects`, "POST", {}, '{"inputs":["a"],"out":{}}'),
      await raw(`projects`, "POST", {}, `{"inputs":["movie"],"out":"new","config":"x"}`),
    ];
    for (const { status, text } of answers) {
      expect([400, 403, 404], text).toContain(status);
      const { error } = JSON.parse(text) as ErrorAnswer;
      expect(error).toMatch(/\.$/);
      expect(error).not.toMatch(/\bat .*\.[jt]s:|node_modules|undefined/);
      expect(error).not.toContain(token);
    }
  });
});

describe("dropped files", () => {
  const dropped = (): string[] => {
    const into = join(root, "karyon-dropped");
    return existsSync(into) ? readdirSync(into, { recursive: true, encoding: "utf8" }).sort() : [];
  };
  const upload = (
    name: string,
    body: BodyInit | null,
    more: { most?: number; patience?: number } = {},
  ): Promise<string> =>
    takeUpload(
      {
        name,
        folder: undefined,
        most: more.most ?? 1000,
        patience: more.patience,
        request: new Request("http://studio/", { method: "PUT", body, duplex: "half" } as RequestInit),
      },
      confinementTo([root]),
    );

  it("that come at once under one name have names of their own", async () => {
    const slow = (text: string): ReadableStream =>
      new ReadableStream({
        async start(controller) {
          await new Promise((resolve) => setTimeout(resolve, 30));
          controller.enqueue(new TextEncoder().encode(text));
          controller.close();
        },
      });
    const paths = await Promise.all(
      ["one", "two", "three"].map((text) => upload("same.ome.tif", slow(text))),
    );
    expect(new Set(paths).size).toBe(3);
    expect(paths.map((path) => readFileSync(path, "utf8"))).toEqual(["one", "two", "three"]);
    expect(paths[1]).toMatch(/same-\d\.ome\.tif$/);
    rmSync(join(root, "karyon-dropped"), { recursive: true });
  });

  it("that stop on their way leave nothing", async () => {
    const { hostname, port, pathname, origin } = new URL(studio.address);
    const stop = (length: Record<string, string>): Promise<void> =>
      new Promise((resolve) => {
        const headers = { Origin: origin, "Content-Type": "application/octet-stream", ...length };
        const path = `/api${pathname}uploads?name=broken.tif`;
        const sent = httpRequest({ hostname, port, path, method: "PUT", headers });
        sent.on("error", () => resolve());
        sent.write("some of it");
        setTimeout(() => sent.destroy(), 150);
      });
    await stop({ "Content-Length": "1000" });
    await stop({ "Transfer-Encoding": "chunked" });
    await expect.poll(dropped, { timeout: 5000 }).toEqual([]);
  });

  it("that no longer come are given up", async () => {
    const never = new ReadableStream({ start: (controller) => controller.enqueue(Uint8Array.of(1)) });
    await expect(upload("never.tif", never, { patience: 50 })).rejects.toMatchObject({ status: 408 });
    expect(dropped()).toEqual([]);
  });

  it("of a folder stay together, and its name leads nowhere", async () => {
    const put = (query: string): Promise<{ status: number; body: { path: string } }> =>
      studio.ask(`uploads?${query}`, { method: "PUT", body: Uint8Array.of(1, 2) });
    expect((await put("name=a.tif&folder=set")).body.path).toBe(join(root, "karyon-dropped", "set", "a.tif"));
    symlinkSync(join(folder, "secret"), join(root, "karyon-dropped", "led"));
    expect((await put("name=a.tif&folder=led")).status).toBe(403);
    for (const name of ["..", "a%2fb", "%2fetc", "a%00", "a%5cb", "."])
      expect((await put(`name=a.tif&folder=${name}`)).status, name).toBe(400);
    expect(readdirSync(join(folder, "secret")).sort()).toEqual(["key.txt", "movie"]);
  });
});

describe("pages that follow a project", () => {
  it("are bounded in number, and room is made when they go", async () => {
    const following = [];
    for (let i = 0; i < 64; i++) following.push(await studio.follow(id));
    await expect(studio.follow(id)).rejects.toThrow("503");
    for (const { end } of following) end();
    await expect
      .poll(
        () =>
          studio.follow(id).then(
            ({ end }) => {
              end();
              return "room";
            },
            () => "full",
          ),
        { timeout: 10_000 },
      )
      .toBe("room");
  });
});
