import { listAndPage } from '../../ui/list-and-page.tsx';
import { QueueList } from './queue-list.tsx';

/** All queues, and below them each with its messages and settings. */
export default listAndPage(QueueList, () => import('./queue-page.tsx'));
