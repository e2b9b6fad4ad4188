import { listAndPage } from '../../ui/list-and-page.tsx';
import { TopicList } from './topic-list.tsx';

/** All topics, and below them each with its subscribers. */
export default listAndPage(TopicList, () => import('./topic-page.tsx'));
