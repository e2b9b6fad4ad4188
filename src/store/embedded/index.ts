export type { StoreLog } from './log.ts';
export { type EmbeddedStoreOptions, openEmbeddedStore } from './store.ts';
