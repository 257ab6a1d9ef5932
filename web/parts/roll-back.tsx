import { useState } from "react";
import type { DeploymentRecord, NewRollback } from "../../core/api.ts";
import { request } from "../lib/request.ts";
import { useResource } from "../lib/resource.ts";
import { useMay } from "../lib/session.ts";
import { ReasonDialog } from "./reason-dialog.tsx";

/** Back to the version before, from wherever a person sees that what is live does harm. Nothing where there is none. */
export function RollBack({ model, onDone }: { model: string; onDone(): Promise<void> }) {
  const at = `/api/models/${encodeURIComponent(model)}`;
  const may = useMay("rollback");
  const history = useResource<DeploymentRecord[]>(`${at}/history`);
  const [asking, setAsking] = useState(false);
  const flips = history.value?.filter(({ kind }) => kind === "deploy" || kind === "rollback") ?? [];
  const live = flips[0]?.version;
  const before = flips.find(({ kind, version }) => kind === "deploy" && version === live)?.previousVersion;
  if (!may || live === undefined || !before) return null;

  async function rollBack(reason: string) {
    const body: NewRollback = { expectedVersion: live as number, reason };
    try {
      await request("POST", `${at}/rollbacks`, { body });
    } finally {
      await Promise.all([history.reload(), onDone()]);
    }
  }

  return (
    <>
      <button type="button" className="button" onClick={() => setAsking(true)}>
        Serve version {before} again…
      </button>
      {asking && (
        <ReasonDialog
          title={`Serve version ${before} again?`}
          reasonRequired
          confirmLabel={`Serve version ${before}`}
          onConfirm={rollBack}
          onClose={() => setAsking(false)}
        >
          It takes the place of version {live} within seconds, for everybody.
        </ReasonDialog>
      )}
    </>
  );
}
