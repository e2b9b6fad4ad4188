import { Page } from '../../ui/page.tsx';

/** Home. */
export default function Home() {
  return <Page title="Home">…</Page>;
}
