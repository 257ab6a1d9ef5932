/** What came of a recommendation, as a product's back end tells it. */
import { z } from "zod";
import { minorDigits } from "./currencies.ts";
import { InvalidInput } from "./errors.ts";
import { describeFault, type Fault } from "./faults.ts";
import { findSchemaFaults } from "./schema-faults.ts";

export const OUTCOME_KINDS = ["click", "play", "spend", "complaint"] as const;
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

/** Most outcomes of one request. */
const MOST_OUTCOMES = 1_000;
/** A clock that is this far ahead is wrong; one that is late may be telling of something late. */
const AHEAD_MS = 3_600_000;
/** Nothing was recommended before it; years that PostgreSQL doesn't have lie before it, too. */
const EARLIEST = Date.UTC(2000, 0, 1);
const ADD = "add it";

const text = (what: string) =>
  z
    .string()
    .min(1, `is empty; ${what}`)
    .max(200, "is too long; write 200 characters at most")
    .refine((value) => !value.includes("\0") && value.isWellFormed(), {
      error: "has a character that PostgreSQL cannot keep (NUL, or half of a pair); leave it out",
    });

const common = {
  /** The teller's own name for it: the same again counts once. */
  id: text("name each outcome, so that the same again counts once"),
  /** `recommendationId` of the answer that showed the item. */
  recommendationId: z.guid("is not the id of a recommendation; send the answer's recommendationId"),
  itemId: text("name the item"),
  /** When it happened; when it came, where it is left out. */
  at: z.iso
    .datetime({
      offset: true,
      error: 'is not a time; write ISO 8601 with a zone, as in "2026-11-25T20:15:00Z"',
    })
    .optional(),
};
const currency = z
  .string()
  .refine(
    (code) => minorDigits(code) !== undefined,
    'is not a currency of ISO 4217; write its code, as in "EUR"',
  );

const SHAPES = {
  click: z.strictObject({ kind: z.literal("click"), ...common }),
  play: z.strictObject({ kind: z.literal("play"), ...common }),
  spend: z.strictObject({
    kind: z.literal("spend"),
    ...common,
    /** In the currency's own unit, as "12.50". Text, since a JSON number would not keep it. */
    amount: z
      .string('is not text; write the amount in quotes, as in "12.50", or send amountMinor')
      .regex(/^\d{1,15}(\.\d{1,6})?$/, 'is not an amount; write digits, as in "12.50", none of them negative')
      .optional(),
    /** The same in the currency's minor unit: cents of EUR, whole JPY. */
    amountMinor: z
      .int()
      .min(0, "is negative; write what was spent, and leave refunds out")
      .max(Number.MAX_SAFE_INTEGER)
      .optional(),
    currency,
  }),
  /** They said that they did not want it: a report, a thumb down, a "show me less of this". */
  complaint: z.strictObject({ kind: z.literal("complaint"), ...common }),
} satisfies Record<OutcomeKind, z.ZodType>;
const outcomeSchema = z.discriminatedUnion("kind", [
  SHAPES.click,
  SHAPES.play,
  SHAPES.spend,
  SHAPES.complaint,
]);
export type Outcome = z.output<typeof outcomeSchema>;

const newOutcomesSchema = z.strictObject({
  outcomes: z
    .array(z.unknown())
    .min(1)
    .max(MOST_OUTCOMES, `has too many entries; send ${MOST_OUTCOMES} at most`),
});

export const toldOutcomesSchema = z.object({
  /** So many are kept, and will be stored; those told before count once. */
  accepted: z.int(),
  /** Those that are not, by their place in the request, with what is wrong. */
  refused: z.array(z.object({ index: z.int(), problem: z.string() })),
});
export type ToldOutcomes = z.output<typeof toldOutcomesSchema>;

/**
 * Takes a request's body apart, `{ "outcomes": [ … ] }`; one faulty outcome holds up none of the others.
 * @param nowMs since 1970 @throws {InvalidInput} it is not such a body
 */
export function readOutcomes(
  body: unknown,
  nowMs: number,
): { outcomes: Outcome[]; refused: ToldOutcomes["refused"] } {
  const envelope = newOutcomesSchema.safeParse(body);
  if (!envelope.success)
    throw new InvalidInput(inWords(findSchemaFaults(newOutcomesSchema, body, ADD), ["body"]));
  const outcomes: Outcome[] = [];
  const refused: ToldOutcomes["refused"] = [];
  for (const [index, written] of envelope.data.outcomes.entries()) {
    const read = readOutcome(written, nowMs);
    if ("outcome" in read) outcomes.push(read.outcome);
    else refused.push({ index, problem: inWords(read.faults, ["outcomes", index]) });
  }
  return { outcomes, refused };
}

/** What was spent, as a decimal number in the currency's own unit: 1250 cents of EUR are "12.50". */
export function decimalAmount(outcome: Extract<Outcome, { kind: "spend" }>): string {
  if (outcome.amount !== undefined) return outcome.amount;
  const digits = minorDigits(outcome.currency) ?? 0;
  const minor = String(outcome.amountMinor ?? 0).padStart(digits + 1, "0");
  return digits === 0 ? minor : `${minor.slice(0, -digits)}.${minor.slice(-digits)}`;
}

function readOutcome(written: unknown, nowMs: number): { outcome: Outcome } | { faults: Fault[] } {
  const { data } = outcomeSchema.safeParse(written);
  if (!data) return { faults: findSchemaFaults(shapeOf(written), written, ADD) };
  const faults = [findTimeFault(data, nowMs), findAmountFault(data)].filter((fault) => fault !== undefined);
  return faults.length > 0 ? { faults } : { outcome: data };
}

/** So that what is said about a click names a click's parts. */
function shapeOf(written: unknown): z.ZodType {
  const kind = OUTCOME_KINDS.find((one) => one === (written as { kind?: unknown } | null)?.kind);
  return kind === undefined ? outcomeSchema : SHAPES[kind];
}

function findTimeFault({ at }: Outcome, nowMs: number): Fault | undefined {
  if (at === undefined) return undefined;
  if (!(Date.parse(at) <= nowMs + AHEAD_MS))
    return { path: ["at"], problem: `"${at}" has not come yet; set the clock that wrote it right` };
  if (Date.parse(at) < EARLIEST)
    return { path: ["at"], problem: `"${at}" is before the year 2000; set the clock that wrote it right` };
  return undefined;
}

function findAmountFault(outcome: Outcome): Fault | undefined {
  if (outcome.kind !== "spend") return undefined;
  const { amount, amountMinor } = outcome;
  if (amount === undefined && amountMinor === undefined)
    return { path: ["amount"], problem: 'is missing; write it as in "12.50", or send amountMinor' };
  if (amount !== undefined && amountMinor !== undefined)
    return { path: ["amount"], problem: `"${amount}" is there beside amountMinor; send one of them` };
  return undefined;
}

function inWords(faults: readonly Fault[], place: readonly (string | number)[]): string {
  return faults.map(({ path, problem }) => describeFault({ path: [...place, ...path], problem })).join("\n");
}
