import { styleText } from "node:util";

/** The demo's voice: headings, sentences, and tables a little to the right. */
export interface Narrator {
  chapter(title: string): void;
  say(words: string): void;
  show(text: string): void;
}

export function narrateTo(stream: NodeJS.WriteStream): Narrator {
  const bold = (text: string) => styleText("bold", text, { stream });
  return {
    chapter: (title) => void stream.write(`\n${bold(title)}\n`),
    say: (words) => void stream.write(`${words}\n`),
    show: (text) => void stream.write(`${text.replace(/^(?=.)/gm, "  ")}\n`),
  };
}
