import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { followLinks } from "./lib/router.ts";
import { signInByFragment } from "./lib/session.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/panels.css";
import "./styles/tables.css";
import "./styles/run.css";
import "./styles/review.css";
import "./styles/checks.css";
import "./styles/shelves.css";
import "./styles/experiment.css";

const root = document.getElementById("root");
if (!root) throw new Error('index.html: has no element with the id "root"; add it');
followLinks();
const problem = await signInByFragment();
createRoot(root).render(
  <StrictMode>
    <App signInProblem={problem} />
  </StrictMode>,
);
