import { mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { App } from '../app.ts';
import type { DoorContext } from '../context.ts';
import { Deployments } from './deployments.ts';
import { createOwnApi } from './own-api.ts';
import { writeHook } from './pre-receive.ts';
import { addSmartHttp } from './smart-http.ts';
import { Watcher } from './watcher.ts';
import { addWebhook } from './webhook.ts';

/** Repositories of this node over HTTP, and those elsewhere that it watches. */
export interface GitDoor {
  /** Begins to look at what is watched. */
  start(): void;
  close(): Promise<void>;
}

/** Adds its routes; what is deployed goes through the node's own management routes, which `manage` serves. */
export function addGitDoor(
  app: App,
  context: DoorContext,
  manage: (req: IncomingMessage, res: ServerResponse) => void,
): GitDoor {
  const root = join(context.settings.data, 'repositories');
  const ownApi = createOwnApi(manage);
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
