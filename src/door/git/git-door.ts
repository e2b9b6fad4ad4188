import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from '../app.ts';
import type { DoorContext } from '../context.ts';
import type { OwnApi } from '../own-api.ts';
import { Deployments } from './deployments.ts';
import { writeHook } from './pre-receive.ts';
import { addSmartHttp } from './smart-http.ts';
import { Watcher } from './watcher.ts';
import { addWebhook } from './webhook.ts';

/** Repositories of this node over HTTP, and those elsewhere that it watches. */
interface GitDoor {
  /** Begins to look at what is watched. */
  start(): void;
  close(): Promise<void>;
}

/** Adds its routes; what is deployed goes through the node's own management routes. */
export function addGitDoor(app: App, context: DoorContext, ownApi: OwnApi): GitDoor {
  const root = join(context.settings.data, 'repositories');
  const deployments = new Deployments(context, () => {
    const folder = join(root, '.work');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  });
  let hooks: Promise<string> | undefined;
  addSmartHttp(app, context, {
    deployments,
    ownApi,
    hooks() {
      hooks ??= writeHook(join(root, '.hooks'));
      return hooks;
    },
  });
  addWebhook(app, context);
  let watcher: Watcher | undefined;
  return {
    start() {
      watcher ??= new Watcher(context, deployments, ownApi);
    },
    async close() {
      await watcher?.close();
    },
  };
}
