export { backOffMs, pause } from '../model/pause.ts';
