/** Who may import whom (docs/architecture.md). Imports go one way; a part never reaches into a neighbour's insides. */
const parts = {
  core: [],
  store: ["core"],
  db: ["core", "store"],
  notify: ["core", "store"],
  scoring: ["core", "store"],
  trainers: ["core", "store", "scoring"],
  openfeature: ["core", "store"],
  operations: ["core", "store", "db", "notify", "scoring"],
  activities: ["core", "store", "db", "notify", "scoring", "trainers"],
  workflows: ["core"],
  report: ["core"],
  workers: ["core", "store", "db", "notify", "scoring", "trainers", "activities", "workflows"],
  server: ["core", "store", "db", "notify", "scoring", "operations", "report"],
  local: ["core", "store", "db", "operations"],
  cli: ["core", "store", "db", "notify", "scoring", "operations", "report", "local", "workers"],
  web: ["core"],
};
const testFile = "\\.test\\.tsx?$";

const oneWay = Object.entries(parts).map(([part, below]) => ({
  name: `${part}-imports-only-what-stands-below-it`,
  severity: "error",
  from: { path: `^${part}/`, pathNot: testFile },
  to: {
    path: `^(${Object.keys(parts).join("|")}|migrations|tests|bench|scripts)/`,
    pathNot: `^(${[part, ...below, ...(part === "db" ? ["migrations"] : [])].join("|")})/`,
    // workflows/ name the activities' types, never their code
    ...(part === "workflows" ? { dependencyTypesNot: ["type-only"] } : {}),
  },
}));

export default {
  forbidden: [
    ...oneWay,
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "workflows-are-deterministic",
      comment: "A workflow has no Node built-in and no library but Temporal's own.",
      severity: "error",
      from: { path: "^workflows/", pathNot: testFile },
      to: { dependencyTypes: ["core", "npm"], pathNot: "node_modules/@temporalio/(workflow|common)" },
    },
    {
      name: "core-is-pure",
      comment: "Pages and workflows import it: no Node built-in.",
      severity: "error",
      from: { path: "^core/", pathNot: testFile },
      to: { dependencyTypes: ["core"] },
    },
    { name: "no-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(node_modules|dist|\\.holt)/" },
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
