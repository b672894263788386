/** The studio's server: who may ask, what is kept from whom, and what it answers. */
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
import type { About, ErrorAnswer, FileListing, ProjectState, StudioEvent } from "../src/server/messages.js";
import { openProjects } from "../src/server/studio/projects.js";
import { startStudio, studioApi, type StudioServer } from "../src/server/studio/studioserver.js";
import { studioRooms } from "../src/server/studio/openstudio.js";
import { storedParts } from "../src/server/studio/storedparts.js";
import { imageSourceOfFile } from "../src/api/filesources.js";
import { openImages } from "../src/api/openfiles.js";
import { httpStore } from "../src/io/httpsource.js";
import { simulateInto } from "./simulatedmovie.js";

const friend = "https://viewer.example.org";
const maxUpload = 3000;
let folder: string;
let root: string;
let server: StudioServer;
let origin: string;
let token: string;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "karyon-studio-")));
  root = join(folder, "root");
  mkdirSync(join(root, "deeper"), { recursive: true });
  mkdirSync(join(folder, "secret"));
  writeFileSync(join(folder, "secret", "other.txt"), "secret");
  simulateInto(join(root, "movie"));
  simulateInto(join(folder, "secret", "movie"));
  symlinkSync(join(folder, "secret"), join(root, "link"));
  symlinkSync(join(folder, "secret", "new.txt"), join(root, "dangling"));
  server = await startStudio({ roots: [root], port: 0, allowedOrigins: [`${friend}/page`], maxUpload });
  const url = new URL(server.address);
  origin = url.origin;
  token = url.pathname.split("/")[1]!;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request as it is written: `fetch` sets the headers that are looked at here by itself, and cleans paths. */
