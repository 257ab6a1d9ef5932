import { type Definition, definitionSchema } from "./definition.ts";
import type { Fault } from "./faults.ts";
import { findGraphFaults } from "./graph-faults.ts";
import { findUnplain } from "./plain-data.ts";
import { findSchemaFaults } from "./schema-faults.ts";
import { findSettingFaults } from "./setting-faults.ts";

export type CheckedDefinition =
  | { ok: true; definition: Definition }
  | { ok: false /** At least one. */; faults: Fault[] };

/**
 * Checks what a person wrote and fills in the defaults. All faults come at once, of the first kind that has any:
 * what isn't plain data, what the schema doesn't allow, what doesn't fit together.
 */
export function checkDefinition(written: unknown): CheckedDefinition {
  const unplain = findUnplain(written);
  if (unplain.length > 0) return { ok: false, faults: unplain };
  const misshapen = findSchemaFaults(definitionSchema, written);
  if (misshapen.length > 0) return { ok: false, faults: misshapen };
  const definition = definitionSchema.parse(written);
  const faults = [...findGraphFaults(definition), ...findSettingFaults(definition)];
  return faults.length > 0 ? { ok: false, faults } : { ok: true, definition };
}
