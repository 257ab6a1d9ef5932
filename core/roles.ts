/** Who may do what: the one table that server, CLI, pages and database go by (a test compares the database's copy). */
export const ROLES = ["viewer", "service", "submitter", "reviewer", "deployer", "auditor", "admin"] as const;
export type Role = (typeof ROLES)[number];

export const ABILITIES = {
  /** Ask for recommendations. */
  recommend: ["service", "submitter", "deployer", "admin"],
  /** Tell what came of them: clicks, plays, spend. */
  report: ["service", "admin"],
  /** Look at runs, reports, versions, incidents. */
  look: ["viewer", "submitter", "reviewer", "deployer", "auditor", "admin"],
  /** Apply definitions, start runs, answer failed steps, acknowledge incidents. */
  submit: ["submitter", "deployer", "admin"],
  /** Approve, reject or ask for changes, comment on a report, and say editorial rules. */
  decide: ["reviewer", "admin"],
  /** Serve another version that was approved before, or the popularity list; freeze; let a rollout go on or end it. */
  rollback: ["deployer", "admin"],
  /** Read the audit log. */
  audit: ["auditor", "admin"],
  /** Add people, hand out tokens. */
  administer: ["admin"],
} as const satisfies Record<string, readonly Role[]>;
export type Ability = keyof typeof ABILITIES;

/** Whether somebody with these roles may do this: one of them is enough. */
export function mayDo(roles: readonly Role[], ability: Ability): boolean {
  return roles.some((role) => (ABILITIES[ability] as readonly Role[]).includes(role));
}

/** A person whose token, session or code was checked. */
export interface Actor {
  personId: string;
  name: string;
  roles: readonly Role[];
  groups: readonly string[];
  /**
   * The secret that was checked (a token's or a session's). PostgreSQL checks it again in the functions that decide, so
   * that no part of Holt can act for somebody who isn't there. Never logged, never serialised.
   */
  readonly proof: Proof;
}

/** A secret that shows itself to nobody but who asks for it by name. */
export class Proof {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** For the database's functions only. */
  reveal(): string {
    return this.#secret;
  }

  toJSON(): string {
    return "[secret]";
  }

  toString(): string {
    return "[secret]";
  }
}
