import { Page } from '../../ui/page.tsx';

/** Profile. */
export default function Profile() {
  return <Page title="Profile and tokens">…</Page>;
}
