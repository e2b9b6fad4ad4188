import { listAndPage } from '../../ui/list-and-page.tsx';
import { SpaceList } from './space-list.tsx';

/** All key-value spaces, and below them each with its keys and values. */
export default listAndPage(SpaceList, () => import('./space-page.tsx'));
