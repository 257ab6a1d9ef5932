import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { FaultRow } from "./row.ts";

const ROOT = join(import.meta.dirname, "../..");
const REGISTRY = /^https:\/\/registry\.npmjs\.org\//;

interface Lock {
  packages: Record<string, Package>;
}
interface Package {
  version?: string;
  resolved?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** Each package of the lock: named by an exact version, from the registry, with a digest; scripts only of those listed. */
export const s28: FaultRow = {
  id: "S-28",
  title: "Packages that drift, bring scripts of their own, or come from elsewhere",
  bound: "every package has its digest, and no script that is not listed",
  counts: { quick: 300, full: 300 },
  async run() {
    const lock = JSON.parse(await readFile(join(ROOT, "package-lock.json"), "utf8")) as Lock;
    const manifest = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as Package & {
      allowScripts: Record<string, boolean>;
    };
    const failures = [...drift(manifest, lock), ...faultsOf(lock, manifest.allowScripts)];
    const [name = ""] = Object.keys(lock.packages).filter((path) => path !== "");
    const forged = {
      packages: {
        ...lock.packages,
        [name]: { version: "1.0.0", resolved: "git+ssh://x", hasInstallScript: true },
      },
    };
    if (faultsOf(forged, {}).length <= faultsOf(lock, {}).length)
      failures.push("a forged entry is not found, so the row sees nothing");
    failures.push(...(await billOfMaterials(lock)));
    return { n: Object.keys(lock.packages).length - 1, failures };
  },
};

function drift(manifest: Package, { packages }: Lock): string[] {
  const root = packages[""] ?? {};
  return (["dependencies", "devDependencies", "optionalDependencies"] as const).flatMap((kind) =>
    Object.entries(manifest[kind] ?? {}).flatMap(([name, version]) => [
      ...(/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version) ? [] : [`${name}: "${version}" is a range`]),
      ...(root[kind]?.[name] === version && packages[`node_modules/${name}`]?.version === version
        ? []
        : [`${name}: ${version} is not what the lock has`]),
    ]),
  );
}

function faultsOf({ packages }: Lock, allowed: Record<string, boolean>): string[] {
  return Object.entries(packages).flatMap(([path, { resolved, integrity, hasInstallScript }]) => {
    if (path === "") return [];
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    return [
      ...(integrity?.startsWith("sha512-") ? [] : [`${path}: has no SHA-512`]),
      ...(resolved === undefined || REGISTRY.test(resolved) ? [] : [`${path}: comes from elsewhere`]),
      ...(hasInstallScript && !Object.hasOwn(allowed, name)
        ? [`${path}: brings an install script that nobody decided about`]
        : []),
    ];
  });
}

/** npm itself can say what is installed, in a form that others read. */
async function billOfMaterials({ packages }: Lock): Promise<string[]> {
  const { stdout } = await promisify(execFile)(
    "npm",
    ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"],
    { cwd: ROOT, maxBuffer: 64 * 2 ** 20 },
  );
  const { components } = JSON.parse(stdout) as { components: unknown[] };
  return components.length * 2 > Object.keys(packages).length
    ? []
    : [`the bill of materials names ${components.length} packages only`];
}
