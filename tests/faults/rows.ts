import type { FaultRow } from "./row.ts";

/** Every row, in the order of docs/security.md; one file a row. */
export const ROWS: readonly FaultRow[] = [];
