import { openDatabase } from "../db/connection.ts";
import { issueSignInCode } from "../operations/sessions.ts";
import { onInterruption } from "./interruption.ts";
import { type Stack, startStack } from "./stack.ts";

/** `holt dev`: runs all parts in `home` until Ctrl-C, and prints where they are. Rejects when a part is lost. */
export async function runDev(home: string, print: (line: string) => void): Promise<void> {
  const interruption = onInterruption();
  const stack = await startStack({ home, signal: interruption, onNews: print }).catch((error) => {
    if (interruption.aborted) return undefined;
    throw error;
  });
  if (!stack) return;
  try {
    for (const line of await links(stack)) print(line);
    await Promise.race([stack.lost, aborted(interruption)]);
    print("ending all parts");
  } finally {
    await stack.stop();
  }
}

async function links({ settings, people, logFolder }: Stack): Promise<string[]> {
  const database = openDatabase(settings.databaseUrl, { applicationName: "holt-dev", maxConnections: 1 });
  try {
    const { code } = await issueSignInCode({ database }, people.admin);
    return [
      "",
      `Holt         ${settings.serverUrl}`,
      `  sign in    ${settings.serverUrl}/runs#sign-in=${code}  (once, within 5 minutes; "holt sign-in" gives another)`,
      `Temporal     ${settings.temporalUiUrl ?? settings.temporalAddress}`,
      `Logs         ${logFolder}`,
      "",
      "Ctrl-C ends all parts. Commands in another terminal find them by themselves: holt apply, holt run, holt review.",
    ];
  } finally {
    await database.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