const ask = (path: string, { method = "GET", headers = {}, body }: Asked = {}): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const sent = httpRequest({ hostname, port, path, method, headers }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on("data", (piece: Buffer) => pieces.push(piece));
      answer.on("end", () =>
        resolve({
          status: answer.statusCode!,
          headers: answer.headers,
          text: Buffer.concat(pieces).toString("utf8"),
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });

const api = (path: string): string => `/api/${token}/${path}`;

const own = (): Record<string, string> => ({ Origin: origin, "Content-Type": "application/json" });

const post = (path: string, value: unknown): Promise<Answered> =>
  ask(api(path), { method: "POST", headers: own(), body: JSON.stringify(value) });

const openMovie = async (): Promise<ProjectState> =>
  JSON.parse((await post("projects", { inputs: [join(root, "movie")] })).text) as ProjectState;

const sentence = ({ text }: Answered): string => (JSON.parse(text) as ErrorAnswer).error;

describe("the studio is safe:", () => {
  it("it listens on this machine alone", () => {
    expect(new URL(server.address).hostname).toBe("127.0.0.1");
    expect(server.boundAddress).toBe("127.0.0.1");
  });

  it("the token has 24 random bytes, and without it there is nothing, and nothing is told", async () => {
    expect(Buffer.from(token, "base64url")).toHaveLength(24);
    const wrong = `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`;
    const paths = [
      "/",
      "/api/",
      "/api/about",
      `/${wrong}/`,
      `/api/${wrong}/about`,
      `/api/${token}x/about`,
      "/favicon.ico",
    ];
    for (const path of paths) {
      const { status, text } = await ask(path);
      expect([path, status, text]).toEqual([path, 404, ""]);
    }
    expect((await ask(api("about"))).status).toBe(200);
  });

  it("a name that leads to this machine is no name of it (DNS rebinding)", async () => {
    const { port } = new URL(origin);
    for (const host of [
      "evil.example",
      `evil.example:${port}`,
      "127.0.0.1",
      "127.0.0.1:1",
      `127.0.0.1.evil:${port}`,
    ]) {
      const { status, text } = await ask(api("about"), { headers: { Host: host } });
      expect([host, status, text]).toEqual([host, 403, ""]);
    }
    for (const host of [`localhost:${port}`, `[::1]:${port}`])
      expect((await ask(api("about"), { headers: { Host: host } })).status).toBe(200);
  });

  it("pages of other origins get nothing, not even of this machine", async () => {
    for (const other of ["https://evil.example", "http://127.0.0.1:1", "null", `${origin}.evil.example`]) {
      const { status, headers } = await ask(api("about"), { headers: { Origin: other } });
      expect([other, status, headers["access-control-allow-origin"]]).toEqual([other, 403, undefined]);
    }
  });

  it("requests that a page of another site starts are refused, also where they carry no origin", async () => {
    for (const site of ["cross-site", "same-site"])
      expect((await ask(api("about"), { headers: { "Sec-Fetch-Site": site } })).status).toBe(403);
    for (const site of ["same-origin", "none"])
      expect((await ask(api("about"), { headers: { "Sec-Fetch-Site": site } })).status).toBe(200);
  });

  it("a form of another page changes nothing (CSRF)", async () => {
    const body = JSON.stringify({ inputs: [join(root, "movie")] });
    const before = (JSON.parse((await ask(api("about"))).text) as About).projects.length;
    const simple = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"];
    for (const type of simple) {
      const headers = { Origin: origin, "Content-Type": type };
      expect((await ask(api("projects"), { method: "POST", headers, body })).status).toBe(415);
    }
    const json = { "Content-Type": "application/json" };
    for (const headers of [json, { ...json, Origin: "https://evil.example" }, { ...json, Origin: friend }])
      expect((await ask(api("projects"), { method: "POST", headers, body })).status).toBe(403);
    expect((await ask(api("projects/x"), { method: "DELETE" })).status).toBe(403);
    expect((JSON.parse((await ask(api("about"))).text) as About).projects).toHaveLength(before);
  });

  it("an allowed page may read images, and nothing else", async () => {
    const { id } = await openMovie();
    const headers = { Origin: friend };
    const zarr = await ask(api(`projects/${id}/zarr/0/.zattrs`), { headers });
    expect(zarr.status).toBe(200);
    expect(zarr.headers).toMatchObject({
      "access-control-allow-origin": friend,
      "cross-origin-resource-policy": "cross-origin",
      vary: "Origin",
    });
    for (const path of ["about", "files", `projects/${id}`, `projects/${id}/karyon.yaml`])
      expect((await ask(api(path), { headers })).status, path).toBe(403);
    const preflight = { ...headers, "Access-Control-Request-Method": "GET" };
    const asked = await ask(api(`projects/${id}/zarr/0/.zattrs`), { method: "OPTIONS", headers: preflight });
    expect([asked.status, asked.headers["access-control-allow-methods"]]).toEqual([204, "GET, HEAD"]);
    const evil = { Origin: "https://evil.example" };
    expect(
      (await ask(api(`projects/${id}/zarr/0/.zattrs`), { method: "OPTIONS", headers: evil })).status,
    ).toBe(403);
    expect((await ask(api("about"), { method: "OPTIONS", headers: preflight })).status).toBe(403);
  });

  it("origins that are none are refused at the start", async () => {
    for (const wrong of ["*", "viewer.example.org", "file:///tmp", "javascript:alert(1)"])
      await expect(startStudio({ roots: [root], port: 0, allowedOrigins: [wrong] })).rejects.toThrow(
        /allow-origin/,
      );
  });

  it("page and API carry a strict policy, and are isolated from other pages", async () => {
    for (const path of [`/${token}/`, api("about"), api("nothing"), "/wrong/"]) {
      const { headers } = await ask(path);
      const policy = String(headers["content-security-policy"]);
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).not.toMatch(/unsafe|\*|http/);
      for (const part of [
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "connect-src 'self'",
      ])
        expect(policy).toContain(part);
      expect(headers).toMatchObject({
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
      });
    }
  });

  it("a report runs its own script in a box, and can ask for nothing", async () => {
    const { id, out } = await openMovie();
    expect((await ask(api(`projects/${id}/report`))).status).toBe(404);
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, "report.html"), "<script>1</script>");
    const { headers, text } = await ask(api(`projects/${id}/report`));
    rmSync(join(out, "report.html"));
    expect(text).toBe("<script>1</script>");
    const policy = String(headers["content-security-policy"]);
    expect(policy).toMatch(/^default-src 'none'/);
    expect(policy).toMatch(/sandbox allow-scripts$/);
    expect(policy).not.toMatch(/connect-src|allow-same-origin|'self';? (?!sandbox)[^f]*src/);
  });

  it("only files of the page are given out", async () => {
    for (const path of [
      "/../package.json",
      "/..%2fpackage.json",
      "/assets/../../package.json",
      "/%2e%2e/package.json",
    ])
      expect((await ask(`/${token}${path}`)).status, path).toBe(404);
    const { text } = await ask(`/${token}/`);
    const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(text)![1]!;
    const asset = await ask(`/${token}/${script}`);
    expect([asset.status, asset.headers["content-type"]]).toEqual([200, "text/javascript; charset=utf-8"]);
    const redirected = await ask(`/${token}`);
    expect([redirected.status, redirected.headers["location"]]).toEqual([308, `/${token}/`]);
    expect((await ask(`/${token}/`, { method: "POST", headers: own(), body: "{}" })).status).toBe(405);
  });

  it("bodies that are too large are refused before they are read", async () => {
    const large = await post("inspect", { paths: ["x".repeat(2 ** 20)] });
    expect(large.status).toBe(413);
    expect((await post("projects", [])).status).toBe(400);
    const text = await ask(api("projects"), { method: "POST", headers: own(), body: "{" });
    expect([text.status, sentence(text)]).toEqual([400, expect.stringContaining("no JSON")]);
  });
});

