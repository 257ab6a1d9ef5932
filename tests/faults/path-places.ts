/** Every place where text of others could become the path of a file. */
import type { AddressInfo } from "node:net";
import { basename, dirname, resolve } from "node:path";
import { digestFile, findSourceFile, readText } from "../../activities/csv/source-file.ts";
import { reportFileName } from "../../cli/report-file.ts";
import { newRunSchema } from "../../core/api.ts";
import { definitionSchema } from "../../core/definition.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import { smallDefinition } from "../support/definitions.ts";
import type { TestServer } from "../support/server-at.ts";
import { sendRaw } from "./raw-http.ts";

/** What one text came to: all that was answered, and what must not be. */
export interface Came {
  place: string;
  said: string;
  /** Told when it is a fault whatever was said. */
  fault?: string;
}

const SEPARATORS = /[/\\\0]/;

/** Asks every address with a part that is free, and the pages' files, for the text: as it is, and encoded once and twice. */
export async function askServer(server: TestServer, token: string, text: string): Promise<Came[]> {
  const { port } = server.app.server.address() as AddressInfo;
  const free = server.app.declaredRoutes
    .filter(({ method, url }) => method === "GET" && url.includes(":"))
    .map(({ url }) => url.replace(/:[a-zA-Z]+/g, "@"));
  const addresses = [
    ...new Set(free),
    "/@",
    "/assets/@",
    "/assets/x/@",
    "/api/audit?model=@",
    "/api/sign-in?to=@",
  ];
  const sendable = text.toWellFormed();
  const encoded = encodeURIComponent(sendable);
  // what would end the first line of a request is sent encoded only
  const written = /[\s\0]/.test(text) ? [encoded] : [sendable, encoded];
  const came: Came[] = [];
  for (const address of addresses) {
    const answers = written.map(async (part): Promise<Came> => {
      const path = address.replace("@", part);
      const { status, head, body } = await sendRaw(
        port,
        `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
      );
      const fault = status >= 500 ? { fault: `${status}: ${body.slice(0, 200)}` } : {};
      return { place: `GET ${path.slice(0, 200)}`, said: head + body, ...fault };
    });
    came.push(...(await Promise.all(answers)));
  }
  return came;
}

/** Reads a source's file as a worker does, in the definition's folder and in the operator's. */
export async function readSource(folder: string, text: string): Promise<Came[]> {
  const came: Came[] = [];
  for (const folders of [undefined, [folder]])
    came.push({ place: "sources.s.file", said: await said(() => contentOf(folder, text, folders)) });
  return came;
}

/** What a worker gets of the file, whole. */
export async function contentOf(folder: string, file: string, folders?: readonly string[]): Promise<string> {
  const signal = new AbortController().signal;
  const found = await findSourceFile(folder, file, "s", folders);
  let content = "";
  for await (const piece of readText(found, await digestFile(found, signal), signal)) content += piece;
  return content;
}

/** Asks the store for an artifact of this name, and to keep only that. */
export async function askStore(folder: string, text: string): Promise<Came[]> {
  const store = new ArtifactStore(folder);
  const came: Came[] = [];
  for (const digest of [text, text.slice(0, 64).padStart(64, "./"), text.slice(0, 64).padEnd(64, "a")]) {
    const place = `artifact ${digest.slice(0, 100)}`;
    const got = await said(async () => Buffer.from(await store.get(digest)).toString());
    const has = await store.isSound(digest).catch(() => false);
    came.push({ place, said: got, ...(has ? { fault: "is said to be there" } : {}) });
    await store.keepOnly(new Set([digest]));
  }
  return came;
}

/** Names that reach tables, environments and files: those that are taken hold nothing that divides a path. */
export function nameThings(folder: string, text: string): Came[] {
  const definition = smallDefinition();
  const [source = ""] = Object.keys(definition.sources);
  const candidate = { trainer: "item_similarity" } as const;
  const named = {
    name: { ...definition, name: text },
    sources: { ...definition, sources: { ...definition.sources, [text]: definition.sources[source] } },
    candidates: { ...definition, candidates: { [text]: candidate } },
    steps: { ...definition, steps: { [text]: { command: ["true"] } } },
  };
  const taken = Object.entries(named).filter(([, of]) => definitionSchema.safeParse(of).success);
  if (newRunSchema.safeParse({ model: "shop", runKey: text }).success) taken.push(["run key", named.name]);
  const file = resolve(folder, reportFileName(text));
  const strays = dirname(file) !== folder || basename(file) !== reportFileName(text);
  return [
    ...taken.map(
      ([place]): Came => ({
        ...{ place, said: "" },
        ...(SEPARATORS.test(text) ? { fault: "is taken as a name" } : {}),
      }),
    ),
    { place: "holt review export", said: "", ...(strays ? { fault: `would write ${file}` } : {}) },
  ];
}

/** What came, or why nothing did. */
export async function said(work: () => Promise<string>): Promise<string> {
  return work().catch((error: Error) => `${error.message} ${String(error.cause ?? "")}`);
}
