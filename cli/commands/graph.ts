import { type Command, Option } from "commander";
import { planGraph } from "../../core/graph.ts";
import { drawGraphAsMermaid, drawGraphAsText } from "../../core/graph-drawing.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { DEFAULT_FILE, loadDefinition } from "../definition/load.ts";

interface Options {
  file: string;
  format: "text" | "mermaid";
  baselineOnly?: true;
}

export function graphCommand(): Command {
  return holtCommand("graph", {
    description: "Draw the steps of a run, and what each comes after",
    examples: ["holt graph", "holt graph --format mermaid > graph.mmd"],
  })
    .option("--file <path>", "the definition", DEFAULT_FILE)
    .addOption(new Option("--format <format>", "how to draw it").choices(["text", "mermaid"]).default("text"))
    .option("--baseline-only", "with the popularity list alone")
    .action(printing(drawGraph));
}

/** The graph of a later run, in which the live version is judged, too. */
async function drawGraph({ file, format, baselineOnly }: Options): Promise<CommandResult> {
  const { definition } = await loadDefinition(file);
  const nodes = planGraph(definition, { baselineOnly: baselineOnly ?? false, hasChampion: true });
  const text = format === "mermaid" ? drawGraphAsMermaid(nodes) : drawGraphAsText(nodes);
  return { text, data: { model: definition.name, nodes } };
}
