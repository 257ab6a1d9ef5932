import type { ReactNode } from "react";

/** A table that scrolls sideways by itself where the screen is too narrow; reachable by keyboard. */
export function Table(props: { label: string; head: ReactNode; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the focus (WCAG 2.1.1)
    <section className="table-scroll" aria-label={props.label} tabIndex={0}>
      <table>
        <caption className="unseen">{props.label}</caption>
        <thead>
          <tr>{props.head}</tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </section>
  );
}
