import type { DefinitionInput } from "./definition.ts";

/** Types a definition while it is written; `holt apply` checks and stores it. */
export function defineModel(definition: DefinitionInput): DefinitionInput {
  return definition;
}
