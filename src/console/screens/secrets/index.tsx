import { listAndPage } from '../../ui/list-and-page.tsx';
import { SecretList } from './secret-list.tsx';

/** Secrets: which there are, and below them the page of each. No value is ever shown. */
export default listAndPage(SecretList, () => import('./secret-page.tsx'));
