import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { blobSource } from "./blobsource.js";
import { httpSource, httpStore } from "./httpsource.js";

const file = Uint8Array.from({ length: 1000 }, (_, i) => i % 256);
const asked: string[] = [];

/** Gives parts of one file, under names that tell how. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url!, "http://localhost");
  const range = request.headers.range;
  asked.push(`${request.method!} ${pathname}${search} ${range ?? "-"}`);
  if (pathname.startsWith("/missing")) return void response.writeHead(404).end();
  if (pathname.startsWith("/broken")) return void response.writeHead(500).end();
  if (pathname.startsWith("/packed")) response.setHeader("Content-Encoding", "gzip");
  if (request.method === "HEAD") return void response.writeHead(200, { "Content-Length": 1000 }).end();
  const [, first, last] = /bytes=(\d+)-(\d+)/.exec(range ?? "") ?? [];
  if (first === undefined || pathname.startsWith("/whole")) return void response.end(file);
  if (Number(first) >= file.length) return void response.writeHead(416).end();
  response.writeHead(206).end(file.subarray(Number(first), Number(last) + 1));
}

let server: Server;
let root = "";
beforeAll(async () => {
  server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
beforeEach(() => void asked.splice(0));

it("reads the parts of a file that are asked for, and no others", async () => {
  const source = await httpSource(`${root}/movie.tif`);
  expect(source.size).toBe(1000);
  expect(await source.read(10, 20)).toEqual(file.subarray(10, 30));
  expect(await source.read(1000, 0)).toHaveLength(0);
  expect(asked).toEqual(["HEAD /movie.tif -", "GET /movie.tif bytes=10-29"]);
});

it("says what the server does instead", async () => {
  await expect(httpSource(`${root}/missing.tif`)).rejects.toThrow(/received nothing of that name/);
  await expect(httpSource(`${root}/broken.tif`)).rejects.toThrow(/received the answer 500/);
  await expect(httpSource(`${root}/packed.tif`)).rejects.toThrow(/without the size of the file/);
  const whole = await httpSource(`${root}/whole.tif`);
  await expect(whole.read(10, 20)).rejects.toThrow(/received the whole file/);
  const short = await httpSource(`${root}/movie.tif`);
  await expect(short.read(990, 20)).rejects.toThrow(/received fewer bytes/);
  await expect(httpSource("http://127.0.0.1:1/x")).rejects.toThrow(/check the address/);
});

it("stops when it is told to, and sends what the caller adds", async () => {
  const controller = new AbortController();
  controller.abort();
  await expect(httpSource(`${root}/a`, { signal: controller.signal })).rejects.toThrow(/was stopped/);
  await httpSource(`${root}/a`, { fetch: (url, request) => fetch(`${url}?token=1`, request) });
  expect(asked).toEqual(["HEAD /a?token=1 -"]);
});

it("is a hierarchy by key", async () => {
  const store = httpStore(`${root}/movie.zarr/?token=1`);
  expect(await store.get("0/c 1/zarr.json")).toEqual(file);
  expect(await store.getRange!("0", { offset: 995, length: 10 })).toEqual(file.subarray(995));
  expect(await store.getRange!("0", { offset: 1000, length: 10 })).toHaveLength(0);
  expect(await store.size!("0")).toBe(1000);
  expect(asked[0]).toBe("GET /movie.zarr/0/c%201/zarr.json?token=1 -");
  const none = httpStore(`${root}/missing`);
  expect(await none.get("0")).toBeUndefined();
  expect(await none.getRange!("0", { offset: 0, length: 1 })).toBeUndefined();
  expect(await none.size!("0")).toBeUndefined();
  await expect(httpStore(`${root}/broken`).get("0")).rejects.toThrow(/500/);
});

it("reads blobs in parts, and names a file that went away", async () => {
  const source = blobSource(new Blob([file]));
  expect(source.size).toBe(1000);
  expect(await source.read(5, 7)).toEqual(file.subarray(5, 12));
  const gone = {
    name: "gone.tif",
    size: 9,
    slice: () => ({ arrayBuffer: () => Promise.reject(new Error("it has changed")) }),
  } as unknown as Blob;
  await expect(blobSource(gone).read(0, 9)).rejects.toThrow(/^gone\.tif: .*it has changed/);
});
