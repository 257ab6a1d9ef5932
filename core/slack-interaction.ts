/** What Slack sends when somebody presses a button of a notice, or hands in the dialog's reason. */
import { z } from "zod";
import {
  REASON_DIALOG,
  REASON_FIELD,
  SLACK_ACTIONS,
  type SlackSubject,
  type SlackVerdict,
} from "./notice-slack.ts";

/** A Slack user in their own workspace. */
export interface SlackUser {
  team: string;
  id: string;
}
export type SlackInteraction =
  | {
      kind: "press";
      user: SlackUser;
      verdict: SlackVerdict;
      subject: SlackSubject;
      channel: string;
      triggerId: string;
    }
  | {
      kind: "reason";
      user: SlackUser;
      verdict: SlackVerdict;
      subject: SlackSubject;
      override: boolean;
      reason: string;
    }
  /** Nothing that asks for anything, such as the button that Slack opens the page for. */
  | { kind: "other" };

const user = z
  .object({
    user: z.object({ id: z.string(), team_id: z.string().optional() }),
    team: z.object({ id: z.string() }).nullish(),
  })
  .transform(({ user: { id, team_id }, team }) => ({ id, team: team_id ?? team?.id ?? "" }));

const subjectSchema = z.object({ runId: z.string(), releaseDigest: z.string(), reportDigest: z.string() });
const pressSchema = z.object({
  type: z.literal("block_actions"),
  trigger_id: z.string(),
  channel: z.object({ id: z.string() }),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().optional() })).min(1),
});
const handedInSchema = z.object({
  type: z.literal("view_submission"),
  view: z.object({
    callback_id: z.literal(REASON_DIALOG),
    private_metadata: z.string(),
    state: z.object({
      values: z.object({
        [REASON_FIELD.block]: z.object({ [REASON_FIELD.action]: z.object({ value: z.string().nullable() }) }),
      }),
    }),
  }),
});
const metadataSchema = subjectSchema.extend({
  verdict: z.enum(["approve", "reject", "ask"]),
  override: z.boolean(),
});

/** Reads the `payload` of an interaction. What isn't a notice's is `other`. @throws {SyntaxError | z.ZodError} it is none of Slack's */
export function readInteraction(payload: string): SlackInteraction {
  const body: unknown = JSON.parse(payload);
  const pressed = pressSchema.safeParse(body);
  if (pressed.success) {
    const { trigger_id, channel, actions } = pressed.data;
    const verdict = (["approve", "reject", "ask"] as const).find(
      (one) => SLACK_ACTIONS[one] === actions[0]?.action_id,
    );
    if (!verdict) return { kind: "other" };
    const subject = subjectSchema.parse(JSON.parse(actions[0]?.value ?? ""));
    return {
      kind: "press",
      user: user.parse(body),
      verdict,
      subject,
      channel: channel.id,
      triggerId: trigger_id,
    };
  }
  const handedIn = handedInSchema.safeParse(body);
  if (!handedIn.success) return { kind: "other" };
  const { private_metadata, state } = handedIn.data.view;
  const { verdict, override, ...subject } = metadataSchema.parse(JSON.parse(private_metadata));
  const reason = state.values[REASON_FIELD.block]?.[REASON_FIELD.action]?.value ?? "";
  return { kind: "reason", user: user.parse(body), verdict, subject, override, reason: reason.trim() };
}
