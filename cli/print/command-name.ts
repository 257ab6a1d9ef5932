import { clean } from "./style.ts";

/** How a person who was told of a command calls it: in a clone by npm, as they called the one that tells them. */
export function commandLine(words: string, env: NodeJS.ProcessEnv = process.env): string {
  return `${env["npm_lifecycle_event"] === "holt" ? "npm run holt --" : "holt"} ${clean(words)}`;
}