describe("paths stay within the opened folders:", () => {
  const outside = [
    ["elsewhere", () => join(folder, "secret")],
    ["elsewhere by name", () => "/etc"],
    ["up", () => `${root}/../secret`],
    ["up at the beginning", () => "../secret"],
    ["a name that begins as a root's", () => `${root}x`],
    ["a link", () => join(root, "link")],
    ["through a link", () => join(root, "link", "movie")],
    ["NUL", () => `${root}/movie\0`],
    ["a share", () => "//server/share"],
    ["a share of Windows", () => "\\\\server\\share"],
  ] as const;

  it.each(outside)("%s is refused, to list, inspect, open and write", async (_, path) => {
    const place = path();
    const answers = [
      await ask(api(`files?path=${encodeURIComponent(place)}`)),
      await post("inspect", { paths: [place] }),
      await post("projects", { inputs: [place] }),
      await post("projects", { inputs: [join(root, "movie")], out: place }),
      await post("projects", { run: place }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect(answers.every(({ text }) => !text.includes("secret\\n"))).toBe(true);
  });

  it("links that lead nowhere are not written through, and what leads out is not listed", async () => {
    const out = join(root, "dangling", "run");
    expect((await post("projects", { inputs: [join(root, "movie")], out })).status).toBe(403);
    const { entries } = JSON.parse(
      (await ask(api(`files?path=${encodeURIComponent(root)}`))).text,
    ) as FileListing;
    expect(entries.map(({ name }) => name)).not.toContain("link");
    expect(existsSync(join(folder, "secret", "new.txt"))).toBe(false);
  });

  it("settings name no file outside, and patterns find none", async () => {
    const { id } = await openMovie();
    for (const config of [
      { input: { exclude: join(folder, "secret", "other.txt") } },
      { run: { model: "/etc" } },
    ]) {
      const answer = await ask(api(`projects/${id}`), {
        method: "PATCH",
        headers: own(),
        body: JSON.stringify({ config }),
      });
      expect(answer.status).toBe(403);
    }
    expect((await post("projects", { inputs: [join(root, "link*", "movie", "*.tif")] })).status).not.toBe(
      200,
    );
  });

  it("the real place of what is not there yet is that of its folder", () => {
    const { place, address } = confinementTo([root]);
    expect(place(join(root, "deeper", "new", "file"))).toBe(join(root, "deeper", "new", "file"));
    expect(place("deeper")).toBe(join(root, "deeper"));
    expect(address(join(root, "movie", "t000.tif#3"))).toBe(join(root, "movie", "t000.tif#3"));
    expect(() => address(join(root, "link", "movie", "t000.tif#3"))).toThrow(/outside/);
    expect(() => place("")).toThrow();
  });
});

describe("dropped files", () => {
  const put = (name: string, body: string | Uint8Array, folderName = ""): Promise<Answered> =>
    ask(api(`uploads?name=${encodeURIComponent(name)}${folderName}`), {
      method: "PUT",
      headers: { Origin: origin, "Content-Type": "application/octet-stream" },
      body,
    });

  it("lie in the first folder under a name of their own", async () => {
    const paths = [];
    for (const body of ["one", "two"])
      paths.push((JSON.parse((await put("a.tif", body)).text) as { path: string }).path);
    paths.push((JSON.parse((await put("a.tif", "three", "&folder=set")).text) as { path: string }).path);
    const dropped = join(root, "karyon-dropped");
    expect(paths).toEqual([join(dropped, "a.tif"), join(dropped, "a-2.tif"), join(dropped, "set", "a.tif")]);
    expect(paths.map((path) => readFileSync(path, "utf8"))).toEqual(["one", "two", "three"]);
  });

  it("that are too large leave nothing, whether they say their size or not", async () => {
    expect((await put("large.tif", "x".repeat(maxUpload + 1))).status).toBe(413);
    const chunked = await new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(origin);
      const headers = {
        Origin: origin,
        "Content-Type": "application/octet-stream",
        "Transfer-Encoding": "chunked",
      };
      const sent = httpRequest({
        hostname,
        port,
        path: api("uploads?name=large.tif"),
        method: "PUT",
        headers,
      });
      sent.on("response", (answer) => resolve(answer.statusCode!));
      sent.on("error", reject);
      for (let i = 0; i < 5; i++) sent.write("x".repeat(1000));
      sent.end();
    });
    expect(chunked).toBe(413);
    expect(readdirSync(join(root, "karyon-dropped")).filter((name) => name.includes("large"))).toEqual([]);
  });

  it("have plain names", async () => {
    for (const name of ["", "..", "../a.tif", "a/b.tif", "a\\b.tif", ".hidden", "a\0.tif", "x".repeat(300)])
      expect((await put(name, "x")).status, name).toBe(400);
    expect((await put("a.tif", "x", "&folder=..")).status).toBe(400);
  });
});

