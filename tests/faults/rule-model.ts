/** The review's rules once more, in plain words and without SQL: what the database's functions are compared with. */
import type { NewDecision } from "../../core/api.ts";
import type { ReviewRules } from "../../core/definition-review.ts";

export interface ModelPerson {
  name: string;
  roles: readonly string[];
  groups: readonly string[];
  owner?: string;
  email?: string;
  disabled: boolean;
}

export type ModelRules = Pick<ReviewRules, "approvals" | "reviewers" | "override">;
export type Vote = Pick<NewDecision, "verdict" | "override" | "reason"> & { by: string };
type Cast = Vote & { seat: string };

/** One review of one run. Everybody is a name; time stands still. */
export class RuleModel {
  readonly votes: Cast[] = [];
  state: "open" | "approved" | "rejected" = "open";
  readonly lent: { from: string; to: string }[] = [];
  readonly needed: number;
  readonly #people: Map<string, ModelPerson>;
  readonly #of: {
    rules: ModelRules;
    failed: boolean;
    requester: string | undefined;
    authors: readonly string[];
  };
  /** A mistake made on purpose, to see that the comparison finds it. */
  readonly #countsPrograms: boolean;

  constructor(
    people: readonly ModelPerson[],
    of: { rules: ModelRules; failed: boolean; requester: string | undefined; authors: readonly string[] },
    countsPrograms = false,
  ) {
    this.#people = new Map(people.map((person) => [person.name, { ...person }]));
    this.#of = of;
    this.needed = of.rules.approvals + (of.failed ? 1 : 0);
    this.#countsPrograms = countsPrograms;
  }

  change(name: string, change: Partial<ModelPerson>): void {
    Object.assign(this.#get(name), change);
  }

  /** Whether the decision is taken; if so, it stands. */
  decide(vote: Vote): boolean {
    const { by, verdict, override, reason } = vote;
    const person = this.#get(by);
    if (person.disabled || !mayReview(person)) return false;
    const isSame = (cast: Cast) =>
      cast.by === by && cast.verdict === verdict && cast.override === override && cast.reason === reason;
    if (this.votes.some(isSame)) return true;
    if (!this.#isReviewer(by) || this.#isBarred(by) || this.#seatsOf(by, false).length === 0) return false;
    if (this.state !== "open" || !this.#isWellFormed(vote)) return false;
    const cast = this.votes.filter((earlier) => earlier.verdict !== "ask");
    if (cast.some((earlier) => this.#who(earlier.by) === this.#who(by))) return false;
    const taken = cast.map(({ seat }) => this.#who(seat));
    const seat = this.#seatsOf(by, override).find((free) => !taken.includes(this.#who(free)));
    if (seat === undefined) return false;
    this.votes.push({ ...vote, seat });
    if (verdict === "reject") this.state = "rejected";
    else if (this.#isApproved()) this.state = "approved";
    return true;
  }

  /** Whether it may go live now, whatever was true when people decided. */
  mayGoLive(): boolean {
    return this.state === "approved" && this.#isApproved();
  }

  #isWellFormed({ verdict, override, reason }: Vote): boolean {
    if (verdict !== "approve") return reason !== "" && !override;
    return override === this.#of.failed && (!override || reason !== "");
  }

  #isApproved(): boolean {
    const asked = this.votes.filter(({ verdict }) => verdict === "ask");
    const decided = this.votes.filter(({ verdict }) => verdict !== "ask");
    const isAnswered = (question: Cast) => decided.some(({ by }) => this.#who(by) === this.#who(question.by));
    const stillMay = ({ by, seat }: Cast) =>
      this.#isReviewer(by) && !this.#isBarred(by) && this.#hasSeat(seat, false);
    if (!asked.filter(stillMay).every(isAnswered)) return false;
    const standing = decided.filter(
      ({ verdict, by, seat, override }) =>
        verdict === "approve" &&
        this.#isReviewer(by) &&
        !this.#isBarred(by) &&
        this.#hasSeat(seat, override) &&
        override === this.#of.failed,
    );
    const people = new Set(standing.map(({ by }) => this.#who(by)));
    const seats = new Set(standing.map(({ seat }) => this.#who(seat)));
    return Math.min(people.size, seats.size) >= this.needed;
  }

  #seatsOf(name: string, override: boolean): string[] {
    const own = this.#human(name).name;
    const others = this.lent
      .filter(({ to }) => this.#who(to) === this.#who(name))
      .map(({ from }) => this.#human(from).name);
    return [...new Set([own, ...others])].filter((seat) => this.#hasSeat(seat, override));
  }

  #hasSeat(name: string, override: boolean): boolean {
    const { rules } = this.#of;
    const { groups } = this.#get(name);
    const isIn = (wanted: readonly string[]) => wanted.some((group) => groups.includes(group));
    const isNamed = !rules.reviewers || rules.reviewers.people.includes(name) || isIn(rules.reviewers.groups);
    const mayOverride = !rules.override || rules.override.groups.length === 0 || isIn(rules.override.groups);
    return isNamed && (!override || mayOverride) && this.#isReviewer(name) && !this.#isBarred(name);
  }

  #isReviewer(name: string): boolean {
    return [this.#get(name), this.#human(name)].every((one) => !one.disabled && mayReview(one));
  }

  #isBarred(name: string): boolean {
    const { requester, authors } = this.#of;
    return [...(requester ? [requester] : []), ...authors].some((own) => this.#who(own) === this.#who(name));
  }

  /** One text a human being, whichever account they use. */
  #who(name: string): string {
    const { email, name: own } = this.#countsPrograms ? this.#get(name) : this.#human(name);
    return email ? `mail ${email.normalize("NFKC").toLowerCase()}` : own;
  }

  #human(name: string): ModelPerson {
    const person = this.#get(name);
    return person.owner ? this.#get(person.owner) : person;
  }

  #get(name: string): ModelPerson {
    const person = this.#people.get(name);
    if (!person) throw new Error(`person "${name}": is not in the model`);
    return person;
  }
}

function mayReview({ roles }: ModelPerson): boolean {
  return roles.includes("reviewer") || roles.includes("admin");
}
