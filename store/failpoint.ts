/** Names of points to stop at, separated by commas, so without any: for tests that kill the process there. Unset, nothing ever stops. */
const POINTS = new Set((process.env["HOLT_FAILPOINTS"] ?? "").split(",").filter(Boolean));

/** Stops here for ever when HOLT_FAILPOINTS names this point, and says on stdout that it does. Else it does nothing. */
export async function failpoint(name: string): Promise<void> {
  if (!POINTS.has(name)) return;
  process.stdout.write(`${JSON.stringify({ failpoint: name })}\n`);
  await new Promise(() => setInterval(() => {}, 60_000));
}
