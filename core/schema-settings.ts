/** What a zod schema of objects, records and unions allows, read from the schema itself. */
import type { z } from "zod";

/** Stands in a path for a key that the user chooses, or for any entry of a list. */
const ANY_NAME = "<name>";

/** The parts of zod's schemas that are looked at here. */
interface Node {
  def: { type: string; in?: Node; innerType?: Node; valueType?: Node; element?: Node; options?: Node[] };
  shape?: Record<string, Node>;
}

/** Names of the settings that are possible at `path`, of all shapes that the value there may have. */
export function settingsAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let nodes = expand(schema as unknown as Node);
  for (const key of path) nodes = nodes.flatMap((node) => expand(child(node, key)));
  return [...new Set(nodes.flatMap((node) => Object.keys(node.shape ?? {})))];
}

/** Every setting of the schema, as in `sources.<name>.key`, each once, outer ones first. */
export function listSettings(schema: z.ZodType): string[] {
  const found = new Set<string>();
  const visit = (node: Node, path: string) => {
    for (const shape of expand(node)) {
      for (const [key, member] of Object.entries(shape.shape ?? {})) {
        const at = path === "" ? key : `${path}.${key}`;
        found.add(at);
        visit(member, at);
      }
      if (shape.def.type === "record" && shape.def.valueType)
        visit(shape.def.valueType, `${path}.${ANY_NAME}`);
    }
  };
  visit(schema as unknown as Node, "");
  return [...found];
}

function child(node: Node, key: PropertyKey): Node | undefined {
  if (node.shape) return node.shape[String(key)];
  return node.def.valueType ?? node.def.element;
}

/** A schema without its wrappers (optional, default, transform, …); each of a union's. */
function expand(node: Node | undefined): Node[] {
  if (!node) return [];
  const inner = node.def.innerType ?? node.def.in;
  if (inner) return expand(inner);
  return node.def.options ? node.def.options.flatMap(expand) : [node];
}
