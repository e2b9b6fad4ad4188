import { useWords } from '../../ui/words.ts';
import { EventList } from './event-list.tsx';
import { Lanes } from './lanes.tsx';

/** Events on their way: how the lanes stand, and the events of one function. */
export default function Events() {
  const [{ function: name }] = useWords(['function']);
  return name === '' ? <Lanes /> : <EventList name={name} />;
}
