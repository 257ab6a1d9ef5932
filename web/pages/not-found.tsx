import { Empty } from "../parts/notice.tsx";
import { Page } from "../parts/page.tsx";

export function NotFoundPage() {
  return (
    <Page title="No such page">
      <Empty>
        Nothing is at this address. See the <a href="/">overview</a>.
      </Empty>
    </Page>
  );
}
