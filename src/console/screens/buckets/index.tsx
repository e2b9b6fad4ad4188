import { listAndPage } from '../../ui/list-and-page.tsx';
import { BucketList } from './bucket-list.tsx';

/** All buckets, and below them what is in each. */
export default listAndPage(BucketList, () => import('./bucket-page.tsx'));
