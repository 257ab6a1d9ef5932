/** What the machine must have, whatever runs on it. */
import { access, constants, mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import getPort from "get-port";
import { findTemporalCommand } from "../../local/temporal-command.ts";
import { type Finding, fine, missing, unsure, wordsOf } from "./finding.ts";

const NODE_MAJOR = 24;
const FREE_BYTES = 1e9;
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "chrome", "microsoft-edge"];

export function checkNode(version = process.versions.node): Finding {
  const isEnough = Number(version.split(".")[0]) >= NODE_MAJOR;
  return isEnough
    ? fine("Node.js", version)
    : missing("Node.js", version, `run "npm run setup", which gets Node.js ${NODE_MAJOR}`);
}

/** Artifacts must be writable, and find room. */
export async function checkFolder(what: string, folder: string): Promise<Finding> {
  const probe = join(folder, `.doctor-${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, "");
    await rm(probe);
    const { bavail, bsize } = await statfs(folder);
    const free = `${folder}, ${((bavail * bsize) / 1e9).toFixed(1)} GB free`;
    return bavail * bsize < FREE_BYTES
      ? unsure(what, free, "make room; Holt needs about 1 GB")
      : fine(what, free);
  } catch (error) {
    return missing(what, wordsOf(error), "name a folder that can be written to with HOLT_ARTIFACTS");
  }
}

/** Only needed where Holt starts Temporal itself. */
export async function checkTemporalCommand(): Promise<Finding> {
  return findTemporalCommand().then(
    (path) => fine("temporal command", path),
    () =>
      unsure(
        "temporal command",
        "not found",
        'run "npm run setup", which gets it; needless with TEMPORAL_ADDRESS',
      ),
  );
}

/**
 * Ports that the local parts like best; taken ones are stepped around.
 * @param own those that the local parts of this folder took, if they still run
 */
export async function checkPorts(ports: readonly number[], own: readonly number[]): Promise<Finding> {
  const taken: number[] = [];
  for (const port of new Set([...ports, ...own]))
    if ((await getPort({ port, host: "127.0.0.1" })) !== port) taken.push(port);
  const [ours, others] = [
    taken.filter((port) => own.includes(port)),
    taken.filter((port) => !own.includes(port)),
  ];
  const words = [
    ...(ours.length > 0 ? [`"holt dev" runs on ${ours.join(", ")}`] : []),
    ...(others.length > 0 ? [`${others.join(", ")} taken; "holt dev" takes others`] : []),
  ];
  return fine("ports", words.join("; ") || `${ports.join(", ")} are free`);
}

/** Holt's pages need one, and so do the tests. */
export async function checkBrowser(path = process.env["PATH"] ?? ""): Promise<Finding> {
  for (const folder of path.split(delimiter).filter(Boolean))
    for (const name of BROWSERS) {
      const file = join(folder, name);
      const isThere = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (isThere) return fine("browser", file);
    }
  return unsure(
    "browser",
    "none on PATH",
    "open Holt's pages on another machine; npm test gets one of its own",
  );
}
