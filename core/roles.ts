/** Who may do what: the one table that server, CLI and page go by. */
export const ROLES = ["viewer", "service", "reviewer", "engineer", "admin"] as const;
export type Role = (typeof ROLES)[number];

export const ABILITIES = {
  /** Ask for recommendations. */
  recommend: ["service", "engineer", "admin"],
  /** Look at runs, reports, versions, incidents. */
  look: ["viewer", "reviewer", "engineer", "admin"],
  /** Approve or reject a release. */
  decide: ["reviewer", "admin"],
  /** Start runs, answer failed steps, roll back, acknowledge incidents, apply definitions. */
  operate: ["engineer", "admin"],
  /** Add people, hand out tokens. */
  administer: ["admin"],
} as const satisfies Record<string, readonly Role[]>;
export type Ability = keyof typeof ABILITIES;

export function mayDo(role: Role, ability: Ability): boolean {
  return (ABILITIES[ability] as readonly Role[]).includes(role);
}

/** A person whose token, session or code was checked. */
export interface Actor {
  personId: string;
  name: string;
  role: Role;
}