describe("projects", () => {
  it("open images at once, and the same images again as the same project", async () => {
    const state = await openMovie();
    expect(state).toMatchObject({
      name: "movie",
      kind: "movie",
      frames: 3,
      sizes: [[64, 96]],
      channels: 1,
      job: null,
    });
    expect(state.out).toBe(join(root, "movie-karyon"));
    expect(state.id).toMatch(/^[0-9a-f]{12}$/);
    expect((await openMovie()).id).toBe(state.id);
    const other = await post("projects", { inputs: [join(root, "movie", "t000.tif")], out: state.out });
    expect([other.status, sentence(other)]).toEqual([409, expect.stringContaining("open with other images")]);
    expect((await ask(api("projects/000000000000"))).status).toBe(404);
    const { projects } = JSON.parse((await ask(api("about"))).text) as About;
    expect(projects).toContainEqual({ id: state.id, name: "movie", out: state.out });
  });

  it("say in a sentence what cannot be opened", async () => {
    const missing = await post("projects", { inputs: [join(root, "nothing.tif")] });
    expect([missing.status, sentence(missing)]).toEqual([400, expect.stringContaining("nothing.tif")]);
    const noRun = await post("projects", { run: join(root, "movie") });
    expect([noRun.status, sentence(noRun)]).toEqual([400, expect.stringContaining("karyon run")]);
    expect((await post("projects", {})).status).toBe(400);
  });

  it("keep settings in their folder, check them, and give them to the command line", async () => {
    const { id, out } = await openMovie();
    const patch = (config: unknown): Promise<Answered> =>
      ask(api(`projects/${id}`), { method: "PATCH", headers: own(), body: JSON.stringify({ config }) });
    expect(existsSync(join(out, "studio.json"))).toBe(false);
    const wrong = await patch({ train: { steps: "many" } });
    expect([wrong.status, sentence(wrong)]).toEqual([400, expect.stringContaining("train.steps")]);
    const unknown = await patch({ train: { nothing: 1 } });
    expect(unknown.status).toBe(400);
    const changed = JSON.parse(
      (await patch({ train: { steps: 77 }, input: { pixelSize: 0.25 } })).text,
    ) as ProjectState;
    expect(changed.config).toEqual({ train: { steps: 77 }, input: { pixelSize: 0.25 } });
    expect(changed.pixelSize).toBe(0.25);
    expect(JSON.parse(readFileSync(join(out, "studio.json"), "utf8"))).toMatchObject({
      configuration: { train: { steps: 77 } },
    });
    const yaml = (await ask(api(`projects/${id}/karyon.yaml`))).text;
    expect(yaml).toContain(`npx karyon run ${join(root, "movie")} -o ${out} --config karyon.yaml`);
    expect(yaml).toContain("steps: 77");
    const back = JSON.parse((await patch({ train: { steps: null } })).text) as ProjectState;
    expect(back.config).toEqual({ input: { pixelSize: 0.25 } });
    const reopened = openProjects(confinementTo([root]), storedParts);
    const { project } = await reopened.open({ inputs: [join(root, "movie")] });
    expect(project.settings().partial).toEqual({ input: { pixelSize: 0.25 } });
    await reopened.close();
    await patch({ input: { pixelSize: null } });
  });

  it("tell their pages how they stand, first and after every change", async () => {
    const { id } = await openMovie();
    const stop = new AbortController();
    const answer = await fetch(`${origin}${api(`projects/${id}/events`)}`, { signal: stop.signal });
    expect(answer.headers.get("Content-Type")).toBe("text/event-stream");
    const reader = answer.body!.getReader();
    const states: ProjectState[] = [];
    let text = "";
    const more = async (count: number): Promise<void> => {
      while (states.length < count) {
        text += new TextDecoder().decode((await reader.read()).value);
        const blocks = text.split("\n\n");
        text = blocks.pop()!;
        for (const block of blocks) {
          const match = /^id: \d+\ndata: (.*)$/.exec(block);
          const event = match === null ? undefined : (JSON.parse(match[1]!) as StudioEvent);
          if (event?.type === "state") states.push(event.state);
        }
      }
    };
    await more(1);
    expect(states[0]!.id).toBe(id);
    const body = JSON.stringify({ config: { segment: { tile: 256 } } });
    await ask(api(`projects/${id}`), { method: "PATCH", headers: own(), body });
    await more(2);
    expect(states.at(-1)!.config).toEqual({ segment: { tile: 256 } });
    stop.abort();
    const undo = JSON.stringify({ config: { segment: { tile: null } } });
    expect((await ask(api(`projects/${id}`), { method: "PATCH", headers: own(), body: undo })).status).toBe(
      200,
    );
  });

  it("are OME-Zarr for our own reader", async () => {
    const { id } = await openMovie();
    const set = await openImages({
      store: httpStore(`${origin}${api(`projects/${id}/zarr`)}`),
      name: "movie.zarr",
    });
    const source = imageSourceOfFile(await set.open(0));
    expect(source).toMatchObject({ frames: 3, kind: "movie" });
    const { data, height, width } = await source.read(2);
    expect([height, width, data[0], data[5]]).toEqual([64, 96, 20, 25]);
  });
});

