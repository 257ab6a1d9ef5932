/** How long an experiment would take, for a person at a terminal. */
import type { Forecast } from "../../core/experiment/forecast.ts";
import { formatCount } from "../../core/words.ts";
import { drawTable } from "./table.ts";
import { formatShare } from "./words.ts";

export function drawForecast(
  { cannotTell, from, until, people, arms, metrics, days, warning }: Forecast,
  planned: { days: number; power: number },
): string {
  const past =
    from === null || until === null
      ? []
      : [
          `By past exposures, ${from} until ${until}: ${formatCount(people)} people.`,
          `${planned.days} days would bring ${arms.map((one) => `${formatCount(one.people)} into ${one.arm}`).join(", ")}.`,
        ];
  if (cannotTell !== null)
    return [...past, `How many days it needs cannot be told: ${cannotTell}.`].join("\n");
  const rows = metrics.flatMap(({ metric, role, value, deviation, seeks, needs }) =>
    needs.map((of) => [
      ...[metric, `${Number(value.toPrecision(4))} ± ${Number(deviation.toPrecision(2))}`, of.arm],
      `${role === "primary" ? "change of" : "loss within"} ${formatShare(seeks)}`,
      ...[formatCount(of.people), daysOf(of.days), daysOf(of.daysOfOneLook)],
      ...[formatShare(of.findsInPlan), formatShare(of.powerInPlan)],
    ]),
  );
  return [
    ...past,
    "",
    drawTable(
      [
        ...["metric", "a person's", "arm", "sought", "people it takes", "days", "looking once"],
        ...[`in ${planned.days} days`, "chance then"],
      ],
      rows,
    ),
    `By its days each is found in ${Math.round(100 * planned.power)} of 100 experiments where it is there, however often one looks. "In ${planned.days} days" is what the plan's own days find as often; "chance then" how often they find what is sought.`,
    days === null
      ? "It would never be over: hardly anybody new comes."
      : `The experiment needs ${days} days; its plan has ${planned.days}.`,
    ...(warning === null ? [] : [`Warning: ${warning}.`]),
  ].join("\n");
}

function daysOf(days: number | null): string {
  return days === null ? "never" : String(days);
}
