/** The pages of one model. */
export function ModelTabs({ model, here }: { model: string; here: "versions" | "monitor" }) {
  const at = `/models/${encodeURIComponent(model)}`;
  const tabs = [
    { href: `${at}/versions`, label: "Versions", isHere: here === "versions" },
    { href: `${at}/monitor`, label: "Monitor", isHere: here === "monitor" },
    { href: `/runs?model=${encodeURIComponent(model)}`, label: "Runs", isHere: false },
    { href: `/experiments?model=${encodeURIComponent(model)}`, label: "Experiments", isHere: false },
    { href: `/incidents?model=${encodeURIComponent(model)}`, label: "Incidents", isHere: false },
  ];
  return (
    <nav className="tabs" aria-label={`Pages of ${model}`}>
      <ul>
        {tabs.map(({ href, label, isHere }) => (
          <li key={href}>
            <a className="tab" href={href} aria-current={isHere ? "page" : undefined}>
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