describe("files", () => {
  it("are listed with what they are", async () => {
    const run = join(root, "deeper", "run");
    mkdirSync(run);
    writeFileSync(join(run, "run.json"), JSON.stringify({ command: "run", stages: {}, inputs: [] }));
    for (const name of ["image.tif", "set.zip", "outlines.json", "table.txt", ".hidden"])
      writeFileSync(join(root, "deeper", name), "");
    writeFileSync(join(root, "deeper", "settings.json"), JSON.stringify({ command: "simulate" }));
    writeFileSync(
      join(root, "deeper", "cells.json"),
      JSON.stringify({ type: "FeatureCollection", features: [] }),
    );
    const listing = async (path: string): Promise<FileListing> =>
      JSON.parse((await ask(api(`files?path=${encodeURIComponent(path)}`))).text) as FileListing;
    const roots = await listing("");
    expect(roots).toMatchObject({ path: "", parent: "", entries: [{ path: root }] });
    expect((await listing(root)).parent).toBe("");
    const { entries, parent } = await listing(join(root, "deeper"));
    expect(parent).toBe(root);
    const kinds = Object.fromEntries(entries.map(({ name, kind }) => [name, kind]));
    expect(kinds).toMatchObject({
      run: "run",
      "image.tif": "images",
      "set.zip": "labels",
      "settings.json": "other",
      "cells.json": "labels",
      "outlines.json": "other",
      "table.txt": "other",
    });
    expect(kinds).not.toHaveProperty(".hidden");
    expect((await listing(root)).entries.find(({ name }) => name === "movie")!.kind).toBe("images");
    // What Karyon says of a result is no label image, though some of those end as it does.
    expect((await listing(run)).entries.map(({ name, kind }) => [name, kind])).toEqual([
      ["run.json", "other"],
    ]);
  });

  it("are looked into", async () => {
    const answer = await post("inspect", { paths: [join(root, "movie", "t000.tif")] });
    expect(JSON.parse(answer.text)).toMatchObject([{ axes: "YX", shape: [64, 96], type: "uint8" }]);
  });
});

describe("the API's document", () => {
  it("has every route of the server, and no other", () => {
    const confinement = confinementTo([root]);
    const services = {
      confinement,
      projects: openProjects(confinement, storedParts),
      start: undefined,
      allowedOrigins: [],
      maxUpload,
      signal: new AbortController().signal,
    };
    const routes = studioApi(services, studioRooms.routes, "").routes.map(
      ({ method, path }) => `${method} ${path}`,
    );
    const document = readFileSync(new URL("../docs/studio-api.md", import.meta.url), "utf8");
    const documented = [...document.matchAll(/^\| (GET|POST|PUT|PATCH|DELETE) \| `(\/[^`]*)` \|/gm)].map(
      ([, method, path]) => `${method} ${path}`,
    );
    expect([...new Set(routes)].sort()).toEqual(documented.sort());
  });
});
